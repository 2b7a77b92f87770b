"""Build the finished site: run MkDocs, and then the steps that MkDocs has no place for.

python -m pages.publish site                         # the site that a host serves
python -m pages.publish --offline dist/site          # opens without a server, zipped
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from mkdocs.__main__ import cli

from pages.page import Page, PageError, read_page
from pages.project import DOCS, site_url, sources
from pages.publish.fonts import embed_fonts
from pages.publish.inventory import find_objects
from pages.publish.links import Links
from pages.publish.notebooks import write_notebook
from pages.publish.pack import pack
from pages.publish.plain import write_full, write_plain
from pages.publish.policy import complete_policy
from pages.publish.search import defer_search
from pages.publish.social import draw_social_pictures


def publish(site: Path) -> None:
    """Build the site for a host.

    Args:
        site: The folder to write it to.
    """
    if not os.environ.get("SITE_URL"):
        os.environ.pop("SITE_URL", None)  # an empty one would leave the site without a URL
        print(f"SITE_URL is not set: links to the site lead to {site_url()}", file=sys.stderr)
    _build(site, PUBLISHED="online")
    _write_pages(site, write_plain, write_notebook)
    write_full(site)
    defer_search(site)
    embed_fonts(site)
    draw_social_pictures(site)
    complete_policy(site)


def publish_offline(site: Path) -> None:
    """Build the site so that it opens without a server, and pack it.

    Args:
        site: The folder to write it to; the zip file is written next to it.
    """
    _build(site, PUBLISHED="offline", OFFLINE="true")
    _write_pages(site, write_notebook)
    embed_fonts(site)
    file = pack(site)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB; unpack it and open {site.name}/index.html")


def _build(site: Path, **environment: str) -> None:
    """Run MkDocs, with variables that mkdocs.yml reads; a warning is an error."""
    os.environ |= environment
    try:
        cli(["build", "--strict", "--site-dir", str(site)])
    except SystemExit as done:  # every command of MkDocs ends with it
        if done.code:
            raise


def _write_pages(site: Path, *steps: Callable[[Path, Page, Links], None]) -> None:
    """Write each page into the site in other formats."""
    url = site_url()
    objects = find_objects(site, url)
    for source in sources():
        try:
            page = read_page(DOCS / source)
            for step in steps:
                step(site, page, Links(page, DOCS, url, objects))
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
    (publish_offline if options.offline else publish)(options.site)


if __name__ == "__main__":
    main()
