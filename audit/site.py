"""Check the whole built site as its readers see it, and print one table of what was found.

`make audit` runs this. It takes a few minutes, and fails when a threshold is missed.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, sync_playwright
from tqdm import tqdm

from audit.browse import (
    MOST_BYTES,
    MOST_REQUESTS,
    URLS,
    WAYS,
    chromium,
    first_visits,
    listen,
    page_width,
    violations,
)
from audit.links import broken_links
from audit.serve import serve

ROOT = Path(__file__).parent.parent
TOOLS = Path(__file__).parent / "node_modules/.bin"
LIGHTHOUSE_PAGES = ("", "learn/neuron/", "learn/optimizer/", "reference/layer/")
# The least that each score may be, by kind of screen.
SCORES = {
    "mobile": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 95},
    "desktop": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 99},
}
# A score is the median of this many runs of Lighthouse.
ROUNDS = 3
MOST_SHIFT = 0.01
# Errors in the theme's HTML: it keeps browsers from remembering an open menu with the first
# attribute, and the second one has no effect.
THEME_ERRORS = (
    'autocomplete attribute cannot be used on <input type="checkbox">',
    'Attribute "tabindex" has invalid value ""',
)


class Row(NamedTuple):
    """A line of the table: what was measured, the threshold, and whether it is met."""

    what: str
    found: float
    threshold: str
    good: bool
    details: list[str]


@contextmanager
def built() -> Iterator[tuple[Path, str]]:
    """Build the site and serve it.

    Yields:
        Its folder and its URL.
    """
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as url:
        command = ["make", "--silent", "build", f"SITE={folder}"]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"SITE_URL": url})
        yield Path(folder), url


def check_reading(browser: Browser, base: str) -> Iterator[Row]:
    """Check every page in both schemes and widths: axe, messages, requests, width."""
    found: list[str] = []
    heard: list[str] = []
    wide: list[str] = []
    for (size, scheme), url in tqdm(list(product(WAYS, URLS)), "axe"):
        with browser.new_context(base_url=base, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            noise = listen(page)
            page.goto(url, wait_until="networkidle")
            where = f"{url or 'home'} at {size['width']}, {scheme}"
            found += [f"{where}: {line}" for line in violations(page)]
            heard += [f"{where}: {line}" for line in noise]
            if page_width(page) > size["width"]:
                wide.append(where)
    yield none_of("violations found by axe", found)
    yield none_of("log messages and foreign requests", heard)
    yield none_of("pages wider than their screen", wide)


def check_first_visits(browser: Browser, base: str) -> Iterator[Row]:
    """Check the bytes and requests of a first visit to the home page and to each learn page."""
    visits = first_visits(browser, base)
    requests = max(len(sizes) for sizes in visits.values())
    most = max(sum(sizes.values()) for sizes in visits.values())
    details = [f"{url}: {sum(s.values())} bytes in {len(s)}" for url, s in visits.items()]
    yield at_most("requests of a first visit", requests, MOST_REQUESTS, details)
    yield at_most("bytes of a first visit", most, MOST_BYTES, details)


def html_errors(site: Path) -> list[str]:
    """List what html-validate finds wrong with a built site, each with its file and line."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [f"{TOOLS}/html-validate", "--config", f"{ROOT}/audit/htmlvalidate.json"]
        subprocess.run([*command, "-f", f"json={report}", f"{site}/**/*.html"], check=False)
        files = json.loads(report.read_text(encoding="utf-8"))
    return [
        f"{Path(file['filePath']).relative_to(site)}:{error['line']}: {error['message']}"
        for file in files
        for error in file["messages"]
        if not error["message"].startswith(THEME_ERRORS)
    ]


def check_lighthouse(base: str) -> Iterator[Row]:
    """Check Lighthouse's scores, each that of the worst page, and how far things move."""
    worst: dict[tuple[str, str], float] = {}
    details: dict[tuple[str, str], list[str]] = {}
    shifts = []
    for url, screen in tqdm(list(product(LIGHTHOUSE_PAGES, SCORES)), "Lighthouse"):
        reports = [lighthouse(base + url, screen) for _ in range(ROUNDS)]
        shifts += [r["audits"]["cumulative-layout-shift"]["numericValue"] for r in reports]
        for category in SCORES[screen]:
            score = statistics.median(100 * r["categories"][category]["score"] for r in reports)
            key = screen, category
            worst[key] = min(score, worst.get(key, 100))
            details.setdefault(key, []).append(f"{url or 'home'}: {score:.0f}")
    for (screen, category), score in worst.items():
        least = SCORES[screen][category]
        what = f"Lighthouse, {screen}: {category}"
        yield at_least(what, round(score), least, details[screen, category])
    yield at_most("layout shift", round(max(shifts), 4), MOST_SHIFT, [])


def lighthouse(url: str, screen: str) -> dict[str, Any]:
    """Run Lighthouse once on a page, and return its report."""
    command = [f"{TOOLS}/lighthouse", url, "--quiet", "--output=json"]
    command += ["--chrome-flags=--headless=new --no-sandbox"]
    command += ["--preset=desktop"] if screen == "desktop" else []
    environment = os.environ | {"CHROME_PATH": chromium()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def at_most(what: str, found: float, most: float, details: list[str]) -> Row:
    """Make a row for a value that must not exceed a limit."""
    return Row(what, found, f"at most {most}", found <= most, details)


def at_least(what: str, found: float, least: float, details: list[str]) -> Row:
    """Make a row for a value that must reach a limit."""
    return Row(what, found, f"at least {least}", found >= least, details)


def none_of(what: str, found: list[str]) -> Row:
    """Make a row for a list that must be empty."""
    return at_most(what, len(found), 0, found)


def show(rows: list[Row]) -> None:
    """Print the table, and below it the details of each row that misses its threshold."""
    for row in rows:
        print(f"{row.what:<40} {row.found:>10}  {row.threshold:<18} {'' if row.good else 'MISSED'}")
    for row in rows:
        if not row.good:
            print(f"\n{row.what}:", *row.details[:40], sep="\n  ")


def main() -> None:
    """Check everything, print the table, and exit with an error if a threshold is missed."""
    if not TOOLS.exists() or shutil.which("node") is None:
        raise SystemExit("expected Node and the packages of audit/package.json: run make audit")
    with built() as (site, base), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        rows = [
            *check_reading(browser, base),
            *check_first_visits(browser, base),
            none_of("broken links and anchors", broken_links(site, base)),
            none_of("errors in the HTML", html_errors(site)),
            *check_lighthouse(base),
        ]
        browser.close()
    show(rows)
    sys.exit(not all(row.good for row in rows))


if __name__ == "__main__":
    main()
