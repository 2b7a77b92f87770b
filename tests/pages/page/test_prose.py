"""Test that the prose of a page is the text that a reader sees, without markers and URLs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pages.page import Page, prose_of, read_page, readable, title_of


def read(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_page(path)


Seen = Callable[[str], str]


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    """Return what a reader sees of a text, with runs of spaces as one."""

    def seen(text: str) -> str:
        lines = readable(read(tmp_path, text))
        return "\n".join(" ".join(line.split()) for _, line in lines).strip()

    return seen


def test_only_sentences_are_prose(tmp_path: Path) -> None:
    text = (
        "---\ncited: {}\ndescription: One,\n  two.\nother: three\n---\n# Title\n\n```python\n1\n"
        "```\n\n```text\n1\n```\n\n::: a.b\n    options:\nThe end.\n"
    )
    prose = [(line, text) for line, text in prose_of(read(tmp_path, text)) if text]
    assert prose == [
        (3, "description: One,"),
        (4, "  two."),
        (7, "# Title"),
        (19, "The end."),
    ]


def test_the_rest_of_a_line_keeps_its_column(tmp_path: Path) -> None:
    text = "3. See [two](2.md) &mdash; <!-- 4 --> and `five`.\n"
    [(_, line), _] = readable(read(tmp_path, text))
    assert len(line) == len(text) - 1
    assert line.index("and `five`.") == text.index("and `five`.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <!-- 5 --> b", "a b"),
        ("a <!-- 5\n6\n\n7 --> b", "a\n\n\nb"),
        ("a `<!-- 5` b `-->`", "a `<!-- 5` b `-->`"),
        ("a <!-- 5 b", "a <!-- 5 b"),
        ("[t](b-2.md 'Part (3)') and [t](a_(4).md)", "[t] and [t]"),
        ("[t][name-2] and [a link](<b-2.md>)", "[t] and [a link]"),
        ("[t]: b-2.md 'Part 3'", ""),
        ("[5, 7]: the weights are 19", "[5, 7]: the weights are 19"),
        ("a[^12] b\n\n[^12]: See 19.", "a b\n\nSee 19."),
        ("a &#8212; b &#x2014; c&nbsp;d &frac34;", "a b c d ¾"),
        ("a <https://x.org/2> b https://x.org/3/4. c <me2@x.org>", "a b c"),
        ("## Title {#id-2 .x}", "## Title"),
        ("a **b**{: #id-2 .x3 } c", "a **b** c"),
        ("<details markdown id='2'>", ""),
        ("$w[0][1]$ and $$\na[0](1)\n$$", "$w[0][1]$ and $$\na[0](1)\n$$"),
        ("`w[0][1]` and `[t](2.md)`", "`w[0][1]` and `[t](2.md)`"),
        (r"$\frac{1}{2}$ and {.5}", r"$\frac{1}{2}$ and {.5}"),
        ("| a | 2 |\n|---|--:|", "| a | 2 |\n|---|--:|"),
    ],
)
def test_invisible_text_is_left_out(seen: Seen, text: str, expected: str) -> None:
    assert seen(text) == expected


def test_the_texts_of_an_image_are_prose(seen: Seen) -> None:
    text = '```python\n1\n```\n\n![Two of w[2]](a-3.svg "One (of 4).")\n'
    assert seen(text) == '![Two of w[2]]( "One (of 4).")'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3. a\n4. b", "a\nb"),
        ("10) a", "a"),
        ("Text:\n\n3. a\n\n    10. b\n    11. c", "Text:\n\na\n\nb\nc"),
        ("- a\n    3. b", "- a\nb"),
        ("> 3. a\n> 4. b", "> a\n> b"),
        ("- 3. a", "- a"),
        ("## Title\n3. a", "## Title\na"),
        ("## 7.", "##"),
        ("## 7. Title", "## Title"),
        ("### 7.2) Title", "### Title"),
    ],
)
def test_markers_at_the_start_of_a_line_are_left_out(seen: Seen, text: str, expected: str) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The sum is\n19. The next",
        "- The sum is\n19. The next",
        "- The sum is\n  19. The next",
        "3.5 of them",
        "3.\u00d75",
        "## 7 inputs",
        "## 7.5 inputs",
        "3.Text",
        "19 apples",
    ],
)
def test_a_number_that_only_looks_like_a_list_marker_is_kept(seen: Seen, text: str) -> None:
    assert seen(text) == text.replace("\n  ", "\n")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One\n\n# Two\n", "One"),
        ("---\n# a comment\ndescription: x\n---\n\n# One\n", "One"),
        ("```python\n# a comment\n```\n\n# One\n", "One"),
        ("```bash\n# a comment\n```\n\n    # code\n\n# One\n", "One"),
        ("<!--\n# A comment\n-->\n\n# One\n", "One"),
        ("## Two\n\n#Tag\n\n#   One ##\n", "One"),
        ("# One {#one}\n", "One"),
        ("# The `C#` language\n", "The `C#` language"),
        ("Text\n", "page"),
        ("", "page"),
    ],
)
def test_the_title_is_the_first_heading(tmp_path: Path, text: str, title: str) -> None:
    assert title_of(read(tmp_path, text)) == title
