"""What the site's search looks through: sentences, headings and names, and no blocks of code.

The search reads its whole index with a reader's first page, and blocks would be the half of it.
What they are about is said around them.
"""

from pages.rewrite import RewriteExtension


def without_blocks(text: str) -> str:
    """Leave the blocks of code on a page out of the search."""
    return text.replace('<div class="language-', '<div data-search-exclude class="language-')


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return RewriteExtension(without_blocks)
