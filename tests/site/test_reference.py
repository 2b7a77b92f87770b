"""The API pages say what the docstrings say, in whole sentences."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [path.stem for path in sorted((ROOT / "docs/reference").glob("*.md"))]
RETURNS = re.compile(r"Returns:</span></p>\s*<ul>(.*?)</ul>", re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_what_a_function_returns_is_one_item(site: Path, name: str) -> None:
    """In more than one line, it was once cut into as many."""
    html = (site / "reference" / name / "index.html").read_text(encoding="utf-8")
    found = RETURNS.findall(html)
    assert len(found) == html.count("Returns:</span></p>") > 0
    assert [items for items in found if items.count("<li") != 1] == []
