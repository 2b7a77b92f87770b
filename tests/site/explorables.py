"""Helpers for the tests of explorables: figures whose numbers a reader can change."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

# A function for scripts that tests run on a page. It shows a state as a link to it would. A reader
# who goes back in the browser's history gets there the same way, without loading the page again.
FOLLOW = """const follow = state => {
    history.replaceState(history.state, "", `?${new URLSearchParams(state)}`);
    dispatchEvent(new PopStateEvent("popstate"));
};"""


def visit(page: Page, url: str) -> None:
    """Open a page, and wait until its explorable has its controls."""
    page.goto(url)
    page.get_by_role("button", name="Reset").wait_for()


def stop_clock(page: Page) -> None:
    """Stop the page's clock. From here on, time passes only in `page.clock.run_for`."""
    page.clock.install(time=datetime(2000, 1, 1))
    # The clock ticks until it is paused, which needs a time that it has not reached.
    page.clock.pause_at(datetime(2000, 1, 2))


def wait_for_url(page: Page, url: str, state: dict[str, str]) -> None:
    """Wait until a page's URL is `url` with the query `state`, whose parts may be in any order.

    The order depends on whether the page has noted two changes at once or one after the other.
    """
    query = {name: [value] for name, value in state.items()}

    def is_there(current: str) -> bool:
        parts = urlsplit(current)
        found = parse_qs(parts.query, keep_blank_values=True)
        return (parts.path, found, parts.fragment) == (f"/{url}", query, "")

    page.wait_for_url(is_there)


def drag(page: Page, element: Locator, right: float, down: float = 0) -> None:
    """Drag an element with the mouse, from its middle."""
    x, y = middle(element)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def swipe(page: Page, element: Locator, right: float, down: float) -> None:
    """Drag an element with a finger, from its middle. The page scrolls where a finger scrolls."""
    x, y = middle(element)
    finger = page.context.new_cdp_session(page)
    for kind, share in (("Start", 0), ("Move", 1 / 2), ("Move", 1), ("End", 1)):
        points = [{"x": x + share * right, "y": y + share * down}]
        touch = {"type": f"touch{kind}", "touchPoints": [] if kind == "End" else points}
        finger.send("Input.dispatchTouchEvent", touch)


def middle(element: Locator) -> tuple[float, float]:
    """Scroll an element into view, and return where its middle is."""
    element.evaluate("element => element.scrollIntoView({block: 'center'})")
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
