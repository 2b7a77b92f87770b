"""Test that a reader who arrives on any learn page learns how to get the package."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from pages.page import read_page
from pages.project import DOCS

LEARN = sorted((DOCS / "learn").glob("*.md"))
IMPORTS = re.compile(r"^(?:import|from) nnfp\b", re.MULTILINE)
POINTER = "(../index.md#get-the-package)"


@pytest.mark.parametrize("path", LEARN, ids=lambda path: path.stem)
def test_a_page_says_how_to_get_the_package_where_it_is_first_imported(path: Path) -> None:
    page = read_page(path)
    starts = [block.code.line for block in page.blocks] + [len(page.lines)]
    blocks = zip(page.blocks, pairwise(starts), strict=True)
    end = next(end for block, (_, end) in blocks if IMPORTS.search(block.code.content))
    assert POINTER in "\n".join(page.lines[:end])
