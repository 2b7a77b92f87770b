"""Test that each number in a sentence is backed, and that changes to its backing are reported."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pages.page import Page, PageError, read_page
from pages.project import ROOT
from pages.prove.quantities import notes, notes_file, write_notes, wrong_numbers

DOCS = sorted((ROOT / "docs").rglob("*.md"))

PAGE = """\
# A neuron

Two inputs, of 1 and 2, give 19. See [the next](part-7.md) and `fc1`.

```python
print(1 * 5 + 2 * 7)
```

```text
19
```

| what | how many |
|---|---|
| the sum | 19 |

In a formula, $2 \\cdot 7$.
"""


Write = Callable[..., Page]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Write a page, note its numbers as they are, and read it again after a change."""

    def write(text: str = PAGE, changed: str | None = None) -> Page:
        path = tmp_path / "page.md"
        (tmp_path / "numbers").mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        write_notes(read_page(path))
        if changed is not None:
            path.write_text(changed, encoding="utf-8")
        return read_page(path)

    return write


def test_every_file_of_notes_belongs_to_a_page() -> None:
    kept = {file for folder in (ROOT / "docs").rglob("numbers") for file in folder.iterdir()}
    assert kept == {notes_file(read_page(path)) for path in DOCS if notes(read_page(path))}


def test_the_notes_say_what_backs_each_number(written: Write) -> None:
    assert notes_file(written()).read_text(encoding="utf-8") == (
        "# A neuron\n1 and: code 1\n2: code 1\n19: output 1\n19: output 1\n"
        "2 \\cdot: code 1\n7: code 1\n"
    )


def test_an_unchanged_page_has_no_wrong_number(written: Write) -> None:
    assert wrong_numbers(written()) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("give 19", "give 18", 3),
        ("of 1 and", "of 2 and", 3),
        ("| the sum | 19 |", "| the sum | 29 |", 15),
        ("$2 \\cdot 7$", "$2 \\cdot 5$", 17),
        ("# A neuron", "# A neuron of 9", 1),
        ("Two inputs", "Nineteen inputs", 3),
        ("In a formula", "In half a formula", 17),
        ("In a formula", "In millions", 17),
        ("In a formula", "½ a formula", 17),
        ("In a formula", "A formula⁰", 17),
        ("In a formula", "A formula of .5", 17),
        ("give 19", "give −19", 3),
        ("give 19.", "give 19 metres.", 3),
        ("give 19.", "give 19 %.", 3),
        ("give 19.", "give < 29 and >.", 3),
        ("of 1 and 2,", "of 1 + 2,", 3),
        ("$2 \\cdot 7$", "$2 + 7$", 17),
        ("$2 \\cdot 7$", "${2} - {7}$", 17),
    ],
)
def test_a_changed_number_is_reported_with_its_line(
    written: Write, before: str, after: str, line: int
) -> None:
    [message] = wrong_numbers(written(changed=PAGE.replace(before, after)))
    assert f"page.md:{line}: " in message


def test_a_removed_number_is_reported(written: Write) -> None:
    [message] = wrong_numbers(written(changed=PAGE.replace(", $2 \\cdot 7$", "")))
    assert "-7: code 1" in message


def test_a_change_to_what_backs_a_sentence_is_reported(written: Write) -> None:
    messages = wrong_numbers(written(changed=PAGE.replace("\n19\n", "\n20\n")))
    expected = "no block, output or figure of this page has the number 19"
    assert [message.split(": ")[1].split(";")[0] for message in messages] == [expected, expected]


def test_all_numbers_that_nothing_backs_are_listed(written: Write) -> None:
    text = "# One\n\nOf 29, and 39.\n\n| 49 |\n\ntwo hundred and fifty-one\n"
    page = written("# One\n", changed=text)
    lines = [message.removeprefix(page.name) for message in wrong_numbers(page)]
    assert [line.split(": ")[0] for line in lines] == [":3", ":3", ":5", ":7", ":7", ":7", ":7"]
    with pytest.raises(PageError) as error:
        write_notes(page)
    assert error.value.problems == wrong_numbers(page)


def test_the_message_shows_the_change_of_a_note(written: Write) -> None:
    [message] = wrong_numbers(written(changed=PAGE.replace("of 1 and", "of 2 and")))
    assert "-1 and: code 1" in message
    assert "+2 and: code 1" in message
    assert "pytest --update-pages" in message


def test_small_number_words_need_no_backing(written: Write) -> None:
    page = written("# Three\n\nTwelve of `fc1`, [a](b-77.md), [c][d.e8] and <details id='9'>.\n")
    assert wrong_numbers(page) == []


def test_a_name_with_a_digit_is_backed_like_a_number(written: Write) -> None:
    text = "# One\n\nTF32 it is.\n\n```python\nprint('TF32')\n```\n"
    assert wrong_numbers(written(text)) == []
    [message] = wrong_numbers(written(changed=text.replace("TF32 it", "TF42 it")))
    assert "has the number TF42" in message


def test_a_minus_is_a_sign_or_an_operator(written: Write) -> None:
    text = "# One\n\n{}\n\n```python\nprint(5 - 14)\n```\n\n```text\n-9\n```\n"
    assert wrong_numbers(written(text.format("5 − 14 is −9, or (5)-14, or $-9$."))) == []
    for sentence in ("It is 9.", "It is −5.", "It is -14."):
        [message] = wrong_numbers(written("# One\n", changed=text.format(sentence)))
        assert "has the number" in message


def test_a_number_of_several_words_is_rejected(written: Write) -> None:
    for several in ("two hundred", "one thousand and one", "thirty-seven"):
        message, *_ = wrong_numbers(written("# One\n", changed=f"# One\n\nIt is {several}.\n"))
        assert re.search(r"page\.md:3: expected '[a-z -]+' in digits$", message)


def test_the_description_is_a_sentence_of_the_page(written: Write) -> None:
    changed = "---\ndescription: In 9 ways.\n---\n\n# One\n"
    [message] = wrong_numbers(written("# One\n", changed=changed))
    assert "has the number 9" in message


def test_a_number_may_be_written_in_another_way(written: Write) -> None:
    page = written(
        "# One\n\n1,000 and 0.5 and half and ½, thousands\n\n```python\nprint(1000.0, 5e-1)\n```\n"
    )
    assert wrong_numbers(page) == []


def test_the_settings_of_an_api_entry_need_no_backing(written: Write) -> None:
    entry = "# One\n\n::: a.b\n    options:\n      heading_level: 3\n"
    assert wrong_numbers(written(entry)) == []
    [message] = wrong_numbers(written(entry, changed=entry + " and 4\n"))
    assert "has the number 4" in message


def test_a_cited_number_needs_no_block(written: Write) -> None:
    page = written('---\ncited:\n  "2018": the article\n---\n\n# One\n\nIn 2018.\n')
    assert notes_file(page).read_text(encoding="utf-8") == "# One\n2018: cited, the article\n"


def test_a_citation_that_no_sentence_uses_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text('---\ncited:\n  "2018": the article\n---\n\n# One\n', encoding="utf-8")
    page = read_page(path)
    assert wrong_numbers(page) == [f"{page.name}:1: no sentence has the cited 2018"]


def test_citations_must_be_numbers_with_sources(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("---\ncited: 2018\n---\n\nIn 2018.\n", encoding="utf-8")
    message, _ = wrong_numbers(read_page(path))
    assert "page.md:1: expected cited to be numbers with their sources" in message


def test_the_numbers_of_a_figure_back_a_sentence(written: Write, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(
        '<svg height="8"><style>a { margin: 8 }</style><text x="9">22</text></svg>',
        encoding="utf-8",
    )
    text = "# One\n\n22 it is.\n\n```python\ndraw()\n```\n\n![A picture](a.svg)\n"
    assert wrong_numbers(written(text)) == []
    [message] = wrong_numbers(written(changed=text.replace("22 it", "8 it")))
    assert "has the number 8" in message


def test_invisible_text_in_a_figure_backs_nothing(written: Write, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(
        "<svg><metadata><date>8</date></metadata><!-- <g>8</g> --><text>&#8722;9</text></svg>",
        encoding="utf-8",
    )
    text = "# One\n\nIt is −9.\n\n```python\ndraw()\n```\n\n![A picture](a.svg)\n"
    assert wrong_numbers(written(text)) == []
    [message] = wrong_numbers(written(changed=text.replace("−9", "8")))
    assert "has the number 8" in message


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff 22", None])
def test_a_figure_without_text_backs_no_number(
    written: Write, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    text = "# One\n\n5 it is.\n\n```python\ndraw(5)\n```\n\n![A picture](a.png)\n"
    assert wrong_numbers(written(text)) == []
    [message] = wrong_numbers(written(changed=text.replace("5 it", "22 it")))
    assert "page.md:3: no block, output or figure of this page has the number 22" in message


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("1.5e+07", "1.5e+04"),
        ("1.5e+07", "1.5"),
        ("1.5", "1.5e+07"),
        ("1e4", "1"),
        ("2E5", "2e4"),
        ("1_000", "1, 0"),
        ("1,000", "f(1, 0)"),
        ("2.13.0", "2.13.1"),
        ("v2.13", "v2.14"),
        ("2026-05-12", "2026, 5, 12"),
        ("0x1F", "0"),
        ("−3", "3"),
        (".5", "5"),
    ],
)
def test_parts_of_numbers_do_not_match(written: Write, stated: str, shown: str) -> None:
    text = "# One\n\nIt is {}.\n\n```python\nprint(x)\n```\n\n```text\nloss {} after 7 steps\n```\n"
    [message] = wrong_numbers(written("# One\n", changed=text.format(stated, shown)))
    assert f"has the number {stated};" in message
    assert wrong_numbers(written(text.format(stated, stated))) == []


@pytest.mark.parametrize(
    "text",
    [
        "3. The first\n4. The second\n",
        "10) The first\n\n    11) Inside it\n",
        "> 3. In a quote\n",
        "## 7.\n",
        "## 7. The seventh\n",
        "Text[^12].\n\n[^12]: A note.\n",
        "One &#8212; two &#x2014; three&nbsp;four\n",
        "One <!-- of 5 --> two <!-- of\n\n6 --> three\n",
        "See <https://example.org/2026/7>, https://example.org/8 and [t][a-9].\n",
        "[a-9]: https://example.org/10 'Part 11'\n",
        "## Title {#id-2 .x}\n",
        "| a | b |\n|--:|:-:|\n",
    ],
)
def test_text_that_only_looks_like_a_number_needs_no_backing(written: Write, text: str) -> None:
    assert wrong_numbers(written("# One\n", changed=f"# One\n\n{text}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "The sum is\n19. The",
        "$w[0][19]$",
        r"$\frac{19}{19}$",
        "`f[x](19)`",
        "&#49;&#57;",
        "&frac12;",
    ],
)
def test_numbers_in_unusual_places_need_backing(written: Write, text: str) -> None:
    code = "\n\n```python\nprint(0)\n```\n"
    messages = wrong_numbers(written("# One\n", changed=f"# One\n\n{text}{code}"))
    assert messages
    assert all("has the number" in message for message in messages)


@pytest.mark.parametrize(
    ("text", "value"), [("&frac12;", "0.5"), ("&#189;", "0.5"), ("&#x37;", "7"), ("&#55;", "7")]
)
def test_an_entity_is_compared_by_the_number_that_it_shows(
    written: Write, text: str, value: str
) -> None:
    code = f"\n\n```python\nprint({value})\n```\n"
    assert wrong_numbers(written(f"# One\n\n{text}{code}")) == []


def test_the_caption_of_an_image_states_numbers(written: Write) -> None:
    text = '# One\n\n```python\ndraw(5)\n```\n\n![A picture](a-7.svg "One (of {}).")\n'
    assert wrong_numbers(written(text.format(5))) == []
    [message] = wrong_numbers(written(changed=text.format(6)))
    assert "page.md:7: " in message


def test_notes_that_are_not_text_are_ignored(written: Write, tmp_path: Path) -> None:
    page = written()
    true = notes_file(page).read_bytes()
    notes_file(page).write_bytes(b"\xff")
    [message] = wrong_numbers(page)
    assert "+1 and: code 1" in message
    assert write_notes(page)
    assert notes_file(page).read_bytes() == true


def test_notes_of_a_page_without_numbers_are_removed(written: Write) -> None:
    page = written(changed="# One\n")
    assert write_notes(page)
    assert not notes_file(page).exists()
    assert wrong_numbers(page) == []


def test_notes_that_cannot_be_written_are_reported(written: Write, tmp_path: Path) -> None:
    page = written("# One\n", changed=PAGE)
    notes_file(page).mkdir()
    with pytest.raises(PageError, match=r"page\.md:1: its numbers cannot be noted in .*: Is a dir"):
        write_notes(page)


def test_notes_are_kept_only_where_the_folder_has_a_place_for_them(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    assert not write_notes(read_page(path))
    assert list(tmp_path.iterdir()) == [path]
