"""Test the search: it loads its texts when a reader first types, and its results open pages."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from audit.browse import listen
from pages.publish.search import defer_search

META = ".md-search-result__meta"
LINK = ".md-search-result__link"


def open_search(page: Page) -> Locator:
    """Go to a page, click into its search, and return the field."""
    page.goto("learn/start/")
    field = page.get_by_role("textbox", name="Search")
    field.click()
    return field


def type_while_it_loads(page: Page, text: str) -> tuple[Locator, Route]:
    """Type while the search's texts are held back.

    Returns:
        The field, and the request for the texts: continue it to let them come.
    """
    held: list[Route] = []
    page.route("**/docs.json", lambda route: held.append(route))
    field = open_search(page)
    with page.expect_request("**/docs.json"):
        field.press_sequentially(text)
    while not held:  # the route is reported after the request
        page.wait_for_timeout(10)
    return field, held[0]


def test_the_texts_load_when_a_reader_types(page: Page) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url.rpartition("/")[2]))
    field = open_search(page)
    expect(page.locator(META)).to_have_text("Type to start searching")
    page.wait_for_load_state("networkidle")
    assert "docs.json" not in requested
    field.press_sequentially("optimi")
    expect(page.locator(LINK).first).to_be_visible()
    assert requested.count("docs.json") == 1


def test_a_word_is_completed(page: Page) -> None:
    field = open_search(page)
    field.press_sequentially("optimi")
    expect(page.locator("[data-md-component=search-suggest]")).to_have_text("optimizer")
    field.press("ArrowRight")
    expect(field).to_have_value("optimizer")


@pytest.mark.parametrize(
    ("typed", "found", "heading"),
    [
        ("all_at_once", "all_at_once", "all_at_once"),
        ("learning rate", "The number that an optimizer multiplies", "Glossary"),
    ],
)
def test_a_result_leads_to_a_page_that_highlights_it(
    page: Page, typed: str, found: str, heading: str
) -> None:
    heard = listen(page)
    field = open_search(page)
    field.press_sequentially(typed)
    page.locator(LINK, has_text=found).first.click()
    expect(page.locator("article").get_by_role("heading", name=heading).first).to_be_visible()
    expect(page.locator("article mark").first).to_have_text(typed.split()[0], ignore_case=True)
    assert heard == []


def test_texts_that_fail_to_load_are_requested_again(page: Page) -> None:
    missed: list[Route] = []

    def lose_the_first(route: Route) -> None:
        if missed:
            route.continue_()
        else:
            missed.append(route)
            route.abort()

    page.route("**/docs.json", lose_the_first)
    field = open_search(page)
    with page.expect_event("requestfailed"):
        field.press_sequentially("e")
    field.press_sequentially("poch")
    expect(page.locator(LINK).first).to_be_visible()


def test_a_query_typed_while_the_texts_load_gets_results(page: Page) -> None:
    _, docs = type_while_it_loads(page, "epoch")
    docs.continue_()
    expect(page.locator(LINK).first).to_be_visible()


def test_the_search_works_with_texts_in_the_index(page: Page, site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    docs = json.loads((site / "search" / "docs.json").read_text(encoding="utf-8"))
    page.route("**/search_index.json", lambda route: route.fulfill(json=index | {"docs": docs}))
    page.route("**/docs.json", lambda route: route.abort())
    field = open_search(page)
    field.press_sequentially("epoch")
    expect(page.locator(LINK).first).to_be_visible()


# Notes the kinds of the worker's messages in an attribute: 1 when it is ready, 3 for results.
NOTE_MESSAGES = """
const { Worker } = window;
window.Worker = class extends Worker {
    constructor(...options) {
        super(...options);
        this.addEventListener("message", ({ data }) => {
            const { dataset } = document.documentElement;
            dataset.messages = (dataset.messages ?? "") + data.type;
        });
    }
};"""
# Counts the results that are shown from now on.
COUNT_RESULTS = """() => {
    window.shown = 0;
    const results = document.querySelector(".md-search-result__list");
    const count = () => { window.shown += results.querySelectorAll("a").length; };
    new MutationObserver(count).observe(results, { childList: true, subtree: true });
}"""


def test_a_query_deleted_while_the_texts_load_gets_no_results(page: Page) -> None:
    page.add_init_script(NOTE_MESSAGES)
    field, docs = type_while_it_loads(page, "epoch")
    for _ in "epoch":
        field.press("Backspace")
    page.evaluate(COUNT_RESULTS)
    docs.continue_()
    # When the texts arrive, the worker reports that it is ready again, and runs the last query.
    expect(page.locator("html")).to_have_attribute("data-messages", re.compile("1.*1.*3"))
    field.fill("xyzzy")
    field.press("End")  # the theme reads the field when a key is released
    expect(page.locator(META)).to_have_text("No matching documents")
    assert page.evaluate("window.shown") == 0
    field.fill("")
    field.press("Backspace")
    expect(page.locator(META)).to_have_text("Type to start searching")


def test_the_searched_texts_are_in_a_separate_file(tmp_path: Path) -> None:
    path = tmp_path / "search" / "search_index.json"
    path.parent.mkdir()
    index = {"config": {"lang": ["en"]}, "docs": [{"title": "Größe"}]}
    path.write_text(json.dumps(index), encoding="utf-8")
    defer_search(tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == index | {"docs": []}
    docs = (path.parent / "docs.json").read_text(encoding="utf-8")
    assert json.loads(docs) == index["docs"]
