"""Test that API pages show the descriptions in docstrings in one piece."""

from pathlib import Path

import pytest
from bs4 import Tag

from audit.browse import SOURCES
from audit.markup import read
from pages.project import page_file


def is_heading_of_returns(element: Tag) -> bool:
    return element.name == "p" and element.get_text(strip=True) == "Returns:"


@pytest.mark.parametrize("source", [path for path in SOURCES if path.startswith("reference/")])
def test_a_return_value_is_described_in_one_item(site: Path, source: str) -> None:
    """Each line of a long description could become a separate item."""
    headings = read(site / page_file(source)).find_all(is_heading_of_returns)
    assert headings
    for heading in headings:
        items = heading.find_next_sibling("ul")
        assert items is not None
        assert len(items.find_all("li")) == 1, items.get_text()
