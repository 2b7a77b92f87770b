"""Leave blocks of code out of the site's search, which covers sentences, headings and names."""

from pages.extensions.rewrite import RewriteExtension


def exclude_code(html: str) -> str:
    """Mark the blocks of code on a page as excluded from the search."""
    return html.replace('<div class="language-', '<div data-search-exclude class="language-')


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return RewriteExtension(exclude_code)
