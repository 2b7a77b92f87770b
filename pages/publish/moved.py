"""Lead from the old URLs of pages and headings that have moved to the new ones.

mkdocs.yml lists under `extra: moved` where each of them is now, in the syntax of mkdocs-redirects:

    learn/old.md: learn/new.md
    learn/new.md#old-heading: learn/other.md#new-heading

At the URL of a page that has moved, the built site gets a small page that opens the new one. The
page that a heading has left gets a note, which a browser shows only if the URL ends with that
heading. `docs/assets/moved.js` follows the links in both; without scripts, readers click on them.
"""

import posixpath
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pages.page import read_page, title_of
from pages.project import DOCS, page_file, page_url, site_url

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy".*?>')
PAGE = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    {policy}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="canonical" href="{canonical}">
    <noscript><meta http-equiv="refresh" content="0; url={url}"></noscript>
  </head>
  <body>
    <article><p class="nnfp-moved">This page has moved: <a href="{url}">{title}</a></p></article>
  </body>
</html>
"""
NOTE = (
    '<p class="nnfp-moved md-content__inner md-typeset" id="{id}">'
    'This part has moved: <a href="{url}">{title}</a></p>'
)
SCRIPT = '<script src="{url}" defer></script>'


class Built(NamedTuple):
    """A built site."""

    folder: Path
    offline: bool
    """Whether it opens without a server. Then a page has another file, and links name files."""

    def file(self, source: str) -> Path:
        """Return the file of the page made from `source`."""
        flat = self.offline and posixpath.basename(source) != "index.md"
        return self.folder / (f"{source.removesuffix('.md')}.html" if flat else page_file(source))

    def link(self, source: str, file: str) -> str:
        """Return the URL of a file of the site, relative to the page made from `source`."""
        folder = self.file(source).parent.relative_to(self.folder).as_posix()
        url = posixpath.relpath(file, folder)
        return quote(url if self.offline else url.removesuffix("index.html") or "./")

    def has(self, source: str, heading: str) -> bool:
        """Return whether the site has a page, and the page a heading unless that is empty."""
        file = self.file(source)
        if not heading or not file.is_file():
            return file.is_file()
        return f'id="{escape(heading)}"' in file.read_text(encoding="utf-8")


def lead_on(site: Path, moved: Mapping[str, str], *, offline: bool = False) -> None:
    """Make the old URLs of a built site lead to the new ones.

    Args:
        site: The folder of the built site.
        moved: Where each page or heading was, and where it is now.
        offline: Whether the site opens without a server.

    Raises:
        SystemExit: When something has not moved, or has moved to a place that does not exist.
    """
    built = Built(site, offline)
    pages: dict[str, dict[str, str]] = {}
    for old, new in moved.items():
        source, _, heading = old.partition("#")
        target, _, new_heading = new.partition("#")
        if built.has(source, heading):
            raise SystemExit(f"mkdocs.yml: expected {old} to have moved, but it is still there")
        if not built.has(target, new_heading):
            raise SystemExit(
                f"mkdocs.yml: expected {old} to have moved to a page or a heading, got {new}"
            )
        pages.setdefault(source, {})[heading] = new
    for source, headings in pages.items():
        _leave(built, source, headings)


def _leave(built: Built, source: str, headings: Mapping[str, str]) -> None:
    """Leave links to new places at the old page; the empty heading means the page itself."""
    file = built.file(source)
    text = _page(built, source, headings[""]) if "" in headings else file.read_text("utf-8")
    added = SCRIPT.format(url=built.link(source, "assets/moved.js"))
    for heading, new in headings.items():
        if heading:
            added += NOTE.format(id=escape(heading), **_to(built, source, new))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("</article>", f"</article>{added}", 1), "utf-8", newline="\n")


def _page(built: Built, source: str, new: str) -> str:
    """Return what a page that has moved leaves behind."""
    target, _, _ = new.partition("#")
    policy = POLICY.search(built.file(target).read_text(encoding="utf-8"))
    canonical = escape(site_url() + page_url(target))
    to = _to(built, source, new)
    return PAGE.format(policy=policy[0] if policy else "", canonical=canonical, **to)


def _to(built: Built, source: str, new: str) -> dict[str, str]:
    """Return the URL of the new place, relative to the old page, and the title of its page."""
    target, mark, heading = new.partition("#")
    file = built.file(target).relative_to(built.folder).as_posix()
    title = re.sub("[`*]", "", title_of(read_page(DOCS / target)))
    return {"url": escape(built.link(source, file) + mark + heading), "title": escape(title)}
