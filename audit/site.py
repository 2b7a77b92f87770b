"""Check the whole built site as its readers see it, and print one table of what was found.

`make audit` runs this. It takes a few minutes, and fails when a threshold is missed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from audit.actions import check_actions
from audit.browse import chromium
from audit.engines import engines
from audit.lighthouse import check_lighthouse
from audit.links import broken_links
from audit.looks import add_ears, check_looks
from audit.reading import check_first_visits, check_reading
from audit.serve import serve
from audit.table import Row, none_of, show
from audit.tours import check_figures

ROOT = Path(__file__).parent.parent
TOOLS = Path(__file__).parent / "node_modules/.bin"
# Errors in the theme's HTML: it keeps browsers from remembering an open menu with the first
# attribute, and the second one has no effect.
THEME_ERRORS = (
    'autocomplete attribute cannot be used on <input type="checkbox">',
    'Attribute "tabindex" has invalid value ""',
)


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


def check_engines(playwright: Playwright) -> Iterator[Row]:
    """Check in three engines how pages look, what figures show and what readers do."""
    with engines(playwright) as browsers, built() as (site, base):
        add_ears(site)
        for browser in browsers:
            yield from check_looks(browser, base)
        yield from check_figures(browsers, site, base)
        yield from check_actions(browsers, base)


def check_site(playwright: Playwright) -> Iterator[Row]:
    """Check the site in Chromium, its links and HTML, and its scores."""
    with built() as (site, base):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield from check_reading(browser, base)
        yield from check_first_visits(browser, base)
        browser.close()
        yield none_of("broken links and anchors", broken_links(site, base))
        yield none_of("errors in the HTML", html_errors(site))
        yield from check_lighthouse(base)


def main() -> None:
    """Check everything, print the table, and exit with an error if a threshold is missed."""
    if not TOOLS.exists() or shutil.which("node") is None:
        raise SystemExit("expected Node and the packages of audit/package.json: run make audit")
    with sync_playwright() as playwright:
        try:
            rows = [*check_engines(playwright), *check_site(playwright)]
        except FileNotFoundError as error:  # a browser is missing
            raise SystemExit(str(error)) from None
    show(rows)
    sys.exit(not all(row.good for row in rows))


if __name__ == "__main__":
    main()
