"""Give each page as a notebook too, with its outputs and figures in it.

The page is the only source: `make update` writes its notebook, and a test runs the notebook in a
fresh kernel. Links in it are absolute, to the site's default URL in `mkdocs.yml`. For a site that
is published elsewhere, this writes notebooks with that site's links into the built site:

    SITE_URL=https://... python -m pages.publish.notebooks site/notebooks
"""

import base64
import json
import mimetypes
import os
import re
import sys
from collections.abc import Iterator
from html import escape
from itertools import takewhile
from pathlib import Path
from typing import Any

from pages.page import IMAGE, Block, Page, read_page
from pages.project import DOCS, ROOT
from pages.prove.compare import TRACEBACK, expects_error
from pages.prove.session import Session
from pages.publish.links import Links

NOTEBOOKS = DOCS / "notebooks"

ABOUT = (
    "*This is the page [{title}]({page}) as a notebook, with the outputs and pictures that its "
    "tests compare. To run it, make the project's environment "
    "([On your own machine]({site}#on-your-own-machine) says how), and choose it as the kernel: "
    "the project's package is in there, and not on PyPI. A picture shows what the block above it "
    "drew as it stands here; if you change the block, look at the file that it writes.*"
)
FOLD = re.compile(r"<summary>(?P<summary>.*)</summary>|(?P<end></details>)")
EMPTY_FOLD = re.compile(r"<details>\n<summary>.*</summary>\s*</details>")
# Lines at the beginning and at the end of a cell with nothing on them, or with nothing in a quote.
BLANK_EDGES = re.compile(r"\A(?:[ >]*\n)+|(?:\n[ >]*)+\Z")

Cell = dict[str, Any]


# Writing them


def pages_with_notebooks() -> list[Path]:
    """List the pages that have a notebook: those of the site with a block of Python."""
    return [path for path in sorted(DOCS.rglob("*.md")) if read_page(path).blocks]


def notebook_of(path: Path) -> Path:
    """Say where the notebook of the page at `path` is kept."""
    return NOTEBOOKS / f"{path.stem}.ipynb"


def write_notebook(session: Session) -> bool:
    """Rewrite the notebook of the page that ran, if it has one; tell whether anything changed."""
    path = session.page.path
    page = read_page(path)  # again, for its outputs may have been written since it ran
    if not path.is_relative_to(DOCS) or not page.blocks:
        return False
    true = make_notebook(page, DOCS, default_address())
    file = notebook_of(path)
    if file.exists() and file.read_text(encoding="utf-8") == true:
        return False
    file.parent.mkdir(exist_ok=True)
    file.write_text(true, encoding="utf-8", newline="\n")
    return True


def default_address() -> str:
    """Read from `mkdocs.yml` where the site is when `SITE_URL` is not set."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found = re.search(r'^site_url: !ENV \[SITE_URL, "(.+/)"\]$', text, re.MULTILINE)
    if not found:
        raise ValueError('expected site_url: !ENV [SITE_URL, "https://.../"] in mkdocs.yml')
    return found[1]


# Making one


def make_notebook(page: Page, docs: Path, site: str) -> str:
    """Write a page as a notebook.

    Args:
        page: A page whose outputs and figures are true.
        docs: The folder that the site is made from.
        site: The address of the site, with a slash at its end.

    Returns:
        The text of the notebook. The same page gives the same text.

    Raises:
        PageError: When a link leads nowhere, or a picture has not been drawn yet.
    """
    notebook = {
        "cells": list(_cells(page, Links(page, docs, site))),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cells(page: Page, links: Links) -> Iterator[Cell]:
    """Cut a page at its blocks of Python; each cell is named after the page and the block."""
    name = page.path.stem
    title = next((line[2:] for line in page.lines if line.startswith("# ")), name)
    about = ABOUT.format(title=title, page=links.page, site=links.site)
    yield _markdown_cell(f"{name}-about", about)
    line, indent, fold = page.first_line, "", ""
    for number, block in enumerate(page.blocks, 1):
        text, fold = _folded(_prose(page, line, block.code.line, links), indent, fold)
        if text:
            yield _markdown_cell(f"{name}-{number}-text", text)
        yield _code_cell(f"{name}-{number}", block, fold)
        line, indent = (block.output or block.code).end + 1, block.code.prefix
    text, _ = _folded(_prose(page, line, len(page.lines) + 1, links), indent, fold)
    if text:
        yield _markdown_cell(f"{name}-end", text)


def _markdown_cell(name: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _lines(text)}


def _code_cell(name: str, block: Block, fold: str) -> Cell:
    metadata: dict[str, Any] = {}
    source = block.code.content.rstrip("\n")
    if expects_error(block):
        metadata["tags"] = ["raises-exception"]  # by which runners know that they may go on
    if fold:
        # JupyterLab, and Notebook from 7 on, fold the cell. Its first line stays in sight, and must
        # not be the answer. Other programs show all of it.
        metadata["jupyter"] = {"outputs_hidden": True, "source_hidden": True}
        source = f"# {fold}\n{source}"
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": _outputs(block),
        "source": _lines(source),
    }


def _outputs(block: Block) -> list[dict[str, Any]]:
    """Tell what the block printed, and how it failed if it must, in a notebook's terms."""
    stdout, _, error = (block.output.content if block.output else "").partition(TRACEBACK)
    outputs: list[dict[str, Any]] = []
    if stdout:
        outputs.append({"name": "stdout", "output_type": "stream", "text": _lines(stdout)})
    if error:
        last = error.removeprefix("  ...\n").removesuffix("\n")
        kind, _, message = last.partition(": ")
        outputs.append(
            {
                "ename": kind.rpartition(".")[2],
                "evalue": message,
                "output_type": "error",
                "traceback": [*TRACEBACK.splitlines(), "  ...", *last.splitlines()],
            }
        )
    return outputs


def _lines(text: str) -> list[str]:
    """Cut a text into lines as notebooks are kept, for diffs that can be read."""
    return text.splitlines(keepends=True)


# What stands between the blocks


def _prose(page: Page, start: int, end: int, links: Links) -> str:
    """Write the lines from `start` up to `end` for a notebook; fences for other readers stay."""
    text, line = "", start
    for fence in page.fences:
        if start <= fence.line < end:
            text += links.absolute(page.lines[line - 1 : fence.line - 1], line)
            text += "".join(f"{kept}\n" for kept in page.lines[fence.line - 1 : fence.end])
            line = fence.end + 1
    text += links.absolute(page.lines[line - 1 : end - 1], line)
    return re.sub(
        rf"(?m)^[ >]*{IMAGE.pattern} *$",
        lambda image: _embedded(page, image, start + text.count("\n", 0, image.start())),
        text,
    )


def _embedded(page: Page, image: re.Match[str], line: int) -> str:
    """Put a picture into the text itself.

    JupyterLab refuses SVG as an attachment, and VS Code leaves `![]` with SVG in it as text; both
    show an `<img>`, and so does a code host.
    """
    file = page.path.parent / image["path"]
    if not file.is_file():
        raise page.error(line, f"expected a file for the picture {image['path']}, got none")
    kind, _ = mimetypes.guess_type(file)
    data = base64.b64encode(file.read_bytes()).decode()
    caption = image["caption"].strip(' "')
    html = f'<img alt="{escape(image["alt"])}" src="data:{kind};base64,{data}">'
    return f"{html}\n\n*{caption}*" if caption else html


def _folded(text: str, indent: str, fold: str) -> tuple[str, str]:
    """Make a cell of its own of what stands between two blocks.

    Args:
        text: What stands there.
        indent: That of the block before, which the text may go on with, in the item of a list.
        fold: The summary of the `<details>` that the text begins in, if it does.

    Returns:
        The text of the cell, and the summary of the `<details>` that it ends in.
    """
    lines = text.split("\n")
    inside = len(list(takewhile(lambda line: not line or line.startswith(indent), lines)))
    if ">" not in indent:
        lines[:inside] = [line.removeprefix(indent) for line in lines[:inside]]
    text = "\n".join(lines).replace("<details markdown>", "<details>")
    if fold:
        text = f"<details>\n<summary>{fold}</summary>\n\n{text.lstrip()}"
    for found in FOLD.finditer(text):
        fold = "" if found["end"] else found["summary"]
    if fold:
        text = f"{text.rstrip()}\n\n</details>"
    return BLANK_EDGES.sub("", EMPTY_FOLD.sub("", text)), fold


def main(folder: Path) -> None:
    """Write the notebooks of all pages into `folder`, with links to the site at `SITE_URL`."""
    site = os.environ.get("SITE_URL") or default_address()
    folder.mkdir(parents=True, exist_ok=True)
    for path in pages_with_notebooks():
        text = make_notebook(read_page(path), DOCS, site)
        (folder / notebook_of(path).name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOKS)
