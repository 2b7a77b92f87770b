"""Test that extensions know which page they are converting."""

from pathlib import Path

import pytest
from markdown import Markdown

from pages.extensions.context import Here, find_here
from tests.conftest import make_page


def test_the_current_page_is_known_under_mkdocs() -> None:
    md = Markdown()
    make_page(md, Path("docs"), "learn/page.md")
    assert find_here(md) == Here(Path("docs"), "learn/page.md")


def test_without_mkdocs_there_is_no_current_page() -> None:
    with pytest.raises(LookupError, match="expected MkDocs or Zensical to convert the page, got"):
        find_here(Markdown())
