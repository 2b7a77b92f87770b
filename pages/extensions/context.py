"""Which page is being made into HTML: MkDocs and Zensical each tell it in a way of their own."""

from pathlib import Path
from typing import Any, NamedTuple

from markdown import Markdown


class Here(NamedTuple):
    """A page that is being made."""

    docs_dir: Path
    """The folder that the site is made from."""
    source: str
    """The page's file in that folder, such as `learn/neuron.md`."""


def find_here(md: Markdown) -> Here:
    """Say which page is being made.

    Raises:
        LookupError: When neither MkDocs nor Zensical makes one.
    """
    if "relpath" in md.treeprocessors:
        mkdocs: Any = md.treeprocessors["relpath"]
        return Here(Path(mkdocs.file.src_dir), mkdocs.file.src_uri)
    if "rendering_context" in md.preprocessors:
        zensical: Any = md.preprocessors["rendering_context"]
        return Here(Path(zensical.config["docs_dir"]), zensical.page.path)
    raise LookupError("expected MkDocs or Zensical to make the page, got Markdown alone")
