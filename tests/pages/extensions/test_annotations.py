"""Notes on lines of code: each number in the code leads to its item below, for every reader."""

from collections.abc import Iterator

import pytest
from markdown import markdown
from mkdocs.exceptions import BuildError
from playwright.sync_api import Browser, Page

from audit.browse import NARROW, SCHEMES, WIDE, listen, shift, switch, violations
from pages.extensions.annotations import AnnotationsExtension
from tests.conftest import Tab

PAGES = ["learn/layer/", "learn/optimizer/"]
CODE = "```python\nx = 1  # (1)\ny = 2  # (2)\n```\n"
LIST = "\n1. First.\n2. Second.\n"


def render(source: str) -> str:
    extensions = ["pymdownx.highlight", "pymdownx.superfences", "md_in_html"]
    return markdown(source, extensions=[*extensions, AnnotationsExtension()])


def test_each_number_in_the_code_leads_to_its_item() -> None:
    html = render(f"{CODE}{LIST}\n{CODE}{LIST}")
    for block in (1, 2):
        for number in (1, 2):
            name = f"note-{block}-{number}"
            assert html.count(f'<li id="{name}">') == 1
            assert html.count(f'href="#{name}" aria-label="Note {number}"') == 1
    assert html.count('<ol class="page-notes">') == 2
    assert 'id="note-1-2"' in render(f"<details markdown>\n\n{CODE}{LIST}\n</details>")


@pytest.mark.parametrize(
    "source",
    [
        CODE,
        f"{CODE}\nA sentence between them.\n{LIST}",
        f"{CODE}\n1. First.\n",
        f"{CODE}{LIST}3. Third.\n",
        f"{CODE.replace('(2)', '(1)')}{LIST}",
        f"{CODE}\n- First.\n- Second.\n",
    ],
)
def test_numbers_that_are_not_those_of_a_list_are_refused(source: str) -> None:
    with pytest.raises(BuildError, match="a numbered list of as many items"):
        render(source)


@pytest.mark.parametrize("source", [CODE.replace("# (", "# see ("), LIST, f"`# (1)`\n{LIST}"])
def test_other_comments_and_lists_stay_as_they_are(source: str) -> None:
    assert "page-note" not in render(source)


@pytest.fixture(scope="module")
def readers(browser: Browser, base_url: str) -> Iterator[list[Page]]:
    """Both pages as a phone and a wide screen show them, with what moved and their complaints."""
    pages = []
    for address, size in zip(PAGES, (NARROW, WIDE), strict=True):
        context = browser.new_context(base_url=base_url, viewport=size)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.heard = listen(page)  # type: ignore[attr-defined]
        page.goto(address)
        page.moved = shift(page)  # type: ignore[attr-defined]  # before a test moves something
        pages.append(page)
    yield pages
    for page in pages:
        page.context.close()


def test_nothing_moves_when_the_page_comes_alive(readers: list[Page]) -> None:
    for page in readers:
        assert page.moved < 0.01  # type: ignore[attr-defined]
        assert page.locator("ol.page-notes > li").count() == 5
        assert page.locator("ol.page-notes > li >> visible=true").count() == 5


IN_SIGHT = """item => {
    const { top, bottom } = item.getBoundingClientRect();
    return top > 0 && bottom < innerHeight + 1;
}"""


def test_a_number_is_reached_by_tab_and_leads_to_its_item(readers: list[Page]) -> None:
    for page in readers:
        marks = page.locator("a.page-note")
        marks.first.focus()
        assert marks.all_inner_texts() == ["1", "2", "3", "4", "5"]
        items = page.locator("ol.page-notes > li")
        items.first.evaluate("item => { window.first = item; }")
        for i in range(5):
            assert marks.nth(i).evaluate("mark => mark === document.activeElement")
            box = marks.nth(i).bounding_box()
            assert box and min(box["width"], box["height"]) >= 24
            page.keyboard.press("Enter")
            assert items.nth(i).evaluate("item => item.matches(':target')")
            assert items.nth(i).evaluate(IN_SIGHT)
            marks.nth(i).focus()
            page.keyboard.press("Tab")
        assert page.evaluate("document.contains(window.first)"), "the page was put in anew"


def test_what_is_copied_has_no_numbers(readers: list[Page]) -> None:
    for reader in readers:
        page = reader.context.new_page()  # for the button is another one once it was used
        page.goto(reader.url)
        block = page.locator(".highlight:has(.page-note)")
        block.locator("button").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        shown = block.locator("code").evaluate(
            "code => { const all = code.cloneNode(true);"
            "all.querySelectorAll('a').forEach(mark => mark.remove()); return all.textContent; }"
        )
        assert copied == shown.strip()
        assert copied.startswith(("class Solved:", "import torch")) and "#" not in copied
        page.close()


def test_where_code_scrolls_its_numbers_stay_in_sight(readers: list[Page]) -> None:
    for page in readers:
        page.locator("a.page-note").first.scroll_into_view_if_needed()
        inside = page.locator("a.page-note").evaluate_all(
            """marks => marks.every(mark => {
                const [one, all] = [mark, mark.closest("pre")].map(e => e.getBoundingClientRect());
                return one.left >= all.left && one.right <= all.right + 1;
            })"""
        )
        assert inside


def test_everyone_can_use_them(readers: list[Page]) -> None:
    keep = "blocks => blocks.forEach(one => one.matches(':has(.page-note)') || one.remove())"
    for page, scheme in zip(readers, SCHEMES, strict=True):
        page.locator(".highlight").evaluate_all(keep)  # the others are judged elsewhere
        page.locator("a.page-note").first.scroll_into_view_if_needed()
        switch(page, scheme)
        assert violations(page, ".highlight, .page-notes") == []
        assert page.heard == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", PAGES)
def test_without_javascript_and_on_paper_they_are_the_same(tab: Tab, address: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(address)
    page.locator("a.page-note").first.click()
    assert page.locator("li:target").evaluate(IN_SIGHT)
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        assert page.locator("a.page-note >> visible=true").count() == 5
        assert page.locator("ol.page-notes > li >> visible=true").count() == 5
