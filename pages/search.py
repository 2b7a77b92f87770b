"""What the site's search looks through: sentences, headings and names, and no blocks of code.

The search reads its whole index with a reader's first page, and blocks would be the half of it.
What they are about is said around them.
"""

from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor


class _WithoutBlocks(Postprocessor):
    def run(self, text: str) -> str:
        return text.replace('<div class="language-', '<div data-search-exclude class="language-')


class SearchExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.search`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the page after the blocks have been put into it (30)."""
        md.postprocessors.register(_WithoutBlocks(md), "pages.search", 0)


def makeExtension(**options: Any) -> SearchExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return SearchExtension(**options)
