"""Test the search: what it finds first, how it is shown, and when its texts load."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from audit.browse import NARROW, WIDE, listen, violations

META = ".md-search-result__meta"
LINK = ".md-search-result__link"

RELU = [
    "API reference/neuron/#nnfp.neuron.relu",
    "API reference/gradient/#nnfp.gradient.Value.relu",
    "Page learn/neuron/#relu",
    "Glossary glossary/#relu",
]
LINEAR = ["API reference/layer/#nnfp.layer.Linear", "Page learn/layer/#a-layer-as-a-module"]
# The first results, in order. A function or class of nnfp comes first, then the section that
# introduces it or the term, then the glossary.
FIRST_RESULTS = {
    "relu": RELU,
    "relu(": RELU,
    "relu(z)": RELU,
    # Another object is called neuron, too.
    "draw.neuron": [
        "API reference/draw/#nnfp.draw.neuron",
        "API reference/neuron/#nnfp.neuron.neuron",
    ],
    # Ours is the drop-in replacement for PyTorch's.
    "nn.Linear": LINEAR,
    "torch.nn.Linear": LINEAR,
    "Linear": LINEAR,
    # No object of nnfp: the section that has the term in bold.
    "transpose": ["Page learn/batch/#all-at-once", "Glossary glossary/#transpose"],
    "broadcasting": ["Page learn/batch/#what-can-go-wrong", "Glossary glossary/#broadcasting"],
    # `Solved` inherits it: the section that shows the loop line by line, and names it in code only.
    "zero_grad": ["Page learn/optimizer/#five-steps"],
    "optimizer.zero_grad()": ["Page learn/optimizer/#five-steps"],
    "Solved": [
        "API reference/optimizer/#nnfp.optimizer.Solved",
        "Page learn/optimizer/#the-fake-optimizer",
    ],
    # nnfp draws one.
    "roofline": [
        "API reference/speed/#nnfp.speed.roofline",
        "Page learn/speed/#the-roofline",
        "Glossary glossary/#roofline",
    ],
    # A function of PyTorch that a page explains.
    "all_reduce": ["Page learn/scale/#two-processes-one-all_reduce"],
    "GPU slower": ["Page learn/gpu/#when-a-gpu-is-slower"],
    "attention mask": ["Page learn/attention/"],
    # A symptom.
    "loss stays the same": ["Page learn/debugging/#the-loss-stays-the-same"],
    "nan": ["Page learn/debugging/#the-loss-is-nan"],
    "out of memory": ["Page learn/sharding/#out-of-memory"],
    "overfitting": ["Page learn/training/#overfitting"],
    "weight decay": ["Page learn/momentum/#weight-decay"],
    # Half typed.
    "draw.neu": ["API reference/draw/#nnfp.draw.neuron"],
    "draw.": ["API reference/draw/"],
    "nn.Lin": LINEAR[:1],
}


def open_search(page: Page) -> Locator:
    """Go to a page, click into its search, and return the field."""
    page.goto("learn/start/")
    field = page.get_by_role("textbox", name="Search")
    field.click()
    return field


def search(page: Page, query: str) -> None:
    """Replace what is in the field of the search, and let the theme read it."""
    field = page.get_by_role("textbox", name="Search")
    field.fill("")
    field.press("End")  # the theme reads the field when a key is released
    expect(page.locator(META)).to_have_text("Type to start searching")
    field.fill(query)
    field.press("End")


def read_results(page: Page, count: int) -> list[str]:
    """Return what each of the first results is, and where it leads."""
    results = []
    for link in page.locator(LINK).all()[:count]:
        url = re.sub(r"\?[^#]*", "", link.get_attribute("href") or "")
        label = link.locator("small").inner_text().split()[0]
        results.append(f"{label} {re.sub('^.*/(?=reference|learn|glossary)', '', url)}")
    return results


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
    field.press_sequentially("broadc")
    expect(page.locator("[data-md-component=search-suggest]")).to_have_text("broadcasting")
    field.press("ArrowRight")
    expect(field).to_have_value("broadcasting")


def test_a_name_leads_to_the_api_then_to_its_page_then_to_the_glossary(page: Page) -> None:
    open_search(page)
    found = {}
    for query, results in FIRST_RESULTS.items():
        search(page, query)
        expect(page.locator(LINK).first).to_be_visible()
        found[query] = read_results(page, len(results))
    assert found == FIRST_RESULTS


def test_a_result_says_what_it_is_and_shows_one_line(page: Page) -> None:
    open_search(page)
    search(page, "forward")
    heading = "Linear.forward API · nnfp.layer Compute x @ weight.T + bias."
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    search(page, "transpose")
    line = page.locator(LINK).first.locator("span")
    expect(line).to_contain_text("the transpose of W, which has the rows of W as its columns")
    assert line.evaluate(
        "line => line.offsetHeight < 2 * parseFloat(getComputedStyle(line).fontSize)"
    )


def test_what_is_not_found_gets_a_sentence(page: Page) -> None:
    heard = listen(page)
    open_search(page)
    for query in ("xyzzy", '"', "(", ".", "a.xyzzy", "xyzzy:", "^"):
        search(page, query)
        expect(page.locator(META)).to_have_text(
            "Nothing found. Try a shorter word, or the name of a function."
        )
    assert heard == []


def test_enter_opens_the_first_result(page: Page) -> None:
    field = open_search(page)
    field.press_sequentially("draw.neuron")
    url = re.compile(r"reference/draw/\?h=neuron#nnfp\.draw\.neuron$")
    expect(page.locator(LINK).first).to_have_attribute("href", url)  # not yet of "draw.neuro"
    field.press("Enter")
    expect(page).to_have_url(url)
    expect(page.locator(".md-content mark").first).to_be_visible()


def test_arrow_keys_choose_a_result_and_escape_closes_the_search(page: Page) -> None:
    field = open_search(page)
    field.press_sequentially("roofline")
    links = page.locator(LINK)
    expect(links.nth(1)).to_be_visible()
    field.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(links.nth(1)).to_be_hidden()


def test_a_link_with_a_query_opens_the_search(page: Page) -> None:
    page.goto("learn/start/?q=nn.Linear")
    expect(
        page.get_by_role("heading", name="Linear API · nnfp.layer A fully connected")
    ).to_be_visible()


def test_results_are_accessible(page: Page) -> None:
    open_search(page)
    search(page, "relu")
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator(LINK).first).to_be_visible()
        assert violations(page, ".md-search") == []


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


def test_the_search_works_with_the_index_of_make_serve(page: Page, site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    docs = json.loads((site / "search" / "docs.json").read_text(encoding="utf-8"))
    for doc in docs:
        doc.pop("about", None)
    page.route("**/search_index.json", lambda route: route.fulfill(json=index | {"docs": docs}))
    page.route("**/docs.json", lambda route: route.abort())
    open_search(page)
    search(page, "nn.Linear")
    expect(page.locator(LINK).first).to_contain_text("API · nnfp.layer")


# Counts the results that are shown from now on.
COUNT_RESULTS = """() => {
    window.shown = 0;
    const results = document.querySelector(".md-search-result__list");
    const count = () => { window.shown += results.querySelectorAll("a").length; };
    new MutationObserver(count).observe(results, { childList: true, subtree: true });
}"""


def test_a_query_deleted_while_the_texts_load_gets_no_results(page: Page) -> None:
    field, docs = type_while_it_loads(page, "epoch")
    for _ in "epoch":
        field.press("Backspace")
    page.evaluate(COUNT_RESULTS)
    docs.continue_()
    field.fill("xyzzy")
    field.press("End")
    expect(page.locator(META)).to_contain_text("Nothing found")
    assert page.evaluate("window.shown") == 0
