"""Test that a reader of any page finds out how to get the package."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.page import read_page
from pages.project import DOCS
from tests.conftest import Tab

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


def test_the_ways_to_get_the_package_need_no_script(tab: Tab) -> None:
    page = tab(java_script_enabled=False)
    page.goto("")
    pip, colab, clone = page.locator(".tabbed-block").all()
    expect(pip).to_be_visible()
    page.get_by_role("radio", name="pip").press("ArrowRight")
    expect(page.get_by_role("radio", name="Colab")).to_be_focused()
    expect(colab).to_be_visible()
    expect(pip).to_be_hidden()
    page.get_by_text("Clone", exact=True).click()
    expect(clone).to_be_visible()


def test_all_ways_to_get_the_package_are_printed(tab: Tab) -> None:
    page = tab()
    page.goto("")
    page.emulate_media(media="print")
    for way in page.locator(".tabbed-block").all():
        expect(way).to_be_visible()
