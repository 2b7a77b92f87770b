"""What a browser finds on the built site: the tests look at each page once, `make audit` at all."""

import os
import shutil
from gzip import compress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

DOCS = Path(__file__).parent.parent / "docs"
SOURCES = [path.relative_to(DOCS).with_suffix("") for path in sorted(DOCS.rglob("*.md"))]
ADDRESSES = [f"{source}/".removesuffix("index/") for source in SOURCES]
LEARN = [address for address in ADDRESSES if address.startswith("learn/")]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
# The theme's scripts and styles included.
MOST_REQUESTS, MOST_BYTES = 14, 150_000
# What the guidelines ask for (WCAG 2.2, A and AA), and what axe holds to be good besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """Find the Chromium of the system: Playwright would otherwise download one of its own.

    Returns:
        Its path, from the variable `CHROMIUM` or else by its usual names.

    Raises:
        FileNotFoundError: When there is none.
    """
    # The first has no window to draw, and takes a third of the time.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(
            "expected Chromium, found none: install it, as on Debian by "
            "apt-get install chromium-headless-shell, or name it, as in: "
            "CHROMIUM=/path/to/chromium make test"
        )
    return found


def violations(page: Page, part: str | None = None, *, every_text: bool = False) -> list[str]:
    """What axe finds wrong with a page as it stands, or a part of it, a line for each kind.

    Colours change at once from here on: on their way, they would be judged as they are in between.
    The contrast of each text is most of axe's work, so it judges one of those that stand in the
    same elements and have the same colours, or `every_text`.
    """
    page.evaluate(CHANGE_AT_ONCE)
    axe = Axe() if every_text else QUICK
    if not every_text:
        page.evaluate(MARK_ONE_OF_EACH_KIND)
    # Without a word on all that is good, which is most of what there would be to read.
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = axe.run(page, context=part, options=options).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


CHANGE_AT_ONCE = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("*, ::before, ::after { transition: none !important }");
    document.adoptedStyleSheets = [style];
}"""
MARKED = '{rules: [{id: "color-contrast", selector: "[data-judged]"}]}'
QUICK = Axe(f"{AXE_SCRIPT}; axe.configure({MARKED})")
MARK_ONE_OF_EACH_KIND = """() => {
    const seen = new Set();
    const mark = (element, around) => {
        const { color, backgroundColor, fill, opacity } = getComputedStyle(element);
        const looks = [element.localName, element.className.baseVal ?? element.className];
        const text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const kind = [around, ...looks, color, backgroundColor, fill, opacity, text].join(" ");
        const first = element.checkVisibility() && !seen.has(kind);
        element.toggleAttribute("data-judged", first);
        if (first) seen.add(kind);
        for (const child of element.children) mark(child, kind);
    };
    mark(document.body, "");
}"""


def switch(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Show a page in the other colours, as when a reader's system changes them."""
    page.emulate_media(color_scheme=scheme)
    shown = {"light": "default", "dark": "slate"}[scheme]
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", shown)


# Controls that a finger would miss: the guidelines ask for 24 pixels.
SMALL = """controls => controls.filter(control => {
    const { width, height } = control.getBoundingClientRect();
    return Math.min(width, height) < 24;
}).map(control => `too small: ${control.outerHTML}`)"""


def unusable(page: Page, part: str) -> list[str]:
    """What keeps some readers from using a part of a page, as it stands: a line for each reason."""
    small = page.locator(part).locator("input, select, button").evaluate_all(SMALL)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size is not None
    too_wide = [f"{wide} pixels wide"] if wide > page.viewport_size["width"] else []
    return violations(page, part) + small + too_wide


def shift(page: Page) -> float:
    """How far things have moved by themselves since the page was asked for (CLS)."""
    return page.evaluate(SHIFT)


SHIFT = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 200);
})"""


def sent(page: Page, selector: str, what: str = "textContent") -> list[str]:
    """What is in elements of a page as the server sends them: all there is without JavaScript."""
    return page.evaluate(SENT, [selector, what])


SENT = """async ([selector, what]) => {
    const html = await (await fetch(location.pathname)).text();
    const page = new DOMParser().parseFromString(html, "text/html");
    return [...page.querySelectorAll(selector)].map(element => element[what]);
}"""


def listen(page: Page) -> list[str]:
    """Begin to collect what a page must not do: complain, or ask another host for something."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: foreign(request.url) and heard.append(request.url))
    return heard


def foreign(address: str) -> bool:
    """Tell whether an address is another machine's."""
    return urlsplit(address).hostname not in ("127.0.0.1", None)


def first_visits(browser: Browser, base: str) -> dict[str, dict[str, int]]:
    """Load each learn page for a new reader, and say what it asked for.

    Args:
        browser: Opens a context for each page, and closes it.
        base: The address of the site.

    Returns:
        For each page's address, the bytes of each answer, gzipped, by the answer's address.
    """
    visits: dict[str, dict[str, int]] = {address: {} for address in LEARN}
    pages = []
    for address, sizes in visits.items():
        page = browser.new_context(base_url=base).new_page()
        page.on("response", lambda answer, sizes=sizes: sizes.update(size_of(answer)))
        page.goto(address, wait_until="commit")
        pages.append(page)
    # Half a second without a request tells that a page has all: they all come to it together.
    for page in pages:
        page.wait_for_load_state("networkidle")
        page.context.close()
    return visits


def size_of(answer: Response) -> dict[str, int]:
    """The bytes of what a server sent, gzipped, by its address."""
    return {answer.url: len(compress(answer.body()))}
