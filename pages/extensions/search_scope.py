"""Leave blocks of code out of the site's search: it looks through sentences, headings and names."""

from pages.extensions.rewrite import RewriteExtension


def without_blocks(text: str) -> str:
    """Mark the blocks of code on a page as not to be searched."""
    return text.replace('<div class="language-', '<div data-search-exclude class="language-')


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return RewriteExtension(without_blocks)
