"""Test that complete numbers are found in a text, and compared by value."""

import pytest

from pages.prove.values import NUMBER_IN_CODE, numbers_in_prose, value_of


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.5e+07, 1.5e-3, 1e4 and 1E5", ["1.5e+07", "1.5e-3", "1e4", "1E5"]),
        ("1_000 and 1,000,000", ["1_000", "1,000,000"]),
        ("1,0000 and 1, 2", ["1", "0000", "1", "2"]),
        ("−3 and -4 and .5", ["−3", "-4", ".5"]),
        ("(5)-14, x]-1, {2}-7 and 5-6", ["5", "14", "1", "2", "7", "5", "6"]),
        ("It is 5. The end.", ["5"]),
        ("1.e5", ["1.e5"]),
        ("2.15.0 on 2026-05-12", ["2.15.0", "2026-05-12"]),
        ("v2.13 and TF32. Next", ["v2.13", "TF32"]),
        ("0xFF and 0b11", ["0xFF", "0b11"]),
        ("w_1 and the 3rd", ["1", "3"]),
        ("½ of x² and half", ["½", "²", "half"]),
        ("a half-truth, twelve and thirteen", ["half", "thirteen"]),
    ],
)
def test_numbers_in_prose_are_found_whole(text: str, numbers: list[str]) -> None:
    assert [match[0] for match in numbers_in_prose(text, text)] == numbers


def test_in_code_a_comma_separates_numbers() -> None:
    assert NUMBER_IN_CODE.findall("f(1,100)") == ["1", "100"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000", "1e3"),
        ("1_000", "1000.0"),
        ("−.5", "-0.5"),
        ("half", "½"),
        ("thousandths", "1e-3"),
        ("TF32", "tf32"),
        ("0x10", "16"),
    ],
)
def test_different_ways_to_write_a_number_are_equal(one: str, other: str) -> None:
    assert value_of(one) == value_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1", "0.10000000000000001"),
        ("123456789012345678", "123456789012345679"),
        ("1e400", "1e500"),
        ("1e99999999999999999999", "1e99999999999999999998"),
        ("2.1.0", "2.1"),
        ("−3", "3"),
    ],
)
def test_different_numbers_are_not_equal(one: str, other: str) -> None:
    assert value_of(one) != value_of(other)
