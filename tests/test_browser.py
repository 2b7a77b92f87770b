"""The built site in a real browser: it loads whole, asks nobody else, and everyone can read it."""

from gzip import compress
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from playwright.sync_api import Browser, Page, ViewportSize

DOCS = ROOT / "docs"
SOURCES = [path.relative_to(DOCS).with_suffix("") for path in sorted(DOCS.rglob("*.md"))]
ADDRESSES = [f"{source}/".removesuffix("index/") for source in SOURCES]
# What the guidelines ask for (WCAG 2.2, A and AA), and what axe holds to be good besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
# The theme's scripts and styles included.
MOST_REQUESTS, MOST_BYTES = 14, 150_000

every_page = pytest.mark.parametrize("address", ADDRESSES, ids=[str(source) for source in SOURCES])


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it stands, a line for each kind."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


def listen(page: Page) -> list[str]:
    """Begin to collect what a page must not do: complain, or ask another host for something."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: foreign(request.url) and heard.append(request.url))
    return heard


def foreign(address: str) -> bool:
    return urlsplit(address).hostname not in ("127.0.0.1", None)


# Colours do not depend on the width, nor the layout on colours. `make audit` takes every pair.
@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
@every_page
def test_everyone_can_read_it(
    browser: Browser,
    base_url: str,
    address: str,
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    with browser.new_context(base_url=base_url, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        heard = listen(page)
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        assert violations(page) == []
        assert heard == []


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.startswith("learn/")])
def test_a_first_visit_is_light(page: Page, address: str) -> None:
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(compress(answer.body()))}))
    page.goto(address, wait_until="networkidle")
    assert len(sizes) <= MOST_REQUESTS, sizes
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_a_script_that_is_not_ours_is_not_run(page: Page) -> None:
    page.goto("")
    said = listen(page)
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.run = true";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("window.run") is None
    assert "Content Security Policy" in said[0]
