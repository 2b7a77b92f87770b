"""The built site in a real browser: it loads whole, asks nobody else, and everyone can read it."""

from itertools import cycle
from typing import Literal

import pytest
from tests.conftest import Tab
from playwright.sync_api import Browser, ViewportSize, expect

from audit.browse import (
    ADDRESSES,
    MOST_BYTES,
    MOST_REQUESTS,
    NARROW,
    SOURCES,
    WIDE,
    first_visits,
    listen,
    violations,
)

every_page = pytest.mark.parametrize("address", ADDRESSES, ids=[str(source) for source in SOURCES])

# Each page in one of the ways, in turn; `make audit` takes every page in all of them.
WAYS = [(WIDE, "light"), (NARROW, "dark"), (NARROW, "light"), (WIDE, "dark")]
# How many pieces of code scroll where a keyboard cannot scroll them.
OUT_OF_REACH = """all => all.filter(
    code => code.scrollWidth > code.clientWidth && code.tabIndex !== 0
).length"""
# A page lets the keyboard reach what scrolls a moment after it is there: it has 100 frames for it.
OUT_OF_REACH_IN_THE_END = f"""async all => {{
    const outOfReach = {OUT_OF_REACH};
    for (let frame = 0; outOfReach(all) && frame < 100; frame += 1)
        await new Promise(requestAnimationFrame);
    return outOfReach(all);
}}"""


@pytest.mark.parametrize(
    ("address", "size", "scheme"),
    [(address, *way) for address, way in zip(ADDRESSES, cycle(WAYS), strict=False)],
    ids=[str(source) for source in SOURCES],
)
def test_everyone_can_read_it(
    tab: Tab, address: str, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    page = tab()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    heard = listen(page)
    page.goto(address)
    assert page.locator("pre > code").evaluate_all(OUT_OF_REACH_IN_THE_END) == 0
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == size["width"]
    assert violations(page) == []
    page.set_viewport_size(NARROW)  # where little fits
    assert page.evaluate(width) == NARROW["width"]
    assert heard == []


def test_a_first_visit_is_light(browser: Browser, base_url: str) -> None:
    for address, sizes in first_visits(browser, base_url).items():
        assert base_url + address in sizes
        assert len(sizes) <= MOST_REQUESTS, sizes
        assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_on_a_phone_code_that_scrolls_is_in_reach_of_a_keyboard(tab: Tab) -> None:
    page = tab(has_touch=True)
    page.set_viewport_size(NARROW)
    page.goto("learn/optimizer/")
    folded = page.locator("article details").first
    folded.evaluate("one => one.open = true")
    code = page.locator("pre > code")
    assert code.evaluate_all("all => all.some(code => code.scrollWidth > code.clientWidth)")
    # The event that tells of the opened answer comes later.
    expect(folded.locator("pre > code").first).to_have_attribute("tabindex", "0")
    assert code.evaluate_all(OUT_OF_REACH) == 0


@every_page
def test_without_javascript_nothing_is_missing(tab: Tab, address: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(address)
    # Folded answers open without a script: what counts is that something is in them.
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    parts = page.locator("article").locator("h1, h2, h3, p, li, td, svg, math, pre, summary")
    hidden = parts.evaluate_all(
        """all => all
            .filter(part => part.textContent.trim() && !part.checkVisibility())
            .map(part => part.outerHTML.slice(0, 100))"""
    )
    assert parts.count() > 5
    assert hidden == []
    # What is a picture that answers where there is JavaScript is no more than its figure.
    for picture in page.locator("article :not(:defined)").all():
        boxes = [picture.bounding_box(), picture.locator("svg").bounding_box()]
        assert boxes[0] and boxes[1] and boxes[0]["height"] == boxes[1]["height"]


def test_on_paper_answers_are_open_and_nothing_waits_for_a_click(tab: Tab) -> None:
    page = tab()
    page.emulate_media(color_scheme="dark")
    page.goto("learn/neuron/")
    answer = page.locator("article details pre").first
    controls = page.locator("article").locator("input, button, select")
    scheme = page.locator("body")
    expect(controls.first).to_be_visible()
    assert not answer.evaluate("part => part.checkVisibility()")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert answer.evaluate("part => part.checkVisibility()")
    assert not any(control.is_visible() for control in controls.all())
    assert scheme.get_attribute("data-md-color-scheme") == "default"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert scheme.get_attribute("data-md-color-scheme") == "slate"


def test_a_script_that_is_not_ours_is_not_run(tab: Tab) -> None:
    page = tab()
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
