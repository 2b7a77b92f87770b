"""A term of the glossary is explained where it is read: its first use on a page is a quiet link.

The link leads to the term's entry, and the theme shows the entry to who points at it. The terms are
the headings of `glossary.md`; a plural with *s* is found, too. A page that says a term in bold
defines it, and does not link to it. Headings, code, formulas and links stay as they are. Where a
page uses a word in another sense, `mkdocs.yml` says so:

    - pages.extensions.glossary:
        other_senses:
          learn/neuron.md: [view]

What the author's own links to pages lead to is shown in advance, too.
"""

import posixpath
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from mkdocs.exceptions import BuildError

from pages.extensions.context import Here, find_here

GLOSSARY = "glossary.md"
FOLDERS = ("learn/", "about/")
NOT_IN = {"a", "autoref", "code", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "summary"}
TO_A_PAGE = re.compile(r"[^:?#]+\.md(#.*)?")


def read_terms(glossary: str) -> list[str]:
    r"""List the terms that a glossary has a heading for.

    Raises:
        BuildError: When there are none, or one has two entries.

    Examples:
        >>> read_terms("# Glossary\n\n## bias\n\nA number.\n\n## GPU\n\nA processor.\n")
        ['bias', 'GPU']
    """
    terms = re.findall(r"^## (.+)$", glossary, re.MULTILINE)
    twice = sorted({term for term in terms if terms.count(term) > 1})
    if twice or not terms:
        got = f"two for {', '.join(twice)}" if twice else "no heading"
        raise BuildError(f"expected a heading ## for each term in {GLOSSARY}, got {got}")
    return terms


class _Page:
    """Finds the first uses of terms in a page, and puts links there."""

    def __init__(self, terms: Iterable[str], address: str) -> None:
        self.address = address
        self.left = {term.lower(): term for term in terms}
        # The longest first: "matrix product" is one term, and "matrix" another.
        names = "|".join(re.escape(name) for name in sorted(self.left, key=len, reverse=True))
        self.pattern = re.compile(rf"(?<![\w-])({names})s?(?![\w-])", re.IGNORECASE)

    def link(self, element: Element) -> None:
        """Go through the texts of an element in the order in which they are read."""
        if element.tag in NOT_IN:
            return
        element.text, parts = self._linked(element.text)
        for child in list(element):
            self.link(child)
            child.tail, links = self._linked(child.tail)
            parts += [child, *links]
        element[:] = parts

    def _linked(self, text: str | None) -> tuple[str | None, list[Element]]:
        """Part a text at first uses of terms: what is before them all, and a link for each."""
        # Text that is put together already, such as code, is an `AtomicString`.
        if not text or isinstance(text, AtomicString):
            return text, []
        uses = [use for use in self.pattern.finditer(text) if self.left.pop(use[1].lower(), None)]
        links = []
        for use, following in pairwise([*uses, None]):
            assert use
            href = f"{self.address}#{slugify(use[1], '-')}"
            link = Element("a", {"class": "page-term", "href": href})
            link.text = use[0]
            link.tail = text[use.end() : following.start() if following else None]
            links.append(link)
        return text[: uses[0].start()] if uses else text, links


class _Glossary(Treeprocessor):
    def __init__(self, md: Markdown, other_senses: dict[str, list[str]]) -> None:
        super().__init__(md)
        self.other_senses = other_senses

    def run(self, root: Element) -> None:
        here = find_here(self.md)
        if here.source.startswith(FOLDERS):
            self._link_terms(root, here)
        for link in root.iter("a"):
            if TO_A_PAGE.fullmatch(link.get("href", "")):
                link.set("data-preview", "")

    def _link_terms(self, root: Element, here: Here) -> None:
        name, glossary = here.source, here.docs_dir / GLOSSARY
        if not glossary.exists():
            raise BuildError(f"expected {GLOSSARY} among the pages, for the terms on {name}")
        terms = read_terms(glossary.read_text(encoding="utf-8"))
        other = self.other_senses.get(name, [])
        if unknown := sorted(set(other) - set(terms)):
            raise BuildError(f"expected terms in other_senses of {name}, got {', '.join(unknown)}")
        defined = {"".join(bold.itertext()).lower() for bold in root.iter("strong")}
        links = [t for t in terms if not {t.lower(), f"{t.lower()}s"} & defined and t not in other]
        _Page(links, posixpath.relpath(GLOSSARY, posixpath.dirname(name))).link(root)


class GlossaryExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.extensions.glossary`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "other_senses": [{}, "Words that a page uses in another sense, by the page"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the tree after formulas and figures (15), before links are followed (0)."""
        terms = _Glossary(md, self.getConfig("other_senses"))
        md.treeprocessors.register(terms, "pages.extensions.glossary", 10)


def makeExtension(**options: Any) -> GlossaryExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return GlossaryExtension(**options)
