"""What all pictures that answer have in common."""

import gzip
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPTS = sorted((ROOT / "docs/assets").glob("explore-*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_is_small(script: Path) -> None:
    assert len(gzip.compress(script.read_bytes())) < 4000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_without_javascript_there_is_its_figure(script: Path, site: Path) -> None:
    """What it looks like then is seen in `test_browser.py`."""
    page = site / "learn" / script.stem.removeprefix("explore-") / "index.html"
    [inside] = re.findall(f"<{script.stem}>(.*?)</{script.stem}>", page.read_text("utf-8"), re.S)
    assert inside.strip().startswith("<svg") and inside.strip().endswith("</svg>")
