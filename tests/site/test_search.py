"""The search: ready when somebody asks, free for everyone else, and it leads to what it found."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from audit.browse import listen
from pages.publish.search import defer_search

META = ".md-search-result__meta"
LINK = ".md-search-result__link"


def open_search(page: Page) -> Locator:
    """Go to a page and into the field for what is searched."""
    page.goto("learn/start/")
    field = page.get_by_role("textbox", name="Search")
    field.click()
    return field


def type_while_it_begins(page: Page, text: str) -> tuple[Locator, Route]:
    """Type before what is searched has come; it comes when the route is continued."""
    held: list[Route] = []
    page.route("**/docs.json", lambda route: held.append(route))
    field = open_search(page)
    with page.expect_request("**/docs.json"):
        field.press_sequentially(text)
    while not held:  # what holds a request is told of it a moment later than we are
        page.wait_for_timeout(10)
    return field, held[0]


def test_who_does_not_search_gets_nothing_of_what_is_searched(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    field = open_search(page)
    expect(page.locator(META)).to_have_text("Type to start searching")
    page.wait_for_load_state("networkidle")
    assert "docs.json" not in asked
    field.press_sequentially("optimi")
    expect(page.locator("[data-md-component=search-suggest]")).to_have_text("optimizer")
    field.press("ArrowRight")
    expect(field).to_have_value("optimizer")
    assert asked.count("docs.json") == 1


@pytest.mark.parametrize(
    ("typed", "found", "heading"),
    [
        ("all_at_once", "all_at_once", "all_at_once"),
        ("learning rate", "The number that an optimizer multiplies", "Glossary"),
    ],
)
def test_names_and_terms_are_found_suggested_and_marked(
    page: Page, typed: str, found: str, heading: str
) -> None:
    heard = listen(page)
    field = open_search(page)
    field.press_sequentially(typed)
    page.locator(LINK, has_text=found).first.click()
    expect(page.locator("article").get_by_role("heading", name=heading).first).to_be_visible()
    expect(page.locator("article mark").first).to_have_text(typed.split()[0], ignore_case=True)
    assert heard == []


def test_what_did_not_come_is_asked_for_again(page: Page) -> None:
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


def test_what_was_typed_while_the_search_begins_is_answered(page: Page) -> None:
    _, docs = type_while_it_begins(page, "epoch")
    docs.continue_()
    expect(page.locator(LINK).first).to_be_visible()


def test_a_site_that_keeps_all_in_its_index_is_searched_as_well(page: Page, site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    docs = json.loads((site / "search" / "docs.json").read_text(encoding="utf-8"))
    page.route("**/search_index.json", lambda route: route.fulfill(json=index | {"docs": docs}))
    page.route("**/docs.json", lambda route: route.abort())
    field = open_search(page)
    field.press_sequentially("epoch")
    expect(page.locator(LINK).first).to_be_visible()


def test_what_is_deleted_while_the_search_begins_is_not_answered(page: Page) -> None:
    field, docs = type_while_it_begins(page, "epoch")
    for _ in "epoch":
        field.press("Backspace")
    with page.expect_response("**/docs.json"):
        docs.continue_()
    page.wait_for_timeout(500)  # an answer would be there by then
    assert page.locator(LINK).count() == 0
    field.press_sequentially("xyzzy")
    expect(page.locator(META)).to_have_text("No matching documents")
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
