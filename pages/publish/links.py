"""Links of a page, rewritten so that they lead to the same place from anywhere."""

import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

from pages.page import INLINE_CODE, Page
from pages.publish.inventory import NAMES, read_names

TORCH_DOCS = "https://docs.pytorch.org/docs/stable/"
# Code within a line is matched as well, so that what looks like a link inside it stays as it is.
LINK = re.compile(
    INLINE_CODE.pattern
    + r"|(?<!!)\[(?P<text>(?:`[^`]*`|[^]`])*)\](?:\[(?P<name>[^]]*)\]|\((?P<target>[^)\s]+)\))"
)
# What the site fills in from the package: a line with a name, and indented options under it.
API_ENTRY = re.compile(r"^::: (?P<name>\S+)\n(?: {4}.*\n)*", re.MULTILINE)


class Links:
    """Turns links of a page into ones that lead to the same place from anywhere."""

    def __init__(self, page: Page, docs: Path, site: str) -> None:
        self.site = site
        self.read = page
        self.source = page.path.relative_to(docs).as_posix()
        self.page = site + address_of(self.source)
        self.docs = docs
        self.torch = read_names(NAMES.read_text(encoding="utf-8"))

    def absolute(self, lines: list[str], first: int) -> str:
        """Rewrite the links in `lines`, of which `first` is the number of the first."""
        text = "".join(f"{line}\n" for line in lines)

        def rewritten(link: re.Match[str]) -> str:
            if link["target"]:
                return f"[{link['text']}]({self._to_file(link['target'])})"
            if link["name"] is None:
                return link[0]
            name = link["name"] or link["text"].strip("`")
            line = first + text.count("\n", 0, link.start())
            return f"[{link['text']}]({self._to_object(name, line)})"

        return LINK.sub(rewritten, API_ENTRY.sub(self._instead_of_entry, text))

    def _instead_of_entry(self, entry: re.Match[str]) -> str:
        name = entry["name"]
        # As many lines as before, so that those after it keep their numbers.
        return f"On its API page, with its source: [`{name}`][{name}]" + "\n" * entry[0].count("\n")

    def _to_file(self, target: str) -> str:
        if urlsplit(target).scheme:
            return target
        path, mark, anchor = target.partition("#")
        if not path:
            return self.page + target
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), path))
        return self.site + address_of(path) + mark + anchor

    def _to_object(self, name: str, line: int) -> str:
        """An object of torch has a line in our list, one of the package the page of its module."""
        if name in self.torch:
            return TORCH_DOCS + self.torch[name]
        page = f"reference/{[*name.split('.'), ''][1]}.md"
        if not (self.docs / page).is_file():
            raise self.read.error(line, f"expected a link to an object that has a page, got {name}")
        anchor = f"#{name}" if name.count(".") > 1 else ""  # a module is a page of its own
        return f"{self.site}{address_of(page)}{anchor}"


def address_of(source: str) -> str:
    """Say where on the site the file at `source` is found.

    Examples:
        >>> address_of("learn/neuron.md"), address_of("index.md"), address_of("figures/home.svg")
        ('learn/neuron/', '', 'figures/home.svg')
    """
    if not source.endswith(".md"):
        return source
    folder, name = posixpath.split(source.removesuffix(".md"))
    path = folder if name == "index" else posixpath.join(folder, name)
    return f"{path}/" if path else ""
