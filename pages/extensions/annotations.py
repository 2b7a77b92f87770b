"""Link notes in code to the numbered list below it.

A block whose lines end in `# (1)`, `# (2)` and so on, with a numbered list right after it, is
readable Markdown. On the site, each of these comments becomes a small link to its item, and the
copy button leaves these links out. The list stays where it is, so nothing moves, and it can be read
without a script, without a mouse and on paper.
"""

import re
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from mkdocs.exceptions import BuildError

# The comment as Pygments writes it, with the spaces before it.
MARK = re.compile(r'( *)<span class="c1"># \((\d+)\)</span>')


class _Annotations(Treeprocessor):
    def run(self, root: Element) -> None:
        annotated = 0
        for parent in list(root.iter()):
            children = list(parent)
            for block, after in zip_longest(children, children[1:]):
                place, html = self._stashed(block)
                if MARK.search(html):
                    annotated += 1
                    html = _link_notes(html, after, f"note-{annotated}")
                    self.md.htmlStash.rawHtmlBlocks[place] = html

    def _stashed(self, block: Element) -> tuple[int, str]:
        """Return the HTML of a block, and its place in Markdown's stash."""
        stashed = HTML_PLACEHOLDER_RE.fullmatch((block.text or "").strip())
        place = int(stashed[1]) if stashed else -1
        return place, str(self.md.htmlStash.rawHtmlBlocks[place]) if stashed else ""


def _link_notes(html: str, after: Element | None, name: str) -> str:
    """Turn the marks in a block into links to the items of the list after it."""
    items = list(after) if after is not None and after.tag == "ol" else []
    marks = [mark for _, mark in MARK.findall(html)]
    if after is None or marks != [str(number) for number in range(1, len(items) + 1)]:
        raise BuildError(
            f"expected a numbered list with an item for each of the notes {', '.join(marks)}, in "
            f"this order, right after their block, got a list of {len(items)}"
        )
    after.set("class", "page-notes")
    for number, item in enumerate(items, start=1):
        item.set("id", f"{name}-{number}")
    # The text of the page keeps the whole comment, for readers without the style sheet.
    link = rf'<a class="page-note" href="#{name}-\2" aria-label="Note \2">'
    return MARK.sub(rf"{link}<span>\1# (</span>\2<span>)</span></a>", html)


class AnnotationsExtension(Extension):
    """The extension that mkdocs.yml calls `pages.extensions.annotations`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after the blocks of code are found, and before the inline patterns (20)."""
        md.treeprocessors.register(_Annotations(md), "pages.extensions.annotations", 25)


def makeExtension(**options: Any) -> AnnotationsExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return AnnotationsExtension(**options)
