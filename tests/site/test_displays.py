"""Test the site on small screens and paper, with large letters, a keyboard or high contrast."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from audit.browse import NARROW, WIDE, page_width
from tests.conftest import Tab

# Functions for the scripts below
HELPERS = """
    const all = selector => [...document.querySelectorAll(selector)];
    const box = element => element.getBoundingClientRect();
    const unfold = () => all("article details").forEach(fold => fold.open = true);
"""


def test_a_formula_is_centered_unless_it_scrolls(tab: Tab) -> None:
    page = tab()
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("learn/initialization/")
    formula = page.get_by_role("group", name="Formula").first
    expect(formula).to_have_attribute("tabindex", "0")
    assert gaps(formula)[0] == 0
    page.set_viewport_size(WIDE)
    expect(formula).not_to_have_attribute("tabindex")
    left, right = gaps(formula)
    assert left == pytest.approx(right, abs=1)


def gaps(formula: Locator) -> tuple[float, float]:
    """Return how much room is left and right of a formula, in its box."""
    outer, inner = formula.bounding_box(), formula.locator("math").bounding_box()
    assert outer and inner
    left = inner["x"] - outer["x"]
    return left, outer["width"] - inner["width"] - left


# The keyboard


# Counts the Tab stops, and lists those without a ring.
UNMARKED = f"""() => {{
    {HELPERS}
    unfold();
    const stops = all("a, button, input, select, summary, [tabindex='0']").filter(stop => {{
        stop.focus();
        return document.activeElement === stop;
    }});
    return [stops.length, stops.filter(stop => {{
        stop.focus();
        // The field that chooses the colors is invisible: its label has the ring.
        const shown = stop.matches(".md-option") ? stop.nextElementSibling : stop;
        const {{ outlineStyle, outlineWidth }} = getComputedStyle(shown);
        return outlineStyle === "none" || parseFloat(outlineWidth) < 2;
    }}).map(stop => stop.outerHTML.slice(0, 100))];
}}"""


@pytest.mark.parametrize("url", ["learn/neuron/", "learn/speed/"])
def test_the_focus_is_visible_everywhere(tab: Tab, url: str) -> None:
    page = tab()
    page.goto(url)
    page.locator(".nnfp-done").first.wait_for(state="attached")
    page.keyboard.press("Tab")  # shows that the reader uses the keyboard
    count, unmarked = page.evaluate(UNMARKED)
    assert count > 100
    assert unmarked == []


def test_the_focus_never_goes_to_what_is_hidden(tab: Tab) -> None:
    page = tab()
    page.set_viewport_size(NARROW)
    page.goto("learn/neuron/")
    page.get_by_role("textbox", name="Search").press("Tab")
    first = page.get_by_role("navigation", name="Where this page is").get_by_role("link").first
    while not first.evaluate("link => link === document.activeElement"):
        # All but a pixel of a line, which a menu that scrolls may hide.
        expect(page.locator(":focus")).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("Tab")


# Small screens and large letters

COVERED = f"""() => {{
    {HELPERS}
    unfold();
    return all(".md-code__nav").filter(nav => {{
        const code = nav.previousElementSibling;
        code.scrollLeft = code.scrollWidth;
        const text = document.createRange();
        text.selectNodeContents(code);
        const [button, lines] = [box(nav), [...text.getClientRects()]];
        // The rectangles of letters are higher than what is drawn of them.
        return lines.some(line => line.right > button.left + 1 && line.top < button.bottom - 4);
    }}).map(nav => nav.previousElementSibling.textContent.split("\\n")[0]);
}}"""


@pytest.mark.parametrize("width", [320, 390])
def test_the_longest_name_of_a_module_fits_on_one_line(tab: Tab, width: int) -> None:
    page = tab()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("reference/classification/")
    lines = page.locator("article h1").evaluate(
        """title => {
            const text = document.createRange();
            text.selectNodeContents(title.firstChild);
            return text.getClientRects().length;
        }"""
    )
    assert lines == 1


@pytest.mark.parametrize("width", [320, 390, 600])
def test_no_code_is_below_the_copy_button(tab: Tab, width: int) -> None:
    page = tab()
    page.set_viewport_size({"width": width, "height": 800})
    for url in ("learn/speed/", "learn/layer/"):
        page.goto(url)
        assert page.evaluate(COVERED) == []


@pytest.mark.parametrize("url", ["learn/start/", "learn/speed/", "reference/layer/", "glossary/"])
def test_letters_twice_as_large_fit_on_a_small_screen(page: Page, url: str) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(url)
    assert page_width(page) == 320
    assert page.evaluate(COVERED) == []


def test_a_long_word_is_broken(tab: Tab) -> None:
    page = tab()
    page.set_viewport_size(NARROW)
    page.goto("learn/start/")
    page.locator(".nnfp-predict input").first.fill("w" * 200)
    page.locator(".nnfp-predict button").first.click()
    expect(page.locator(".nnfp-predict output").first).not_to_be_empty()
    parts = "h1, h2, p, li, summary, blockquote, p code, .md-path a, .md-footer__title"
    page.locator(parts).evaluate_all("all => all.forEach(part => part.append('w'.repeat(200)))")
    assert page_width(page) == NARROW["width"]


# High contrast


@pytest.mark.parametrize(
    "icon", [".md-code__button", "article summary", ".md-path__item:nth-child(2)"]
)
def test_an_icon_is_visible_in_high_contrast(tab: Tab, icon: str) -> None:
    page = tab(forced_colors="active")
    page.goto("learn/neuron/")
    element = page.locator(icon).first
    element.evaluate("element => element.textContent = ''")  # only the icon is left
    with Image.open(BytesIO(element.screenshot())) as picture:
        inner = picture.convert("L").crop((2, 2, picture.width - 2, picture.height - 2))
    assert len(inner.getcolors() or []) > 1


# Paper

# Lays out a page in columns, which break as sheets of paper do, and lists what is not in one column
# with the element after it.
TORN = f"""height => {{
    {HELPERS}
    const sheets = document.querySelector(".md-content__inner").style;
    Object.assign(sheets, {{ columns: "600px", columnFill: "auto", height: `${{height}}px` }});
    unfold();
    const kept = all("article :is(h2, h3), .language-python:has(+ .language-text)");
    return kept.filter(element => {{
        const end = [...element.getClientRects()].at(-1);
        const [next] = element.nextElementSibling.getClientRects();
        return next.left > end.left + 100;
    }}).map(element => element.textContent.trim().slice(0, 40));
}}"""


@pytest.mark.parametrize("height", [800, 900, 1000])
def test_what_belongs_together_is_printed_on_one_sheet(tab: Tab, height: int) -> None:
    page = tab()
    page.goto("learn/layer/")
    page.emulate_media(media="print")
    assert page.evaluate(TORN, height) == []


def test_folded_source_code_is_not_printed(tab: Tab) -> None:
    page = tab()
    page.goto("reference/layer/")
    folded, unfolded = page.locator(".mkdocstrings-source").all()[:2]
    unfolded.locator("summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(folded).to_be_hidden()
    expect(unfolded).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
