"""Extensions know which page they are converting."""

from pathlib import Path

import pytest
from markdown import Markdown

from pages.extensions.context import Here, find_here
from tests.conftest import make_page


def test_mkdocs_says_which_page_it_converts() -> None:
    md = Markdown()
    make_page(md, Path("docs"), "learn/page.md")
    assert find_here(md) == Here(Path("docs"), "learn/page.md")


def test_markdown_alone_converts_no_page() -> None:
    with pytest.raises(LookupError, match="expected MkDocs or Zensical to convert the page, got"):
        find_here(Markdown())
