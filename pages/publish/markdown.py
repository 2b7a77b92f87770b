"""Put each page of a built site beside it as Markdown too, and all of them in one file.

    python -m pages.publish.markdown site

A page's source is plain and complete already: formulas in TeX, pictures with what they show in
words, answers to questions. So it is given as it is, but for links, which become absolute, and for
the lines that the site fills in from the package, where the package's own code is put. What pages
there are, and where, is read from `llms.txt`, which the theme makes from the menu.
"""

import posixpath
import re
import sys
from functools import cache
from pathlib import Path

import griffe

from pages.page import IMAGE, read_page
from pages.project import DOCS, ROOT
from pages.publish.links import API_ENTRY, Links

FULL = "llms-full.txt"


def plain(path: Path, docs: Path, site: str) -> str:
    """Write the page at `path` for those who read it outside the site.

    Args:
        path: The page's source.
        docs: The folder that the site is made from.
        site: The address of the site, with a slash at its end.
    """
    page = read_page(path)
    links = Links(page, docs, site)
    folder = site + posixpath.dirname(path.relative_to(docs).as_posix())
    text, line = "", page.first_line
    for fence in page.fences:
        text += _prose(page.lines[line - 1 : fence.line - 1], line, links, folder)
        text += "".join(f"{kept}\n" for kept in page.lines[fence.line - 1 : fence.end])
        line = fence.end + 1
    text += _prose(page.lines[line - 1 :], line, links, folder)
    return text.replace("<details markdown>", "<details>").strip() + "\n"


def _prose(lines: list[str], first: int, links: Links, folder: str) -> str:
    """Write the lines between two fences."""
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
    """Read a package, which is not imported."""
    return griffe.load(name, search_paths=[ROOT], allow_inspection=False)


def _source(name: str) -> str:
    """Find the code of an object or of a module."""
    package, _, path = name.partition(".")
    source: str = _package(package)[path].source
    return source.strip()


def main() -> None:
    """Write the pages into the folder of the site that is named."""
    folder = Path(sys.argv[1])
    index = (folder / "llms.txt").read_text(encoding="utf-8")
    found = re.search(rf" (\S+){FULL}", index)
    if not found:
        raise SystemExit(f"expected a site built with COMPLETE=1, got {folder}: no {FULL} named")
    texts = []
    for name in re.findall(rf"\({re.escape(found[1])}(\S+\.md)\)", index):
        texts.append(plain(DOCS / name, DOCS, found[1]))
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(texts[-1], encoding="utf-8", newline="\n")
    (folder / FULL).write_text("\n".join(texts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
