"""A Markdown extension that goes over the HTML of a page when its blocks of code are in it."""

from collections.abc import Callable

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor


class _Rewriting(Postprocessor):
    def __init__(self, md: Markdown, rewrite: Callable[[str], str]) -> None:
        super().__init__(md)
        self.rewrite = rewrite

    def run(self, text: str) -> str:
        return self.rewrite(text)


class RewriteExtension(Extension):
    """An extension made of one function; `mkdocs.yml` names it by the module of that function."""

    def __init__(self, rewrite: Callable[[str], str]) -> None:
        """Take the function, which is given the HTML of a page and returns what it is to be."""
        super().__init__()
        self.rewrite = rewrite

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the page after the blocks have been put into it (30)."""
        md.postprocessors.register(_Rewriting(md, self.rewrite), self.rewrite.__module__, 0)
