"""Publish each page with code as a Jupyter notebook too, with its outputs and figures in it."""

import base64
import mimetypes
import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from html import escape
from itertools import takewhile
from pathlib import Path
from subprocess import CalledProcessError

import nbformat
from markdown.extensions.toc import slugify
from nbformat import NotebookNode, v4

from pages.extensions.package import locate_package, package_name, requirement
from pages.page import IMAGE, Block, Page, title_of
from pages.project import settings
from pages.prove.compare import STATUS, TRACEBACK, expects_error
from pages.publish.links import Links

ABOUT = (
    "*This is the page [{title}]({page}) as a notebook, with the outputs and pictures that its "
    "tests compare. {needs} A picture shows what the block above it drew; if you change the block, "
    "look at the file that it writes.*"
)
NEEDS_PACKAGE = "To run it, start with the cell below, which installs the package `{name}`."
NEEDS_PROJECT = (
    "To run it, make the project's environment ([Get the package]({site}#get-the-package) says "
    "how) and choose it as the kernel."
)
# The first line of code. Where the package is installed, this does nothing.
INSTALL = """\
# Install {name}, this tutorial's package, if it is missing. This can take some minutes.
try:
    import {name}
except ModuleNotFoundError:
    %pip install --quiet "{requirement}"\
"""
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FOLD = re.compile(r"<summary>(?P<summary>.*)</summary>|(?P<end></details>)")
EMPTY_FOLD = re.compile(r"<details[^>]*>\n<summary>.*</summary>\s*</details>")
# Lines at the beginning and the end of a cell that are empty, or empty in a quote.
BLANK_EDGES = re.compile(r"\A(?:[ >]*\n)+|(?:\n[ >]*)+\Z")


def write_notebook(site: Path, page: Page, links: Links) -> None:
    """Write the notebook of a page into the built site, if the page has code.

    Args:
        site: The folder of the built site.
        page: The page.
        links: The links of that page.
    """
    if page.blocks:
        file = site / notebook_file(links.source)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(make_notebook(page, links), encoding="utf-8", newline="\n")


def notebook_file(source: str) -> str:
    """Return the path, within the built site, of the notebook of the page at `source`.

    Examples:
        >>> notebook_file("learn/neuron.md")
        'notebooks/learn/neuron.ipynb'
    """
    return f"notebooks/{source.removesuffix('.md')}.ipynb"


def make_notebook(page: Page, links: Links) -> str:
    """Return a page as a notebook.

    Args:
        page: A page whose outputs and figures are true.
        links: The links of that page.

    Returns:
        The text of the notebook. The same page gives the same text.

    Raises:
        PageError: When a link leads nowhere, or a picture is not drawn yet.
    """
    notebook = v4.new_notebook(cells=list(_cells(page, links)), metadata=KERNEL)
    return f"{nbformat.writes(notebook)}\n"


def _cells(page: Page, links: Links) -> Iterator[NotebookNode]:
    """Cut a page at its blocks that run; each cell is named after the page and the block."""
    # An id has at most 64 characters, all ASCII.
    name = slugify(page.path.stem, "-")[:40] or "page"
    install = _install(links)
    yield v4.new_markdown_cell(_about(page, links, bool(install)), id=f"{name}-about")
    if install:
        yield v4.new_code_cell(install, id=f"{name}-install")
    line, indent, fold = page.first_line, "", ""
    for number, block in enumerate(page.blocks, 1):
        text, fold = _cut(_prose(page, line, block.code.line, links), indent, fold)
        if text:
            yield v4.new_markdown_cell(text, id=f"{name}-{number}-text")
        yield _code_cell(f"{name}-{number}", block, fold)
        line, indent = (block.output or block.code).end + 1, block.code.prefix
    text, _ = _cut(_prose(page, line, len(page.lines) + 1, links), indent, fold)
    if text:
        yield v4.new_markdown_cell(text, id=f"{name}-end")


def _wheel(links: Links) -> str:
    """Return where the notebook of a page finds the wheel: its URL, or its path from there."""
    if not links.wheel or "://" in links.wheel:
        return links.wheel
    return posixpath.relpath(links.wheel, posixpath.dirname(notebook_file(links.source)))


def _install(links: Links) -> str:
    """Return the code that installs the package, or an empty text for a page that needs more."""
    wheel, portable = _wheel(links), settings().get("portable", {"pages": []})
    if not wheel or not any(fnmatch(links.source, pattern) for pattern in portable["pages"]):
        return ""
    needed = requirement(wheel, portable["extra"])
    return INSTALL.format(name=package_name(wheel), requirement=needed)


def _about(page: Page, links: Links, installs: bool) -> str:
    """Return the note at the top of a notebook."""
    needs = NEEDS_PACKAGE if installs else NEEDS_PROJECT
    needs = needs.format(name=package_name(links.wheel), site=links.site)
    return ABOUT.format(title=title_of(page), page=links.url, needs=needs)


def _code_cell(name: str, block: Block, fold: str) -> NotebookNode:
    metadata: dict[str, object] = {}
    magic = f"%%writefile {block.file}" if block.file else "%%bash" if block.is_command else ""
    source = f"{magic}\n{block.code.content}".strip("\n")
    if expects_error(block):
        metadata["tags"] = ["raises-exception"]  # a runner continues after a cell with this tag
    if fold:
        # JupyterLab, and Notebook from 7 on, fold the cell. They still show its first line, so
        # that must not be the answer. Other programs show all of it.
        metadata["jupyter"] = {"outputs_hidden": True, "source_hidden": True}
        source = source if magic else f"# {fold}\n{source}"  # a magic command must come first
    outputs = list(_outputs(block))
    cell: NotebookNode = v4.new_code_cell(source, id=name, metadata=metadata, outputs=outputs)
    return cell


def _outputs(block: Block) -> Iterator[NotebookNode]:
    """List what the block printed, and the error that it raised, as a notebook keeps them."""
    text = block.output.content if block.output else ""
    if block.file:
        text = f"Writing {block.file}\n"
    if block.is_command and (status := STATUS.search(text)):
        failed = CalledProcessError(int(status["status"]), block.code.content.encode())
        text = f"{text[: status.start()]}{TRACEBACK}  ...\nCalledProcessError: {failed}\n"
    stdout, _, error = text.partition(TRACEBACK)
    if stdout:
        yield v4.new_output("stream", text=stdout)
    if error:
        last = error.removeprefix("  ...\n").removesuffix("\n")
        kind, _, message = last.partition(": ")
        yield v4.new_output(
            "error",
            ename=kind.rpartition(".")[2],
            evalue=message,
            traceback=[*TRACEBACK.splitlines(), "  ...", *last.splitlines()],
        )


def _prose(page: Page, start: int, end: int, links: Links) -> str:
    """Return the lines from `start` up to `end` for a notebook, with the fences among them."""
    text, line = "", start
    for fence in page.fences:
        if start <= fence.line < end:
            text += links.absolute(page.lines[line - 1 : fence.line - 1], line)
            text += "".join(f"{kept}\n" for kept in page.lines[fence.line - 1 : fence.end])
            line = fence.end + 1
    text += links.absolute(page.lines[line - 1 : end - 1], line)
    text = locate_package(text, _wheel(links))
    return re.sub(
        rf"(?m)^[ >]*{IMAGE.pattern} *$",
        lambda image: _embedded(page, image, start + text.count("\n", 0, image.start())),
        text,
    )


def _embedded(page: Page, image: re.Match[str], line: int) -> str:
    """Return a picture as HTML that contains it.

    JupyterLab refuses SVG as an attachment, and VS Code shows `![]` with SVG in it as text. Both
    show an `<img>`, and so does a code host.
    """
    file = page.path.parent / image["path"]
    if not file.is_file():
        raise page.error(line, f"expected a file for the picture {image['path']}, got none")
    figures = (figure for block in page.blocks for figure in block.figures)
    alt = next((figure.alt for figure in figures if figure.line == line), image["alt"])
    kind, _ = mimetypes.guess_type(file)
    data = base64.b64encode(file.read_bytes()).decode()
    caption = image["caption"].strip(' "')
    html = f'<img alt="{escape(alt)}" src="data:{kind};base64,{data}">'
    return f"{html}\n\n*{caption}*" if caption else html


def _cut(text: str, indent: str, fold: str) -> tuple[str, str]:
    """Turn the text between two blocks into a cell.

    Args:
        text: The text.
        indent: The indent of the block before it: the text may continue the item of a list.
        fold: The summary of the `<details>` that the text begins in, if any.

    Returns:
        The text of the cell, and the summary of the `<details>` that it ends in, if any.
    """
    lines = text.split("\n")
    inside = len(list(takewhile(lambda line: not line or line.startswith(indent), lines)))
    if ">" not in indent:
        lines[:inside] = [line.removeprefix(indent) for line in lines[:inside]]
    text = "\n".join(lines).replace("<details markdown", "<details")
    if fold:
        text = f"<details>\n<summary>{fold}</summary>\n\n{text.lstrip()}"
    for found in FOLD.finditer(text):
        fold = "" if found["end"] else found["summary"]
    if fold:
        text = f"{text.rstrip()}\n\n</details>"
    return BLANK_EDGES.sub("", EMPTY_FOLD.sub("", text)), fold
