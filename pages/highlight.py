"""Highlighted code, with an element for each word that has a colour of its own, and for no other.

Pygments puts every name, sign and number into an element. In the colours of this site most of them
look like the text around them, and without these elements a page has half as many.
"""

import re
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

# Names, signs, spaces, numbers, and True, False and None. Where one is a link, it stays as it is.
PLAIN = re.compile(r'<span class="(?:n|p|o|w|mi|mf|kc)">([^<]*)</span>')


class _ColoursOnly(Postprocessor):
    def run(self, text: str) -> str:
        return PLAIN.sub(r"\1", text)


class HighlightExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.highlight`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the page after the blocks have been put into it (30)."""
        md.postprocessors.register(_ColoursOnly(md), "pages.highlight", 0)


def makeExtension(**options: Any) -> HighlightExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return HighlightExtension(**options)
