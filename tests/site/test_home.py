"""Test the home page in a browser: its first screen, its cards, and the site's fonts."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import ViewportSize, expect

from audit.browse import NARROW, WIDE, shift
from pages.project import DOCS
from tests.conftest import Tab

FONTS = sorted((DOCS / "assets/fonts").glob("Atkinson*.woff2"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_first_screen_shows_where_to_begin_and_the_live_figure(
    tab: Tab, size: ViewportSize
) -> None:
    page = tab()
    page.set_viewport_size(size)
    page.goto("")
    for part in (page.get_by_role("link", name="Begin"), page.locator("explore-neuron svg")):
        expect(part).to_be_in_viewport(ratio=1)
    page.locator("explore-neuron [name=w1]").first.wait_for()
    assert shift(page) < 0.01


def test_a_click_anywhere_on_a_card_opens_its_page(tab: Tab) -> None:
    page = tab()
    page.goto("")
    page.locator(".page-path li").nth(1).click(position={"x": 10, "y": 10})
    expect(page.get_by_role("heading", level=1)).to_have_text("Neuron¶")


def test_the_cards_are_a_list_of_links_without_scripts(tab: Tab) -> None:
    page = tab(java_script_enabled=False)
    page.goto("")
    cards = page.get_by_role("listitem").filter(has=page.get_by_text("min", exact=False))
    expect(cards.get_by_role("link").nth(2)).to_have_text("Batch")


def test_text_and_code_have_the_fonts_of_the_site(tab: Tab) -> None:
    page = tab()
    page.goto("")
    browser = page.context.new_cdp_session(page)
    for command in ("DOM.enable", "CSS.enable"):
        browser.send(command)
    root = browser.send("DOM.getDocument")["root"]["nodeId"]
    for selector, name in [("h1", "Next"), (".page-path p", "Next"), ("h2 ~ div .kn", "Mono")]:
        node = browser.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        [font] = browser.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert font["familyName"].startswith(f"Atkinson Hyperlegible {name}"), selector
    browser.detach()


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_a_font_has_the_listed_characters(path: Path) -> None:
    lines = (DOCS / "_theme/text-characters.txt").read_text(encoding="utf-8").splitlines()
    spans = [span.split("-") for line in lines if line[:1] != "#" for span in line.split()]
    listed = {code for span in spans for code in range(int(span[0], 16), int(span[-1], 16) + 1)}
    assert len(listed) > 100
    assert listed - set(TTFont(path).getBestCmap()) == set()
