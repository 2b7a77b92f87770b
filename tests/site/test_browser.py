"""Test the built site in a browser: sizes, accessibility, printing and the security policy."""

from itertools import cycle

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from audit.browse import (
    MOST_BYTES,
    MOST_REQUESTS,
    NARROW,
    SOURCES,
    URLS,
    WAYS,
    Scheme,
    first_visits,
    listen,
    page_width,
    switch,
    violations,
)
from tests.conftest import Tab

# Which blocks of code scroll sideways, except those in folded answers.
SCROLL = """all => all.flatMap((code, i) =>
    code.checkVisibility() && code.scrollWidth > code.clientWidth ? [i] : []
)"""


def expect_code_in_reach(page: Page) -> int:
    """Expect that a keyboard reaches each block of code that scrolls, and return their number.

    A page makes them reachable a moment after it is shown.
    """
    code = page.locator("pre > code")
    scrolling = code.evaluate_all(SCROLL)
    for i in scrolling:
        expect(code.nth(i)).to_have_attribute("tabindex", "0")
    return len(scrolling)


# `make audit` checks every page in each of these ways.
@pytest.mark.parametrize(
    ("url", "size", "scheme"),
    [(url, *way) for url, way in zip(URLS, cycle(WAYS), strict=False)],
    ids=SOURCES,
)
def test_each_page_is_accessible(tab: Tab, url: str, size: ViewportSize, scheme: Scheme) -> None:
    page = tab()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    heard = listen(page)
    page.goto(url)
    expect_code_in_reach(page)
    assert page_width(page) == size["width"]
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert page_width(page) == NARROW["width"]
    assert heard == []


def test_a_first_visit_loads_little(browser: Browser, base_url: str) -> None:
    for url, sizes in first_visits(browser, base_url).items():
        assert base_url + url in sizes
        # The home page has three interactive figures, each with a script.
        assert len(sizes) <= MOST_REQUESTS + (url == ""), sizes
        assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_a_keyboard_reaches_code_that_scrolls_on_a_touch_screen(tab: Tab) -> None:
    """There, the theme takes code out of reach when it begins to scroll."""
    page = tab(has_touch=True)
    page.goto("learn/optimizer/")
    expect(page.locator(".md-code__button").first).to_be_attached()  # by the theme
    page.set_viewport_size(NARROW)
    folded = page.locator("article details").first
    folded.evaluate("one => one.open = true")
    expect(folded.locator("pre > code").first).to_have_attribute("tabindex", "0")
    assert expect_code_in_reach(page) > 1


@pytest.mark.parametrize("url", URLS, ids=SOURCES)
def test_without_javascript_nothing_is_missing(tab: Tab, url: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(url)
    # A reader can open folded answers and tabs without a script, so the text in them counts.
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.locator(".tabbed-block").evaluate_all("all => all.map(one => one.style.display = 'block')")
    parts = page.locator("article").locator("h1, h2, h3, p, li, td, svg, math, pre, summary")
    hidden = parts.evaluate_all(
        """all => all
            .filter(part => part.textContent.trim() && !part.checkVisibility())
            .map(part => part.outerHTML.slice(0, 100))"""
    )
    assert parts.count() > 5
    assert hidden == []
    # An explorable takes no more space than its figure.
    for explorable in page.locator("article :not(:defined)").all():
        boxes = [explorable.bounding_box(), explorable.locator("svg").bounding_box()]
        assert boxes[0] and boxes[1] and boxes[0]["height"] == boxes[1]["height"]


def test_answers_are_printed_unfolded(tab: Tab) -> None:
    page = tab()
    page.goto("learn/neuron/")
    answer = page.locator("article details pre").first
    assert not answer.evaluate("part => part.checkVisibility()")
    page.emulate_media(media="print")
    assert answer.evaluate("part => part.checkVisibility()")


def test_controls_are_not_printed(tab: Tab) -> None:
    page = tab()
    page.goto("learn/neuron/")
    controls = page.locator("article").locator("input, button, select")
    expect(controls.first).to_be_visible()
    page.emulate_media(media="print")
    assert not any(control.is_visible() for control in controls.all())


def test_pages_print_in_the_light_scheme(tab: Tab) -> None:
    page = tab()
    page.goto("")
    switch(page, "dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


def test_a_script_from_elsewhere_does_not_run(tab: Tab) -> None:
    page = tab()
    page.goto("")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.run = true";
                document.body.append(script);
            }"""
        )
    assert page.evaluate("window.run") is None
