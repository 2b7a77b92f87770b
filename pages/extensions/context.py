"""Find out which page Markdown is converting. MkDocs and Zensical store it in different places."""

from pathlib import Path
from typing import Any, NamedTuple

from markdown import Markdown


class Here(NamedTuple):
    """The page that is being converted."""

    docs_dir: Path
    """The folder that the site is made from."""
    source: str
    """The page's path below that folder, such as `learn/neuron.md`."""


def find_here(md: Markdown) -> Here:
    """Return the page that is being converted.

    Raises:
        LookupError: When neither MkDocs nor Zensical converts it.
    """
    if "relpath" in md.treeprocessors:
        mkdocs: Any = md.treeprocessors["relpath"]
        return Here(Path(mkdocs.file.src_dir), mkdocs.file.src_uri)
    if "rendering_context" in md.preprocessors:
        zensical: Any = md.preprocessors["rendering_context"]
        return Here(Path(zensical.config["docs_dir"]), zensical.page.path)
    raise LookupError("expected MkDocs or Zensical to convert the page, got Markdown alone")
