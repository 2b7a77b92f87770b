"""The built site in a real browser: it loads whole, asks nobody else, and everyone can read it."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from playwright.sync_api import Browser, Page, ViewportSize

DOCS = ROOT / "docs"
SOURCES = [path.relative_to(DOCS).with_suffix("") for path in sorted(DOCS.rglob("*.md"))]
ADDRESSES = [f"{source}/".removesuffix("index/") for source in SOURCES]
# What the guidelines ask for (WCAG 2.2, A and AA), and what axe holds to be good besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it stands, a line for each kind."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


# Colours do not depend on the width, nor the layout on colours. `make audit` takes every pair.
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("address", ADDRESSES, ids=[str(source) for source in SOURCES])
def test_everyone_can_read_it(
    browser: Browser, base_url: str, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    size: ViewportSize = {"width": width, "height": 900}
    with browser.new_context(base_url=base_url, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(address)
        assert violations(page) == []
