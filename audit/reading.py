"""Check pages as Chromium shows them: axe, messages, requests and first visits."""

from collections.abc import Iterator
from itertools import product

from playwright.sync_api import Browser
from tqdm import tqdm

from audit.browse import (
    MOST_BYTES,
    MOST_REQUESTS,
    URLS,
    WAYS,
    first_visits,
    listen,
    violations,
)
from audit.table import Row, at_most, none_of


def check_reading(browser: Browser, base: str) -> Iterator[Row]:
    """Check every page in both schemes and widths: axe, messages and requests."""
    found: list[str] = []
    heard: list[str] = []
    for (size, scheme), url in tqdm(list(product(WAYS, URLS)), "axe"):
        with browser.new_context(base_url=base, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            noise = listen(page)
            page.goto(url, wait_until="networkidle")
            where = f"{url or 'home'} at {size['width']}, {scheme}"
            found += [f"{where}: {line}" for line in violations(page)]
            heard += [f"{where}: {line}" for line in noise]
    yield none_of("violations found by axe", found)
    yield none_of("log messages and foreign requests", heard)


def check_first_visits(browser: Browser, base: str) -> Iterator[Row]:
    """Check the bytes and requests of a first visit to the heaviest learn page."""
    visits = first_visits(browser, base)
    # The home page has three interactive figures, each with a script.
    requests = max(len(sizes) - (url == "") for url, sizes in visits.items())
    most = max(sum(sizes.values()) for sizes in visits.values())
    details = [f"{url}: {sum(s.values())} bytes in {len(s)}" for url, s in visits.items()]
    yield at_most("requests of a first visit", requests, MOST_REQUESTS, details)
    yield at_most("bytes of a first visit", most, MOST_BYTES, details)
