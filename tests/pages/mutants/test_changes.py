"""Test which changes are made to a page."""

from collections import Counter
from pathlib import Path

import pytest

from pages.mutants.changes import code_changes, mutants_of
from pages.page import read_page
from tests.pages.mutants.conftest import PAGE, write_page


def changes(source: str, kind: str) -> list[str]:
    return [changed for _, of_kind, _, changed in code_changes(source) if of_kind == kind]


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("literal", "f(1)", ["f(2)"]),
        ("literal", "f(0.5)", ["f(1.5)"]),
        ("literal", "f(True)", ["f(False)"]),
        ("literal", "f('a')", ["f('ax')"]),
        ("literal", "f(None)", []),
        ("operator", "a + b", ["a - b"]),
        ("operator", "a @ b", ["a * b"]),
        ("operator", "a -= b", ["a += b"]),
        ("operator", "-a", ["a"]),
        ("operator", "not a", ["a"]),
        ("operator", "a and b", ["a or b"]),
        ("comparison", "a < b", ["a >= b"]),
        ("comparison", "a == b != c", ["a != b != c", "a == b == c"]),
        ("comparison", "a in b", ["a not in b"]),
        ("keyword", "f(a, b=c, d=e)", ["f(a, d=e)", "f(a, b=c)"]),
        ("keyword", "zip(a, b, strict=True)", []),
        ("literal", "zip(a, b, strict=True)", []),
        ("statement", "a = b\nc = d", ["pass\nc = d", "a = b\npass"]),
        ("statement", "assert a", []),
        ("statement", "torch.testing.assert_close(a, b)", []),
        ("statement", '"""Only words."""', []),
        ("literal", '"""Only words."""', []),
    ],
)
def test_one_thing_is_changed_at_a_time(kind: str, source: str, expected: list[str]) -> None:
    assert changes(source, kind) == expected


def test_a_change_has_the_line_of_the_code() -> None:
    assert [line for line, kind, *_ in code_changes("a\nb = 1\n") if kind == "literal"] == [2]


def test_commands_stay_unchanged(path: Path) -> None:
    write_page(path, "```bash\nmake\n```\n\n```text\n2\n```\n")
    assert [mutant.kind for mutant in mutants_of(read_page(path))] == ["output"]


def digits(path: Path) -> Counter[str]:
    """Count the changes outside of code, by kind."""
    kinds = ("sentence", "output", "caption", "figure")
    return Counter(m.kind for m in mutants_of(read_page(path)) if m.kind in kinds)


def test_every_digit_that_a_reader_sees_is_changed(path: Path) -> None:
    assert digits(path) == {"sentence": 2, "output": 2, "caption": 2, "figure": 2}


@pytest.mark.parametrize(
    "text",
    ["1. one\n2. two", "## 7. Title", "Text[^12].", "A &#8212; B", "<!-- 12 -->", "[a](b2.md)"],
)
def test_digits_that_are_not_seen_as_numbers_stay_unchanged(path: Path, text: str) -> None:
    write_page(path, PAGE.replace("The sum is", f"{text}\n\nThe sum is"))
    assert digits(path)["sentence"] == 2


def test_a_picture_made_of_pixels_stays_unchanged(path: Path) -> None:
    (path.parent / "figures/a.png").write_bytes(b"\x89PNG\r\n1")
    draw = 'Path("figures/a.png").write_bytes(b"")'
    text = PAGE.replace("print", f"_ = {draw}\nprint").replace(
        "a.svg)\n", "a.svg)\n![A](figures/a.png)\n"
    )
    write_page(path, text)
    assert digits(path)["figure"] == 2
