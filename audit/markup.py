"""Read built HTML: a page's elements, what it links to, and the ids it can be linked at."""

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag


def parse(html: str) -> BeautifulSoup:
    """Parse HTML, as in `parse(html).select("details > summary")`."""
    return BeautifulSoup(html, "html.parser")


@cache
def read(path: Path) -> BeautifulSoup:
    """Parse an HTML file, once for all who read it. Do not change what this returns."""
    return parse(path.read_text(encoding="utf-8"))


def values(page: BeautifulSoup | Tag, name: str) -> list[str]:
    """List the values of an attribute, as in `values(page, "href")`, in the page's order."""
    return [str(element[name]) for element in page.select(f"[{name}]")]
