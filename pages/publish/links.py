"""Rewrite the links of a page so that they lead to the same place from anywhere."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from pages.page import INLINE_CODE, Page, prose_of
from pages.project import page_url, source_of

# What the site fills in from the package: a line with a name, and indented options under it.
API_ENTRY = re.compile(r"^::: (?P<name>\S+)\n(?: {4}.*\n)*", re.MULTILINE)
# Brackets in code, in formulas and after a backslash do not begin a link.
NO_LINK = re.compile(
    rf"\\[][\\]|{INLINE_CODE.pattern}|(?s:\$\$.+?\$\$)"
    r"|\$(?!\s)(?:[^$\n]|\n(?![ >]*\n))+?(?<!\s)\$"
)
# `[text](target "title")`, `[text][name]`, `[text][]` or `[text]`, all within a paragraph.
LINK = re.compile(
    r"""
    (?<!!) (?P<text> \[ (?: (?!\n[ >]*\n) [^][] | \[[^][]*\] )* \] )
    (?: \( \s* (?: <(?P<angled>[^<>\n]*)> | (?P<bare>(?: [^()<>"'\n] | \([^\s()]*\) )+?) )
            (?P<title> \s+ (?: "[^"]*" | '[^']*' ) )? \s* \)
      | [ ]? \[ (?P<name>[^][]*) \]
    )?
    """,
    re.VERBOSE,
)
# `[name]: target`: where a link such as `[text][name]` leads.
DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^]^[][^][]*)\]: *<?(?P<target>[^\s<>]+)>?.*$", re.M)


class Links:
    """Turns the links of one page into absolute ones."""

    def __init__(
        self, page: Page, docs: Path, site: str, objects: Mapping[str, str], wheel: str = ""
    ) -> None:
        """Prepare to rewrite the links of a page.

        Args:
            page: The page.
            docs: The folder that the site is made from.
            site: The URL of the site, with a slash at its end.
            objects: The URL of each documented object, by its name.
            wheel: The URL of the package's wheel, or its path below the folder of the site.
        """
        self.page = page
        self.site = site
        self.source = source_of(page.path, docs)
        self.url = site + page_url(self.source)
        self.objects = objects
        self.wheel = wheel
        self.definitions = {
            found["name"].lower(): self._to_file(found["target"])
            for found in DEFINITION.finditer("\n".join(text for _, text in prose_of(page)))
        }

    def absolute(self, lines: list[str], first: int) -> str:
        """Rewrite the links in some lines of the page.

        Args:
            lines: The lines, all of them outside fences.
            first: The number of the first of them.

        Raises:
            PageError: When a link leads to an object that is not documented.
        """
        text = API_ENTRY.sub(self._instead_of_entry, "".join(f"{line}\n" for line in lines))
        text = DEFINITION.sub("", text)
        # It has the length of the text, so that positions in it are positions in the text.
        visible = NO_LINK.sub(lambda found: "\0" * len(found[0]), text)
        result, done = "", 0
        for link in LINK.finditer(visible):
            label = text[slice(*link.span("text"))]
            target = self._target(link, label, first + text.count("\n", 0, link.start()))
            if target:
                result += text[done : link.start()] + f"{label}({target}{link['title'] or ''})"
                done = link.end()
        return result + text[done:]

    def _instead_of_entry(self, entry: re.Match[str]) -> str:
        """Write a link to an object where the site shows the object itself."""
        name = entry["name"]
        url = self.objects.get(name, self.url)  # a module is documented by its page
        # Keep the number of lines, so that the numbers of those after it stay valid.
        return f"On its API page, with its source: [`{name}`]({url})" + "\n" * entry[0].count("\n")

    def _target(self, link: re.Match[str], label: str, line: int) -> str:
        """Return the URL that a link leads to, or an empty text if it is no link."""
        if target := link["bare"] or link["angled"]:
            return self._to_file(target)
        name = link["name"] or label[1:-1].strip("`")
        if name.lower() in self.definitions:
            return self.definitions[name.lower()]
        if link["name"] is None:
            return ""
        if name not in self.objects:
            raise self.page.error(line, f"expected a link to a documented object, got {name}")
        return self.objects[name]

    def _to_file(self, target: str) -> str:
        """Return the URL for a target as the page's source writes it."""
        url = urlsplit(target)
        if url.scheme or url.netloc:
            return target
        if not url.path:
            return self.url + target
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.source), unquote(url.path)))
        return self.site + urlunsplit(url._replace(path=page_url(path)))
