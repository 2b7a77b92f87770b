"""Notes on lines of code: a number in a comment leads to the item of the list below the block.

A block with lines that end in `# (1)`, `# (2)` and so on, and a numbered list next after it, are
Markdown that reads well as it stands. On the site each of these comments is a small link to its
item, which the button that copies code leaves out. The list stays where it is, so that nothing
moves, and nothing is needed to read it: no script, no mouse, no screen.
"""

import re
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from mkdocs.exceptions import BuildError

# As Pygments writes the comment, and the spaces before it.
MARK = re.compile(r'( *)<span class="c1"># \((\d+)\)</span>')


class _Annotations(Treeprocessor):
    def run(self, root: Element) -> None:
        annotated = 0
        for parent in list(root.iter()):
            children = list(parent)
            for block, after in zip_longest(children, children[1:]):
                place, html = self._kept(block)
                if MARK.search(html):
                    annotated += 1
                    html = _connected(html, after, f"note-{annotated}")
                    self.md.htmlStash.rawHtmlBlocks[place] = html

    def _kept(self, block: Element) -> tuple[int, str]:
        """Find the HTML of a block, and where it is kept until the page is put together."""
        kept = HTML_PLACEHOLDER_RE.fullmatch((block.text or "").strip())
        place = int(kept[1]) if kept else -1
        return place, str(self.md.htmlStash.rawHtmlBlocks[place]) if kept else ""


def _connected(html: str, after: Element | None, name: str) -> str:
    """Let the marks in a block be links to the items of the list after it."""
    items = list(after) if after is not None and after.tag == "ol" else []
    marks = [mark for _, mark in MARK.findall(html)]
    if after is None or marks != [str(number) for number in range(1, len(items) + 1)]:
        raise BuildError(
            f"expected next after a block with the notes {', '.join(marks)} a numbered list of "
            f"as many items, and the notes in its order, got a list of {len(items)}"
        )
    after.set("class", "page-notes")
    for number, item in enumerate(items, start=1):
        item.set("id", f"{name}-{number}")
    # The whole comment stays in the page's text, for what reads it without the style sheet.
    link = rf'<a class="page-note" href="#{name}-\2" aria-label="Note \2">'
    return MARK.sub(rf"{link}<span>\1# (</span>\2<span>)</span></a>", html)


class AnnotationsExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.extensions.annotations`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the page before its sentences are read (20), when its blocks are known."""
        md.treeprocessors.register(_Annotations(md), "pages.extensions.annotations", 25)


def makeExtension(**options: Any) -> AnnotationsExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return AnnotationsExtension(**options)
