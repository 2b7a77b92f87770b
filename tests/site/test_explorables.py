"""Test what all explorables have in common."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from audit.browse import NARROW, WIDE
from audit.markup import read
from pages.project import ROOT, page_file
from tests.conftest import Tab
from tests.site.explorables import visit

SCRIPTS = sorted((ROOT / "docs/assets").glob("explore-*.js"))
# The explorables by their pages. One script is on two pages, and two are not named after theirs.
EXPLORABLES = {path.stem.removeprefix("explore-"): path.stem for path in SCRIPTS} | {
    "momentum": "explore-optimizer",
    "classification": "explore-digits",
    "attention": "explore-finish",
}
del EXPLORABLES["digits"], EXPLORABLES["finish"]
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


@each_script
def test_a_script_is_small(script: Path) -> None:
    large = ("explore-digits", "explore-finish", "explore-optimizer")
    limit = 8000 if script.stem in large else 4000
    assert len(gzip.compress(script.read_bytes())) < limit


@pytest.mark.parametrize("name", EXPLORABLES)
def test_without_javascript_an_explorable_shows_its_figure(name: str, site: Path) -> None:
    """`test_browser.py` tests how that looks."""
    [explorable] = read(site / page_file(f"learn/{name}.md")).select(EXPLORABLES[name])
    assert [child.name for child in explorable.find_all(recursive=False)] == ["svg"]


def large_text(page: Page) -> None:
    """Make text twice as large, as a reader does in the settings of the browser."""
    sizes = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)


def test_an_explorable_is_printed_without_controls(page: Page) -> None:
    page.emulate_media(media="print")
    for name, tag in EXPLORABLES.items():
        page.goto(f"learn/{name}/")
        explorable = page.locator(tag)
        explorable.get_by_role("button", name="Reset", include_hidden=True).wait_for(
            state="attached"
        )
        assert explorable.evaluate("one => getComputedStyle(one).minHeight") == "0px"
        controls = explorable.locator("button, [type=range], label select")
        assert [one for one in controls.all() if one.is_visible()] == []


@pytest.mark.parametrize("large", [False, True], ids=["320 pixels", "large text"])
def test_explorables_fit_into_a_narrow_page(page: Page, large: bool) -> None:
    page.set_viewport_size(NARROW if large else {"width": 320, "height": 700})
    if large:
        large_text(page)
    for name, tag in EXPLORABLES.items():
        visit(page, f"learn/{name}/")
        outside = page.locator(f"{tag} *").evaluate_all(
            """all => all.filter(one => one.checkVisibility()).filter(one => {
                const { left, right } = one.getBoundingClientRect();
                return left < 0 || right > innerWidth + 1;
            }).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert outside == []


# For each page: what the reader points at, its part, and how many elements light up.
TWINS = [
    ("neuron", ".nnfp-result span >> nth=2", "weight-1", 4),  # edge, number, field, formula
    ("batch", ".nnfp-result .nnfp-term span >> nth=0", "z21", 2),  # cell, formula
    ("layer", "label >> nth=1", "out", 30),
    ("gradient", "label >> nth=1", "w1", 2),  # circle, field
    ("optimizer", ".nnfp-readout td >> nth=0", "now", 2),  # row, dot
    ("initialization", "svg [data-part=layer-5] text >> nth=1", "layer-5", 1),
    ("momentum", ".nnfp-readout td >> nth=7", "now2", 3),  # row, dot, curve
    ("attention", "svg [data-part=letter-2] text", "letter-2", 1),
]


def looks(page: Page, selector: str) -> list[str]:
    """Return how the parts of an explorable are marked, apart from their colors."""
    marks: list[str] = page.locator(selector).evaluate_all(
        """parts => parts.map(part => [part, ...part.querySelectorAll("*")].map(one => {
            const { outlineStyle, strokeWidth, fontWeight, boxShadow } = getComputedStyle(one);
            const arrow = getComputedStyle(one, "::before").fontWeight;
            return [outlineStyle, strokeWidth, fontWeight, boxShadow, arrow];
        }).join())"""
    )
    return marks


@pytest.mark.parametrize(("name", "pointed", "part", "count"), TWINS, ids=[t[0] for t in TWINS])
def test_what_belongs_together_lights_up_together(
    tab: Tab, name: str, pointed: str, part: str, count: int
) -> None:
    page = tab()
    visit(page, f"learn/{name}/")
    tag = EXPLORABLES[name]
    twins = f"{tag} [data-part={part}]"
    others = f"{tag} [data-part]:not([data-part={part}])"
    page.mouse.move(0, 0)
    before = looks(page, twins), looks(page, others)
    page.locator(f"{tag} {pointed}").hover()
    after = looks(page, twins), looks(page, others)
    assert len(before[0]) == count
    assert [one for one, other in zip(before[0], after[0], strict=True) if one == other] == []
    assert after[1] == before[1]
    page.mouse.move(0, 0)
    assert (looks(page, twins), looks(page, others)) == before


def test_a_field_in_use_lights_up_what_it_changes(tab: Tab) -> None:
    page = tab()
    visit(page, "learn/neuron/")
    formula = "explore-neuron .nnfp-result [data-part=weight-2]"
    before = looks(page, formula)
    page.get_by_label("weight 2").focus()
    page.keyboard.type("3")
    assert looks(page, formula) != before
    page.get_by_label("activation").focus()
    assert looks(page, formula) == before


def top(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"]


def scroll_to_end(page: Page) -> None:
    page.locator("explore-layer").evaluate("one => one.scrollIntoView({block: 'end'})")


def test_on_a_phone_the_picture_stays_in_view(tab: Tab) -> None:
    page = tab()
    page.set_viewport_size(NARROW | {"height": 700})
    visit(page, "learn/layer/")
    picture = page.locator("explore-layer svg")
    header = page.locator(".md-header").bounding_box()
    assert header
    page.get_by_label("input shape").fill("8, 3")  # the errors make it higher
    scroll_to_end(page)
    assert header["height"] <= top(picture) < header["height"] + 20
    # A field above the window is scrolled to below the picture.
    page.get_by_label("in_features").focus()
    shown = picture.bounding_box()
    assert shown and top(page.get_by_label("in_features")) > shown["y"] + shown["height"]
    page.set_viewport_size(WIDE | {"height": 500})
    scroll_to_end(page)
    assert top(picture) < header["height"]


def test_with_large_text_the_picture_scrolls_away(page: Page) -> None:
    page.set_viewport_size(NARROW)
    large_text(page)
    visit(page, "learn/layer/")
    scroll_to_end(page)
    assert top(page.locator("explore-layer svg")) < 0
