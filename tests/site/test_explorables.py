"""Test what all explorables have in common."""

import gzip
from pathlib import Path

import pytest

from audit.markup import read
from pages.project import ROOT, page_file

SCRIPTS = sorted((ROOT / "docs/assets").glob("explore-*.js"))
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


@each_script
def test_a_script_is_small(script: Path) -> None:
    limit = 8000 if script.stem == "explore-optimizer" else 4000
    assert len(gzip.compress(script.read_bytes())) < limit


@each_script
def test_without_javascript_an_explorable_shows_its_figure(script: Path, site: Path) -> None:
    """`test_browser.py` tests how that looks."""
    page = read(site / page_file(f"learn/{script.stem.removeprefix('explore-')}.md"))
    [explorable] = page.select(script.stem)
    assert [child.name for child in explorable.find_all(recursive=False)] == ["svg"]
