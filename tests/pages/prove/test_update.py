"""Test that `pytest --update-pages` corrects outputs and figures, and changes nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.page import read_page
from pages.prove.compare import differences, faults
from pages.prove.session import Session
from pages.prove.update import update

Update = Callable[[str], str]


@contextmanager
def run_all(path: Path) -> Iterator[Session]:
    session = Session(read_page(path))
    for block in session.page.blocks:
        session.run(block)
    yield session
    session.close()


def changed(path: Path) -> bool:
    with run_all(path) as session:
        return update(session)


@pytest.fixture
def updated(tmp_path: Path) -> Update:
    """Write a page, update it, and return it; a second update changes nothing."""

    def updated(text: str) -> str:
        path = tmp_path / "page.md"
        path.write_bytes(text.encode())
        first = changed(path)
        once = path.read_bytes().decode()
        assert first == (once != text)
        assert not changed(path)
        assert path.read_bytes().decode() == once
        return once

    return updated


def test_a_wrong_output_is_rewritten(updated: Update) -> None:
    page = "# Title\n\n```python\nprint(19)\n```\n\n```text\n18\n```\n\nText.\n"
    assert updated(page) == page.replace("18", "19")


def test_a_missing_output_is_inserted(updated: Update) -> None:
    page = "```python\nprint(19)\n```\n\nText.\n"
    assert updated(page) == "```python\nprint(19)\n```\n\n```text\n19\n```\n\nText.\n"


def test_an_output_is_inserted_before_the_figures(updated: Update) -> None:
    page = "```python\nprint(19)\n```\n\n![A](a.svg)\n"
    assert updated(page) == "```python\nprint(19)\n```\n\n```text\n19\n```\n\n![A](a.svg)\n"


def test_a_stale_output_is_removed(updated: Update) -> None:
    page = "```python\na = 19\n```\n\n```text\n19\n```\n\nText.\n"
    assert updated(page) == "```python\na = 19\n```\n\nText.\n"


def test_an_error_that_is_no_longer_raised_is_replaced_by_the_output(updated: Update) -> None:
    page = "```python\nprint(1)\n```\n\n```text\n{}```\n"
    error = "Traceback (most recent call last):\n  ...\nValueError: one\n"
    assert updated(page.format(error)) == page.format("1\n")


def test_another_error_replaces_the_expected_one(updated: Update) -> None:
    page = (
        "```python\nraise ValueError('one\\n\\nthree')\n```\n\n"
        "```text\nTraceback (most recent call last):\n  ...\nValueError: {}\n```\n"
    )
    assert updated(page.format("two")) == page.format("one\n\nthree")


@pytest.mark.parametrize(
    ("prefix", "empty"), [("    ", ""), ("> ", ">"), ("> > ", "> >"), ("    > ", "    >")]
)
def test_a_nested_output_is_nested_like_its_block(updated: Update, prefix: str, empty: str) -> None:
    code = f"Text:\n{empty}\n{prefix}```python\n{prefix}print('a\\n\\nb')\n{prefix}```\n"
    output = f"{empty}\n{prefix}```text\n{prefix}a\n{empty}\n{prefix}b\n{prefix}```\n"
    assert updated(code) == code + output
    wrong = output.replace("a\n", "c\n")
    assert updated(code + wrong) == code + output


def test_the_output_of_commands_is_rewritten(updated: Update) -> None:
    page = "```bash\necho 19\n```\n\n```text\n{}```\n"
    assert updated(page.format("")) == page.format("19\n")
    assert updated(page.format("18\n")) == page.format("19\n")


def test_an_output_with_fences_is_fenced_by_more_marks(updated: Update) -> None:
    code = "```python\nprint('```\\n````')\n```\n"
    assert updated(code) == code + "\n`````text\n```\n````\n`````\n"


@pytest.mark.parametrize(
    "page",
    [
        "```python\nprint(19)\n```\n\n~~~text\n19\n~~~\n",
        "```python\nprint(19)\n```\n```text\n19\n```\nText.",
        "```python\nprint()\n```\n\n```text\n\n```\n",
        "```python\nprint('a', end='')\n```\n\n\n\n```text\na\n```\n\n\n\n",
        "```python\na = 1\n```",
        "Text  \n\n\n\nwith trailing blanks  ",
        "",
    ],
)
def test_a_correct_page_stays_unchanged(updated: Update, page: str) -> None:
    assert updated(page) == page


def test_no_line_end_is_added_at_the_end(updated: Update) -> None:
    page = "```python\nprint(19)\n```\n\n```text\n18\n```"
    assert updated(page) == page.replace("18", "19")


def test_a_page_keeps_its_line_ends(updated: Update) -> None:
    page = "# σ\r\n\r\n```python\r\nprint(19)\r\n```\r\n\r\n```text\r\n18\r\n```\r\n"
    assert updated(page) == page.replace("18", "19")


def test_a_figure_is_written(tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figures" / "a.svg"
    text = (
        "```python\nfrom pathlib import Path\n\nPath('figures').mkdir(exist_ok=True)\n"
        "_ = Path('figures/a.svg').write_bytes(b'A\\r\\n')\n```\n\n![A](figures/a.svg)\n"
    )
    page.write_text(text)
    assert changed(page)
    assert figure.read_bytes() == b"A\r\n"
    figure.write_bytes(b"A\n")
    assert changed(page)
    assert figure.read_bytes() == b"A\r\n"
    assert not changed(page)
    assert page.read_text() == text


def test_a_block_that_did_not_run_stays_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("```python\nprint(1)\n```\n\n```python\nprint(2)\n```\n")
    session = Session(read_page(path))
    session.run(session.page.blocks[0])
    assert update(session)
    session.close()
    assert path.read_text() == (
        "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\nprint(2)\n```\n"
    )


def test_a_page_edited_while_its_blocks_ran_stays_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("Text.\n\n```python\nprint(1)\n```\n")
    with run_all(path) as session:
        path.write_text("New text.\n\n```python\nprint(1)\n```\n")
        with pytest.raises(ValueError, match="it was edited while its blocks ran"):
            update(session)
    assert path.read_text() == "New text.\n\n```python\nprint(1)\n```\n"


printed = st.lists(st.sampled_from(["", "1", "  19", "```", "σ", "> a", "![A](a.svg)"]), max_size=3)


@st.composite
def passages(draw: st.DrawFn) -> str:
    """A line of text, or a block nested somewhere, with a true, wrong, stale or missing output."""
    if draw(st.booleans()):
        return draw(st.sampled_from(["Text.", "# Title", "", "- item", "> said"])) + "\n"
    lines = ["```python", *(f"print({line!r})" for line in draw(printed)), "```"]
    shown = draw(st.none() | printed)
    if shown is not None:
        lines += ["", "````text", *shown, "````"]
    prefix = draw(st.sampled_from(["", "    ", "> ", "    > "]))
    return "".join((prefix + line).rstrip() + "\n" for line in lines) + "\nText.\n"


def without_outputs(path: Path) -> list[str]:
    page = read_page(path)
    lines = list(page.lines)
    for fence in page.fences:
        if fence.language == "text":
            lines[fence.line - 1 : fence.end] = [""] * (fence.end - fence.line + 1)
    return [line for line in lines if line.strip(" >")]


@settings(max_examples=50)
@given(st.lists(passages(), max_size=5))
def test_an_update_corrects_any_page_without_changing_anything_else(
    tmp_path_factory: pytest.TempPathFactory, text: list[str]
) -> None:
    path = tmp_path_factory.mktemp("pages") / "page.md"
    path.write_text("".join(text))
    before = without_outputs(path)
    changed(path)
    assert without_outputs(path) == before
    with run_all(path) as session:
        for block, result in zip(session.page.blocks, session.results.values(), strict=True):
            assert faults(session, block, result) + differences(session, block, result) == []
    assert not changed(path)
