"""Test API pages: descriptions, examples to copy, and the names in signatures."""

import builtins
from contextlib import nullcontext
from pathlib import Path

import pytest
from bs4 import Tag

from audit.browse import SOURCES
from audit.markup import read
from pages.project import page_file

REFERENCE = [path for path in SOURCES if path.startswith("reference/")]


def is_heading_of_returns(element: Tag) -> bool:
    return element.name == "p" and element.get_text(strip=True) == "Returns:"


@pytest.mark.parametrize("source", REFERENCE)
def test_a_return_value_is_described_in_one_item(site: Path, source: str) -> None:
    """Each line of a long description could become a separate item."""
    headings = read(site / page_file(source)).find_all(is_heading_of_returns)
    assert headings
    for heading in headings:
        items = heading.find_next_sibling("ul")
        assert items is not None
        assert len(items.find_all("li")) == 1, items.get_text()


@pytest.mark.parametrize("source", REFERENCE)
def test_a_copied_example_runs(
    site: Path, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    buttons = read(site / page_file(source)).select("[data-clipboard-text]")
    assert buttons
    for button in buttons:
        example = button.find_parent("pre")
        fails = example is not None and "Traceback" in example.get_text()
        with pytest.raises(ValueError, match="expected") if fails else nullcontext():
            exec(str(button["data-clipboard-text"]), {})


@pytest.mark.parametrize("source", REFERENCE)
def test_every_name_in_a_signature_is_linked_or_built_in(site: Path, source: str) -> None:
    """Mkdocstrings gives a name that it cannot link the full name as its title."""
    page = read(site / page_file(source))
    documented = {str(element["id"]) for element in page.select("[id]")}
    names = {str(name["title"]) for name in page.select("code [title]")} - set(dir(builtins))
    # The name of an attribute is in the list of its class, which explains it.
    assert {name for name in names if name.rpartition(".")[0] not in documented} == set()
