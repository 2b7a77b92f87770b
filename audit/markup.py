"""Read built HTML: a page's elements, what it links to, and the ids it can be linked at."""

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag


@cache
def parse(html: str) -> BeautifulSoup:
    """Parse HTML, as in `parse(html).select("details > summary")`.

    All callers that parse the same text share the result. Do not change it.
    """
    return BeautifulSoup(html, "html.parser")


def read(path: Path) -> BeautifulSoup:
    """Parse an HTML file."""
    return parse(path.read_text(encoding="utf-8"))


def values(page: BeautifulSoup | Tag, name: str) -> list[str]:
    """List the values of an attribute, as in `values(page, "href")`, in the page's order."""
    return [str(element[name]) for element in page.select(f"[{name}]")]
