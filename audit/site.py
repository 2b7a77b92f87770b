"""Look at the whole built site as its readers do, and print one table of what was found.

Run it with `make audit`. It takes some minutes, and ends with an error when a threshold is missed.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin

from playwright.sync_api import Browser, sync_playwright
from tqdm import tqdm

from audit.browse import (
    ADDRESSES,
    MOST_BYTES,
    MOST_REQUESTS,
    NARROW,
    WIDE,
    chromium,
    first_visits,
    listen,
    violations,
)

ROOT = Path(__file__).parent.parent
TOOLS = Path(__file__).parent / "node_modules/.bin"
LIGHTHOUSE_PAGES = ("", "learn/neuron/", "learn/optimizer/", "reference/layer/")
# For each kind of screen, what each score has to be at least.
SCORES = {
    "mobile": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 98},
    "desktop": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 100},
}
MOST_SHIFT = 0.01
# The theme's own: one keeps browsers from remembering an open menu, the other does nothing.
THEME_ERRORS = (
    'autocomplete attribute cannot be used on <input type="checkbox">',
    'Attribute "tabindex" has invalid value ""',
)
ROUNDS = 3


class Row(NamedTuple):
    """A line of the table: what was looked at, what was found, what it may be, and if it is."""

    what: str
    found: float
    threshold: str
    good: bool
    details: list[str]


# The site, served as a host would


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder compressed, and lets a browser keep what it has, and its connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the table is what is read."""

    def do_GET(self) -> None:
        """Answer with a file, or with the site's own page that says there is none."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        there = path.is_file()
        path = path if there else Path(self.directory, "404.html")
        body = gzip.compress(path.read_bytes())
        self.send_response(200 if there else 404)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served() -> Iterator[tuple[Path, str]]:
    """Build the site for a free port and serve it there: its folder and its address."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server,
    ):
        address = f"http://127.0.0.1:{server.server_port}/"
        built = ["make", "--silent", "build", f"SITE={folder}"]
        subprocess.run(built, cwd=ROOT, check=True, env=os.environ | {"SITE_URL": address})
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Path(folder), address
        server.shutdown()


# What is looked at


def readable(browser: Browser, base: str) -> Iterator[Row]:
    """Every page, in both schemes and widths: axe, and what the browser complains of."""
    found: list[str] = []
    heard: list[str] = []
    wide: list[str] = []
    pairs = list(product((WIDE, NARROW), ("light", "dark"), ADDRESSES))
    for size, scheme, address in tqdm(pairs, "axe"):
        with browser.new_context(base_url=base, viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
            page = context.new_page()
            noise = listen(page)
            page.goto(address, wait_until="networkidle")
            where = f"{address or 'home'} at {size['width']}, {scheme}"
            found += [f"{where}: {line}" for line in violations(page, every_text=True)]
            heard += [f"{where}: {line}" for line in noise]
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                wide.append(where)
    yield none_of("violations that axe finds", found)
    yield none_of("complaints, and requests to others", heard)
    yield none_of("pages wider than their screen", wide)


def light(browser: Browser, base: str) -> Iterator[Row]:
    """A first visit to each learn page: bytes and requests of the heaviest."""
    visits = first_visits(browser, base)
    requests = max(len(sizes) for sizes in visits.values())
    most = max(sum(sizes.values()) for sizes in visits.values())
    details = [f"{address}: {sum(s.values())} in {len(s)}" for address, s in visits.items()]
    yield at_most("requests of a first visit", requests, MOST_REQUESTS, details)
    yield at_most("bytes of a first visit", most, MOST_BYTES, details)


class Links(HTMLParser):
    """Where a page leads to, and the places in it that can be led to."""

    def __init__(self, path: Path) -> None:
        """Read the page."""
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element leads to, and its own name."""
        names = dict(attrs)
        self.ids.add(names.get("id") or "")
        self.links += [names[name] or "" for name in ("href", "src") if name in names]


def whole(site: Path, base: str) -> Iterator[Row]:
    """Links and anchors within the site."""
    pages = {
        urljoin(base, str(path.parent.relative_to(site)) + "/"): Links(path)
        for path in site.rglob("index.html")
    }
    broken = []
    for address, page in pages.items():
        for link in page.links:
            target, anchor = urldefrag(urljoin(address, link))
            if not target.startswith(base) or link.startswith("data:"):
                continue
            if target in pages:
                good = not anchor or unquote(anchor) in pages[target].ids
            else:
                good = (site / unquote(target.removeprefix(base))).exists()
            if not good:
                broken.append(f"{address}: {link}")
    yield none_of("broken links and anchors", broken)


def valid(site: Path) -> Iterator[Row]:
    """HTML validity, by html-validate."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [TOOLS / "html-validate", "--config", ROOT / "audit/htmlvalidate.json"]
        subprocess.run([*command, "-f", f"json={report}", f"{site}/**/*.html"], check=False)
        files = json.loads(report.read_text(encoding="utf-8"))
    errors = [
        f"{Path(file['filePath']).relative_to(site)}:{error['line']}: {error['message']}"
        for file in files
        for error in file["messages"]
        if not error["message"].startswith(THEME_ERRORS)
    ]
    yield none_of("errors in the HTML", errors)


def lighthouse(base: str) -> Iterator[Row]:
    """Lighthouse's scores: of each page, the median of three."""
    worst: dict[tuple[str, str], float] = {}
    details: dict[tuple[str, str], list[str]] = {}
    shift = 0.0
    for address, screen in tqdm(list(product(LIGHTHOUSE_PAGES, SCORES)), "Lighthouse"):
        reports = [one_lighthouse(base + address, screen) for _ in range(ROUNDS)]
        shift = max(
            [shift, *(r["audits"]["cumulative-layout-shift"]["numericValue"] for r in reports)]
        )
        for category in SCORES[screen]:
            got = statistics.median(100 * r["categories"][category]["score"] for r in reports)
            key = screen, category
            worst[key] = min(got, worst.get(key, 100))
            details.setdefault(key, []).append(f"{address or 'home'}: {got:.0f}")
    for (screen, category), got in worst.items():
        least = SCORES[screen][category]
        what = f"Lighthouse, {screen}: {category}"
        yield at_least(what, round(got), least, details[screen, category])
    yield at_most("layout shift", round(shift, 4), MOST_SHIFT, [])


def one_lighthouse(address: str, screen: str) -> dict:
    """Run Lighthouse once on a page."""
    command = [TOOLS / "lighthouse", address, "--quiet", "--output=json"]
    command += ["--chrome-flags=--headless=new --no-sandbox"]
    command += ["--preset=desktop"] if screen == "desktop" else []
    environment = os.environ | {"CHROME_PATH": chromium()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def at_most(what: str, found: float, most: float, details: list[str]) -> Row:
    """Say how much there is of what there may be so much of."""
    return Row(what, found, f"at most {most}", found <= most, details)


def at_least(what: str, found: float, least: float, details: list[str]) -> Row:
    """Say how much there is of what there must be so much of."""
    return Row(what, found, f"at least {least}", found >= least, details)


def none_of(what: str, found: list[str]) -> Row:
    """Say how many there are of what there must be none of."""
    return at_most(what, len(found), 0, found)


def show(rows: list[Row]) -> None:
    """Print the table, and beneath it what each line that is not good consists of."""
    for row in rows:
        print(f"{row.what:<40} {row.found:>10}  {row.threshold:<18} {'' if row.good else 'MISSED'}")
    for row in rows:
        if not row.good:
            print(f"\n{row.what}:", *row.details[:40], sep="\n  ")


def main() -> None:
    """Look at everything, print the table, and end with an error if something is missed."""
    if not TOOLS.exists() or shutil.which("node") is None:
        raise SystemExit("expected Node and the packages of audit/package.json: run make audit")
    with served() as (site, base), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        rows = [
            *readable(browser, base),
            *light(browser, base),
            *whole(site, base),
            *valid(site),
            *lighthouse(base),
        ]
        browser.close()
    show(rows)
    sys.exit(not all(row.good for row in rows))


if __name__ == "__main__":
    main()
