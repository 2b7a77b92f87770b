"""Test notes on lines of code: each mark in the code links to its item in the list below."""

import pytest
from markdown import markdown
from mkdocs.exceptions import BuildError
from playwright.sync_api import BrowserContext, Page, expect

from audit.browse import NARROW, WIDE, listen, shift, violations
from pages.extensions.annotations import AnnotationsExtension
from tests.conftest import Tab

CODE = "```python\nx = 1  # (1)\ny = 2  # (2)\n```\n"
LIST = "\n1. First.\n2. Second.\n"


def render(source: str) -> str:
    extensions = ["pymdownx.highlight", "pymdownx.superfences", "md_in_html"]
    return markdown(source, extensions=[*extensions, AnnotationsExtension()])


def test_each_mark_in_the_code_links_to_its_item() -> None:
    html = render(f"{CODE}{LIST}\n{CODE}{LIST}")
    for block in (1, 2):
        for number in (1, 2):
            name = f"note-{block}-{number}"
            assert html.count(f'<li id="{name}">') == 1
            assert html.count(f'href="#{name}" aria-label="Note {number}"') == 1
    assert html.count('<ol class="page-notes">') == 2


def test_notes_work_in_a_fold() -> None:
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
def test_marks_without_their_items_are_rejected(source: str) -> None:
    with pytest.raises(BuildError, match="expected a numbered list with an item for each"):
        render(source)


@pytest.mark.parametrize("source", [CODE.replace("# (", "# see ("), LIST, f"`# (1)`\n{LIST}"])
def test_comments_without_a_mark_stay_unchanged(source: str) -> None:
    assert "page-note" not in render(source)


# On the site

MARKS = "a.page-note"
ITEMS = "ol.page-notes > li"
IN_SIGHT = """item => {
    const { top, bottom } = item.getBoundingClientRect();
    return top > 0 && bottom < innerHeight + 1;
}"""


@pytest.fixture(params=[NARROW, WIDE], ids=["phone", "wide"])
def page(page: Page, request: pytest.FixtureRequest) -> Page:
    """Open a page with five notes, on a phone and on a wide screen."""
    page.set_viewport_size(request.param)
    page.goto("learn/layer/")
    return page


def test_notes_cause_no_layout_shift(page: Page) -> None:
    assert shift(page) < 0.01
    expect(page.locator(f"{ITEMS} >> visible=true")).to_have_count(5)


def test_a_mark_works_by_keyboard(page: Page) -> None:
    marks, items = page.locator(MARKS), page.locator(ITEMS)
    assert marks.all_inner_texts() == ["1", "2", "3", "4", "5"]
    marks.first.focus()
    for mark, item in zip(marks.all(), items.all(), strict=True):
        expect(mark).to_be_focused()
        page.keyboard.press("Enter")
        assert item.evaluate("item => item.matches(':target')")
        assert item.evaluate(IN_SIGHT)
        mark.focus()
        page.keyboard.press("Tab")


def test_following_a_mark_does_not_reload_the_page(page: Page) -> None:
    page.evaluate("window.first = document.querySelector('ol.page-notes > li')")
    page.locator(MARKS).first.click()
    assert page.evaluate("document.contains(window.first)")


def test_marks_are_large_enough_for_a_finger(page: Page) -> None:
    boxes = [mark.bounding_box() for mark in page.locator(MARKS).all()]
    assert [box for box in boxes if not box or min(box["width"], box["height"]) < 24] == []


def test_copied_code_has_no_marks(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator(".highlight:has(.page-note)")
    block.locator("button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    shown = block.locator("code").evaluate(
        "code => { const all = code.cloneNode(true);"
        "all.querySelectorAll('a').forEach(mark => mark.remove()); return all.textContent; }"
    )
    assert copied == shown.strip()
    assert copied.startswith(("class Solved:", "import torch"))
    assert "#" not in copied


def test_marks_stay_in_view_where_code_scrolls(page: Page) -> None:
    page.locator(MARKS).first.scroll_into_view_if_needed()
    assert page.locator(MARKS).evaluate_all(
        """marks => marks.every(mark => {
            const [one, all] = [mark, mark.closest("pre")].map(e => e.getBoundingClientRect());
            return one.left >= all.left && one.right <= all.right + 1;
        })"""
    )


def test_notes_are_accessible(page: Page) -> None:
    heard = listen(page)
    page.locator(MARKS).first.scroll_into_view_if_needed()
    assert violations(page, ".highlight:has(.page-note)") == []
    assert violations(page, ".page-notes") == []
    assert heard == []


@pytest.mark.parametrize("url", ["learn/layer/", "learn/optimizer/"])
def test_notes_work_without_javascript(tab: Tab, url: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(url)
    page.locator(MARKS).first.click()
    assert page.locator("li:target").evaluate(IN_SIGHT)


@pytest.mark.parametrize(("url", "count"), [("learn/layer/", 5), ("learn/gradient/", 4 + 2)])
def test_notes_are_printed(tab: Tab, url: str, count: int) -> None:
    page = tab(java_script_enabled=False)
    page.goto(url)
    page.emulate_media(media="print")
    expect(page.locator(f"{MARKS} >> visible=true")).to_have_count(count)
    expect(page.locator(f"{ITEMS} >> visible=true")).to_have_count(count)
