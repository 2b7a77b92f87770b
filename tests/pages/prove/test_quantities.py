"""Each number in a sentence is backed, and stays tied to what backs it."""

import re
from pathlib import Path

import pytest

from pages.page import Page, read_page
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


@pytest.fixture
def written(tmp_path: Path):
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


def test_every_note_is_of_a_page():
    kept = {file for folder in (ROOT / "docs").rglob("numbers") for file in folder.iterdir()}
    assert kept == {notes_file(read_page(path)) for path in DOCS if notes(read_page(path))}


def test_the_notes_say_what_backs_each_number(written):
    assert notes_file(written()).read_text(encoding="utf-8") == (
        "# A neuron\n1 and: code 1\n2: code 1\n19: output 1\n19: output 1\n"
        "2 \\cdot: code 1\n7: code 1\n"
    )


def test_a_page_that_was_not_changed_has_no_wrong_number(written):
    assert wrong_numbers(written()) == ""


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
def test_a_changed_number_is_named_with_its_line(written, before, after, line):
    assert f"page.md:{line}: " in wrong_numbers(written(changed=PAGE.replace(before, after)))


def test_a_number_that_is_left_out_is_noticed(written):
    assert "-7: code 1" in wrong_numbers(written(changed=PAGE.replace(", $2 \\cdot 7$", "")))


def test_a_change_of_what_backs_a_sentence_is_noticed(written):
    wrong = wrong_numbers(written(changed=PAGE.replace("\n19\n", "\n20\n")))
    assert "page.md:3: no block, output or figure of this page has the number 19" in wrong


def test_the_message_says_what_was_noted_what_is_now_and_how_to_mend_it(written):
    wrong = wrong_numbers(written(changed=PAGE.replace("of 1 and", "of 2 and")))
    assert "-1 and: code 1" in wrong
    assert "+2 and: code 1" in wrong
    assert "pytest --update-pages" in wrong


def test_small_counting_words_and_names_and_addresses_are_free(written):
    page = written("# Three\n\nTwelve of `fc1`, [a](b-77.md), [c][d.e8] and <details id='9'>.\n")
    assert wrong_numbers(page) == ""


def test_a_name_with_a_digit_is_held_to_the_same(written):
    text = "# One\n\nTF32 it is.\n\n```python\nprint('TF32')\n```\n"
    assert wrong_numbers(written(text)) == ""
    assert "has the number TF42" in wrong_numbers(
        written(changed=text.replace("TF32 it", "TF42 it"))
    )


def test_a_sign_counts_and_an_operator_is_none(written):
    text = "# One\n\n{}\n\n```python\nprint(5 - 14)\n```\n\n```text\n-9\n```\n"
    assert wrong_numbers(written(text.format("5 − 14 is −9, or (5)-14, or $-9$."))) == ""
    for sentence in ("It is 9.", "It is −5.", "It is -14."):
        wrong = wrong_numbers(written("# One\n", changed=text.format(sentence)))
        assert "has the number" in wrong


def test_a_number_of_several_words_is_to_be_in_digits(written):
    for several in ("two hundred", "one thousand and one", "thirty-seven"):
        wrong = wrong_numbers(written("# One\n", changed=f"# One\n\nIt is {several}.\n"))
        assert re.search("page.md:3: expected '[a-z -]+' in digits$", wrong)


def test_the_description_is_a_sentence_of_the_page(written):
    changed = "---\ndescription: In 9 ways.\n---\n\n# One\n"
    assert "has the number 9" in wrong_numbers(written("# One\n", changed=changed))


def test_a_number_may_be_written_in_another_way(written):
    page = written(
        "# One\n\n1,000 and 0.5 and half and ½, thousands\n\n```python\nprint(1000.0, 5e-1)\n```\n"
    )
    assert wrong_numbers(page) == ""


def test_the_settings_of_an_api_entry_are_no_sentences(written):
    entry = "# One\n\n::: a.b\n    options:\n      heading_level: 3\n"
    assert wrong_numbers(written(entry)) == ""
    assert "has the number 4" in wrong_numbers(written(entry, changed=entry + " and 4\n"))


def test_a_cited_number_needs_no_block(written):
    page = written('---\ncited:\n  "2018": the article\n---\n\n# One\n\nIn 2018.\n')
    assert notes_file(page).read_text(encoding="utf-8") == "# One\n2018: cited, the article\n"


def test_a_citation_of_no_use_is_refused(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text('---\ncited:\n  "2018": the article\n---\n\n# One\n', encoding="utf-8")
    assert (
        wrong_numbers(read_page(path))
        == f"{read_page(path).name}:1: no sentence has the cited 2018"
    )


def test_citations_must_be_numbers_with_sources(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text("---\ncited: 2018\n---\n\nIn 2018.\n", encoding="utf-8")
    assert "expected cited to be numbers with their sources" in wrong_numbers(read_page(path))


def test_the_numbers_of_a_figure_back_a_sentence(written, tmp_path: Path):
    (tmp_path / "a.svg").write_text(
        '<svg height="8"><style>a { margin: 8 }</style><text x="9">22</text></svg>',
        encoding="utf-8",
    )
    text = "# One\n\n22 it is.\n\n```python\ndraw()\n```\n\n![A picture](a.svg)\n"
    assert wrong_numbers(written(text)) == ""
    assert "has the number 8" in wrong_numbers(written(changed=text.replace("22 it", "8 it")))


def test_notes_are_kept_only_where_the_folder_has_a_place_for_them(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    assert not write_notes(read_page(path))
    assert list(tmp_path.iterdir()) == [path]
