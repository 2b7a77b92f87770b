"""Link the first use of each glossary term on a page to its entry, and preview links to pages.

The theme shows the entry when a reader points at the link. The terms are the headings of
`glossary.md`; their plurals with *s* are linked, too. A page that has a term in bold defines it, so
it gets no link there. Headings, code, formulas and links stay the same. If a page uses a word in
another sense, list it in mkdocs.yml:

    - pages.extensions.glossary:
        other_senses:
          learn/neuron.md: [view]

The author's links to other pages are previewed in the same way.
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
    r"""List the terms of a glossary.

    Raises:
        BuildError: When there are none, or a term has two entries.

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
    """Links the first uses of terms on a page."""

    def __init__(self, terms: Iterable[str], glossary: str) -> None:
        self.glossary = glossary
        self.left = {term.lower(): term for term in terms}
        # Longest first, because "matrix" and "matrix product" are both terms.
        names = "|".join(re.escape(name) for name in sorted(self.left, key=len, reverse=True))
        self.pattern = re.compile(rf"(?<![\w-])({names})s?(?![\w-])", re.IGNORECASE)

    def link(self, element: Element) -> None:
        """Link the terms in an element, in the order of reading."""
        if element.tag in NOT_IN:
            return
        element.text, parts = self._linked(element.text)
        for child in list(element):
            self.link(child)
            child.tail, links = self._linked(child.tail)
            parts += [child, *links]
        element[:] = parts

    def _linked(self, text: str | None) -> tuple[str | None, list[Element]]:
        """Split a text at the first uses of terms into the text before them and a link for each."""
        # Text that is final already, such as code, is an `AtomicString`.
        if not text or isinstance(text, AtomicString):
            return text, []
        uses = [use for use in self.pattern.finditer(text) if self.left.pop(use[1].lower(), None)]
        links = []
        for use, following in pairwise([*uses, None]):
            assert use
            href = f"{self.glossary}#{slugify(use[1], '-')}"
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
            raise BuildError(f"expected {GLOSSARY}, to link the terms on {name}, got no such page")
        terms = read_terms(glossary.read_text(encoding="utf-8"))
        other = self.other_senses.get(name, [])
        if unknown := sorted(set(other) - set(terms)):
            raise BuildError(f"expected terms in other_senses of {name}, got {', '.join(unknown)}")
        defined = {"".join(bold.itertext()).lower() for bold in root.iter("strong")}
        links = [t for t in terms if not {t.lower(), f"{t.lower()}s"} & defined and t not in other]
        _Page(links, posixpath.relpath(GLOSSARY, posixpath.dirname(name))).link(root)


class GlossaryExtension(Extension):
    """The extension that mkdocs.yml calls `pages.extensions.glossary`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "other_senses": [{}, "Words that a page uses in another sense, by page"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after formulas and figures (15) and before MkDocs resolves links (0)."""
        terms = _Glossary(md, self.getConfig("other_senses"))
        md.treeprocessors.register(terms, "pages.extensions.glossary", 10)


def makeExtension(**options: Any) -> GlossaryExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return GlossaryExtension(**options)
