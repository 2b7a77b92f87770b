"""Check pages in a browser, for the tests and `make audit`: accessibility, requests, sizes."""

import os
import shutil
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Response, ViewportSize, expect

from pages.project import page_url, sources

SOURCES = sorted(sources())
URLS = [page_url(source) for source in SOURCES]
LEARN = [url for url in URLS if url.startswith("learn/")]

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
WAYS: list[tuple[ViewportSize, Scheme]] = [
    (WIDE, "light"),
    (NARROW, "dark"),
    (NARROW, "light"),
    (WIDE, "dark"),
]

# The limits for a first visit include the theme's scripts and styles.
MOST_REQUESTS, MOST_BYTES = 14, 150_000
# The accessibility guidelines (WCAG 2.2, levels A and AA), and what axe considers good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """Find the system's Chromium, because Playwright would otherwise download another one.

    Returns:
        Its path: the variable `CHROMIUM`, or else the first of its usual names.

    Raises:
        FileNotFoundError: When there is none.
    """
    # The first one cannot open windows and starts in a third of the time.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(
            "expected Chromium, found none: install it, on Debian with "
            "apt-get install chromium-headless-shell, or say where it is: "
            "CHROMIUM=/path/to/chromium make test"
        )
    return found


def violations(page: Page, part: str | None = None) -> list[str]:
    """List what axe finds wrong with a page as it is now, or with a part of it.

    From here on, the page's colors change without transitions. Otherwise axe could judge a color
    halfway to another one.

    Args:
        page: An open page.
        part: A CSS selector. Without one, the whole page is checked.

    Returns:
        A line for each kind of violation, with its first element.
    """
    page.evaluate(CHANGE_AT_ONCE)
    # Most of what axe would send are results without a violation.
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = Axe().run(page, context=part, options=options).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


CHANGE_AT_ONCE = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("*, ::before, ::after { transition: none !important }");
    document.adoptedStyleSheets = [style];
}"""


def switch(page: Page, scheme: Scheme) -> None:
    """Change the system's color scheme, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    shown = {"light": "default", "dark": "slate"}[scheme]
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", shown)


# The controls that a finger would miss: the guidelines require 24 pixels.
SMALL = """controls => controls.filter(control => {
    const { width, height } = control.getBoundingClientRect();
    return Math.min(width, height) < 24;
}).map(control => `too small: ${control.outerHTML}`)"""


def unusable(page: Page, part: str) -> list[str]:
    """List what keeps some readers from using a part of a page, a line for each reason."""
    small: list[str] = page.locator(part).locator("input, select, button").evaluate_all(SMALL)
    width = page_width(page)
    assert page.viewport_size is not None
    too_wide = [f"{width} pixels wide"] if width > page.viewport_size["width"] else []
    return violations(page, part) + small + too_wide


def page_width(page: Page) -> int:
    """Return how wide a page is. When it exceeds the screen's width, the page scrolls sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def shift(page: Page) -> float:
    """Return how much the layout has shifted since the page was requested (CLS)."""
    moved: float = page.evaluate(SHIFT)
    return moved


# The browser reports what has moved when it draws, so wait for two frames.
SHIFT = """async () => {
    const entries = [];
    const observer = new PerformanceObserver(list => entries.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    entries.push(...observer.takeRecords());
    return entries.reduce((sum, entry) => sum + entry.value, 0);
}"""


def sent(page: Page, selector: str, what: str = "textContent") -> list[str]:
    """List a property of elements as the server sends them, before scripts change them."""
    found: list[str] = page.evaluate(SENT, [selector, what])
    return found


SENT = """async ([selector, what]) => {
    const html = await (await fetch(location.pathname)).text();
    const page = new DOMParser().parseFromString(html, "text/html");
    return [...page.querySelectorAll(selector)].map(element => element[what]);
}"""


def listen(page: Page) -> list[str]:
    """Start to collect log messages and requests to other hosts, neither of which a page may cause.

    Returns:
        A list that grows while the page is open.
    """
    heard: list[str] = []

    def on_request(request: Request) -> None:
        if foreign(request.url):
            heard.append(request.url)

    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", on_request)
    return heard


def foreign(url: str) -> bool:
    """Return whether a URL leads to another machine."""
    return urlsplit(url).hostname not in ("127.0.0.1", None)


def first_visits(browser: Browser, base: str) -> dict[str, dict[str, int]]:
    """Load the home page and each learn page with an empty cache.

    Args:
        browser: Opens a new context for each page.
        base: The URL of the site, served by `audit.serve`.

    Returns:
        For each page's URL, the bytes of each response, compressed, by the response's URL.
    """
    visits: dict[str, dict[str, int]] = {}
    pages = []
    for url in ("", *LEARN):
        page = browser.new_context(base_url=base).new_page()
        visits[url] = record_sizes(page)
        page.goto(url, wait_until="commit")
        pages.append(page)
    # A page has loaded everything after half a second without a request. All pages wait at once.
    for page in pages:
        page.wait_for_load_state("networkidle")
        page.context.close()
    return visits


def record_sizes(page: Page) -> dict[str, int]:
    """Start to collect the bytes of each response that a page gets, by the response's URL."""
    sizes: dict[str, int] = {}

    def on_response(response: Response) -> None:
        sizes[response.url] = int(response.headers["content-length"])

    page.on("response", on_response)
    return sizes
