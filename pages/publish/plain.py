"""Publish each page as plain Markdown too, and all pages in one file.

The source of a page is readable and complete: formulas in TeX, pictures with their descriptions,
answers to the questions. So it is published nearly as it is, with these changes: links become
absolute, commands install the package from the site, and where the site shows an object of the
package, the object's code is inserted.
"""

import posixpath
from functools import cache
from pathlib import Path

import griffe

from pages.extensions.package import locate_package
from pages.page import IMAGE, Page
from pages.project import ROOT, sources
from pages.publish.links import API_ENTRY, Links


def write_plain(site: Path, page: Page, links: Links) -> None:
    """Write a page as Markdown into the built site.

    Args:
        site: The folder of the built site.
        page: The page.
        links: The links of that page.
    """
    (site / links.source).write_text(plain(page, links), encoding="utf-8", newline="\n")


def write_full(site: Path) -> None:
    """Write a file with all pages, which are in the built site as Markdown.

    Args:
        site: The folder of the built site.
    """
    texts = [(site / source).read_text(encoding="utf-8") for source in sources()]
    (site / "llms-full.txt").write_text("\n".join(texts), encoding="utf-8", newline="\n")


def plain(page: Page, links: Links) -> str:
    """Return a page as Markdown for readers outside the site.

    Args:
        page: The page.
        links: The links of that page.

    Raises:
        PageError: When a link leads to an object that is not documented.
    """
    folder = links.site + posixpath.dirname(links.source)
    text, line = "", page.first_line
    for fence in page.fences:
        text += _prose(page.lines[line - 1 : fence.line - 1], line, links, folder)
        text += "".join(f"{kept}\n" for kept in page.lines[fence.line - 1 : fence.end])
        line = fence.end + 1
    text += _prose(page.lines[line - 1 :], line, links, folder)
    text = text.replace("<details markdown>", "<details>").strip() + "\n"
    return locate_package(text, links.wheel)


def _prose(lines: list[str], first: int, links: Links, folder: str) -> str:
    """Return the text between two fences; `first` is the number of its first line."""
    text = "".join(f"{line}\n" for line in lines)
    start, result = 0, ""
    for entry in [*API_ENTRY.finditer(text), None]:
        before = text[start : entry.start() if entry else len(text)]
        result += links.absolute(before.splitlines(), first + text.count("\n", 0, start))
        if entry:
            result += f"```python\n{_source(entry['name'])}\n```\n"
            start = entry.end()
    return IMAGE.sub(
        lambda image: f"![{image['alt']}]({posixpath.join(folder, image['path'])})", result
    )


@cache
def _package(name: str) -> griffe.Object | griffe.Alias:
    """Read a package without importing it."""
    return griffe.load(name, search_paths=[ROOT], allow_inspection=False)


def _source(name: str) -> str:
    """Return the code of an object or a module, or of all modules of a package."""
    package, _, path = name.partition(".")
    found = _package(package)[path]
    modules = found.modules.values() if found.is_module else []
    return "\n\n\n".join(part.source.strip() for part in [found, *modules])
