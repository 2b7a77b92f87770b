"""Test how the settings at the top of a page are read."""

from pathlib import Path

import pytest

from pages.page import Page, PageError, read_page, scan


def read(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_page(path)


def refusal(text: str) -> str:
    with pytest.raises(PageError) as refused:
        scan(text)
    return str(refused.value)


def test_the_settings_are_read_with_their_lines(tmp_path: Path) -> None:
    page = read(tmp_path, "---\ndescription: One.\ncited:\n  3.10: a file\n---\n\n# Title\n")
    assert page.front == {"description": "One.", "cited": {"3.10": "a file"}}
    assert page.lines[: page.first_line - 1] == [
        "---",
        "description: One.",
        "cited:",
        "  3.10: a file",
        "---",
    ]
    assert page.first_line == 6


@pytest.mark.parametrize("text", ["# Title\n", "\n---\na: 1\n---\n", "----\n\n---\n", ""])
def test_a_page_without_front_matter_has_no_settings(tmp_path: Path, text: str) -> None:
    page = read(tmp_path, text)
    assert page.front == {}
    assert page.first_line == 1


@pytest.mark.parametrize("text", ["---\n---\n", "---\n# a comment\n---\n", "--- \na: 1\n...\n"])
def test_front_matter_may_be_empty_or_end_in_dots(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).first_line == text.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\na: 1\n", "line 1: expected the front matter to be closed by '---', got the page's"),
        ("---\na: 1\nb: [\n---\n", "line 3: expected front matter in YAML, whose parser says: "),
        ("---\na: 1\n b: 2\n---\n", "line 3: expected front matter in YAML, whose parser says: "),
        ("---\na: &b\n- *c\n---\n", "line 3: expected front matter in YAML, whose parser says: "),
        ("---\n- a\n---\n", "line 2: expected front matter with names and values, such as "),
        ("---\nWords\n---\n", "line 2: expected front matter with names and values, such as "),
    ],
)
def test_wrong_front_matter_is_reported_with_its_line(text: str, problem: str) -> None:
    assert refusal(text).startswith(problem)


@pytest.mark.parametrize("value", ["2026-13-45", "!!int x", "!!timestamp x", "!!python/name:os"])
def test_a_value_is_always_text(tmp_path: Path, value: str) -> None:
    page = read(tmp_path, f"---\na: {value}\n---\n")
    assert str(page.front["a"]) == value.rpartition(" ")[2].removeprefix("!!python/name:os")


def test_code_or_images_in_a_setting_are_plain_text() -> None:
    assert scan("---\na: |\n    ```python\n    1\n    ```\nb: '![A](a.svg) <img>'\n---\n") == []
