"""Make a Markdown extension from a function that changes the HTML of a finished page."""

from collections.abc import Callable

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor


class _Rewriter(Postprocessor):
    def __init__(self, md: Markdown, rewrite: Callable[[str], str]) -> None:
        super().__init__(md)
        self.rewrite = rewrite

    def run(self, text: str) -> str:
        return self.rewrite(text)


class RewriteExtension(Extension):
    """An extension that applies a function; mkdocs.yml names the function's module."""

    def __init__(self, rewrite: Callable[[str], str]) -> None:
        """Store a function that takes the HTML of a page and returns the new HTML."""
        super().__init__()
        self.rewrite = rewrite

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after the step (priority 30) that inserts the blocks of code."""
        md.postprocessors.register(_Rewriter(md, self.rewrite), self.rewrite.__module__, 0)
