"""Build the finished site: run MkDocs, and then the steps that MkDocs has no place for.

python -m pages.publish site                         # the site that a host serves
python -m pages.publish --offline dist/site          # opens without a server, zipped
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from mkdocs.__main__ import cli

from pages.page import Page, PageError, read_page
from pages.project import DOCS, site_config, site_url, sources
from pages.publish.comments import remove_comments
from pages.publish.fonts import embed_fonts
from pages.publish.inventory import find_objects
from pages.publish.links import Links
from pages.publish.moved import lead_on
from pages.publish.notebooks import write_notebook
from pages.publish.pack import pack
from pages.publish.plain import write_full, write_plain
from pages.publish.policy import complete_policy
from pages.publish.search import complete_offline_search, defer_search
from pages.publish.social import draw_social_pictures
from pages.publish.wheel import wheel_name, write_wheel

URL = re.compile(r"https?://[\w.-]+(:\d+)?(/[^\s?#]*)?", re.IGNORECASE)


def publish(site: Path) -> None:
    """Build the site for a host.

    Args:
        site: The folder to write it to.
    """
    wheel = site_url() + wheel_name()
    _build(site, PUBLISHED="online", WHEEL=wheel)
    write_wheel(site)
    _write_pages(site, wheel, write_plain, write_notebook)
    write_full(site)
    defer_search(site)
    remove_comments(site)
    embed_fonts(site)
    draw_social_pictures(site)
    lead_on(site, moved())
    complete_policy(site)


def publish_offline(site: Path) -> None:
    """Build the site so that it opens without a server, and pack it.

    Args:
        site: The folder to write it to; the zip file is written next to it.
    """
    wheel = wheel_name()
    _build(site, PUBLISHED="offline", OFFLINE="true", WHEEL=f"{site.name}/{wheel}")
    write_wheel(site)
    _write_pages(site, wheel, write_notebook)
    complete_offline_search(site)
    lead_on(site, moved(), offline=True)
    remove_comments(site)
    embed_fonts(site)
    file = pack(site)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB; unpack it and open {site.name}/index.html")


def moved() -> dict[str, str]:
    """Return where each page or heading was that has moved, and where it is now."""
    places: dict[str, str] | None = site_config()["extra"]["moved"]
    return places or {}


def check_urls() -> None:
    """Refuse a variable that should contain a URL and does not, and warn without `SITE_URL`.

    Every build warns, since what this program builds is made for a host or for other readers.
    `make serve` shows the site to its authors.

    Raises:
        SystemExit: When a variable contains something else.
    """
    for name in ("SITE_URL", "REPO_URL"):
        url = os.environ.get(name, "")
        if not url:
            os.environ.pop(name, None)  # an empty one would replace the default in mkdocs.yml
        elif not URL.fullmatch(url):
            raise SystemExit(
                f"expected {name} to be a URL such as https://example.org/nnfp/, got {url}"
            )
    if "SITE_URL" not in os.environ:
        print(
            f"WARNING -  SITE_URL is not set: this site works completely only at {site_url()}; "
            "to put it anywhere else, set SITE_URL to its URL",
            file=sys.stderr,
        )


def _build(site: Path, **environment: str) -> None:
    """Run MkDocs, with variables that mkdocs.yml reads; a warning is an error."""
    os.environ |= environment
    try:
        cli(["build", "--strict", "--site-dir", str(site)])
    except SystemExit as done:  # every command of MkDocs ends with it
        if done.code:
            raise


def _write_pages(site: Path, wheel: str, *steps: Callable[[Path, Page, Links], None]) -> None:
    """Write each page into the site in other formats.

    Args:
        site: The folder of the built site.
        wheel: The URL of the package's wheel, or its path below that folder.
        steps: What writes a page in another format.
    """
    url = site_url()
    objects = find_objects(site, url)
    for source in sources():
        try:
            page = read_page(DOCS / source)
            for step in steps:
                step(site, page, Links(page, DOCS, url, objects, wheel))
        except PageError as error:
            raise SystemExit(str(error)) from error


def main() -> None:
    """Build the site, or the offline site if the command line says so."""
    parser = argparse.ArgumentParser(prog="python -m pages.publish", description="Build the site.")
    parser.add_argument("site", type=Path, help="the folder to write the site to")
    parser.add_argument(
        "--offline", action="store_true", help="build a site that opens without a server"
    )
    options = parser.parse_args()
    check_urls()
    (publish_offline if options.offline else publish)(options.site)


if __name__ == "__main__":
    main()
