"""Test how figures write numbers, counts and lists."""

import math

import pytest

from nnfp.draw.words import counted, listed, number, plural


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (19.0, "19"),
        (-0.0, "0"),
        (1 / 3, "0.3333"),
        (-22.04, "−22.04"),
        (0.001, "0.001"),
        (9999.4, "9999"),
        (9999.5, "10000"),
        (9999.6, "10000"),
        (12345, "12345"),
        (999999.9, "1000000"),
        (1e6, "10⁶"),
        (-1e-4, "−10⁻⁴"),
        (-2e-7, "−2×10⁻⁷"),
        (1.24e300, "1.2×10³⁰⁰"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
    ],
)
def test_a_number_is_written_as_a_person_would(value: float, shown: str) -> None:
    assert number(value) == shown


def test_a_power_of_ten_may_be_preceded_by_one_digit() -> None:
    assert [number(value, digits=1) for value in (1.25e-4, -2.6e7, 12.5)] == [
        *("1×10⁻⁴", "−3×10⁷", "12.5")
    ]


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [(1, "input", "1 input"), (2, "input", "2 inputs"), (0, "step", "0 steps")],
)
def test_a_noun_has_the_form_that_goes_with_its_count(count: int, noun: str, words: str) -> None:
    assert counted(count, noun) == words


def test_a_noun_that_ends_in_s_has_a_plural_in_es() -> None:
    assert (plural(1, "bias"), plural(2, "bias")) == ("bias", "biases")


@pytest.mark.parametrize(
    ("texts", "sentence"), [(["1"], "1"), (["1", "2"], "1 and 2"), (["1", "2", "3"], "1, 2 and 3")]
)
def test_a_list_reads_as_in_a_sentence(texts: list[str], sentence: str) -> None:
    assert listed(texts) == sentence
