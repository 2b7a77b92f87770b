"""Complete the search index, and load its texts only on the first search.

`docs/assets/search.js` sorts the results by what each section is about, which the theme's index
does not say. With `make serve`, this step does not run: sections are found by their text only.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from pages.project import sources

# These sections use a name in passing.
LAST = ("what-can-go-wrong", "exercises")


class _Use(NamedTuple):
    """A name in a block of code; the smallest use is the one that shows the name best."""

    is_call: bool
    is_last: bool
    lines: int
    location: str


def defer_search(site: Path) -> None:
    """Take the texts out of the search index, because every reader loads that at once.

    `docs/assets/search.js` loads them from `search/docs.json` when somebody searches.

    Args:
        site: The folder of the built site.
    """
    index = _complete(site)
    docs, index["docs"] = index["docs"], []
    (site / "search/docs.json").write_text(json.dumps(docs), encoding="utf-8")
    (site / "search/search_index.json").write_text(json.dumps(index), encoding="utf-8")


def complete_offline_search(site: Path) -> None:
    """Complete the search index of a site that opens without a server.

    Args:
        site: The folder of the built site.
    """
    script = f"var __index = {json.dumps(_complete(site))}"
    (site / "search/search_index.js").write_text(script, encoding="utf-8")


def _complete(site: Path) -> dict[str, Any]:
    """Read the search index, sort it like the menu, and say what each section is about."""
    path = site / "search/search_index.json"
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    order = [source.removesuffix(".md").removesuffix("index") for source in sources()]

    def place(doc: dict[str, Any]) -> int:
        page = _page(doc).removesuffix(".html").rstrip("/").removesuffix("index")
        return order.index(page) if page in order else len(order)

    index["docs"].sort(key=place)
    about = find_subjects(_read_pages(site, index["docs"]))
    for doc in index["docs"]:
        if subjects := about.get(doc["location"]):
            doc["about"] = subjects
    return index


def _page(doc: dict[str, Any]) -> str:
    location: str = doc["location"]
    return location.partition("#")[0]


def _read_pages(site: Path, docs: list[dict[str, Any]]) -> dict[str, str]:
    """Read the HTML of each learn page in the index."""
    pages = dict.fromkeys(page for doc in docs if (page := _page(doc)).startswith("learn/"))
    files = {page: site / page / ("index.html" if page.endswith("/") else "") for page in pages}
    return {page: file.read_text(encoding="utf-8") for page, file in files.items()}


def find_subjects(pages: dict[str, str]) -> dict[str, list[str]]:
    """List what the sections of learn pages are about, by the location of the section.

    A section is about the terms that it has in bold, and about the functions and classes that no
    other section shows better: it defines them, or it has the shortest block that calls them, and
    no section has their names in bold.

    Args:
        pages: The HTML of each page, by its location, in the order of the menu.
    """
    about: dict[str, list[str]] = {}
    uses: dict[str, _Use] = {}
    for location, html in _sections(pages):
        bold = (_text(term) for term in re.findall(r"<strong>(.+?)</strong>", html))
        about[location] = [term.lower() for term in bold if not re.search(r"[.?:]$", term)]
        for name, use in _uses(location, html):  # the search ignores case
            uses[name.lower()] = min(uses.get(name.lower(), use), use, key=lambda one: one[:3])
    terms = {term for subjects in about.values() for term in subjects}
    for name, use in uses.items():
        if name not in terms:
            about[use.location].append(name)
    return {location: sorted(set(subjects)) for location, subjects in about.items() if subjects}


def _sections(pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Split pages at their headings into locations and HTML, without the source of objects."""
    for page, html in pages.items():
        intro, *rest = re.split(r'<h[1-6] id="([^"]+)"', html)[2:]
        yield page, intro
        for anchor, section in zip(rest[::2], rest[1::2], strict=True):
            if "." not in anchor:
                yield f"{page}#{anchor}", section


def _uses(location: str, html: str) -> Iterator[tuple[str, _Use]]:
    """Yield the functions and classes that a section defines or calls."""
    for block in re.findall(r'<div[^>]* class="language-python.*?</pre>', html, re.DOTALL):
        code = _text(block)
        lines = len(re.findall(r"^.*\S", code, re.MULTILINE))
        defined = set(re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE))
        called = set(re.findall(r"\b([A-Za-z]\w*)\(", code))
        for name in defined | called:
            is_last = location.partition("#")[2] in LAST
            yield name, _Use(name not in defined, is_last, lines, location)


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))
