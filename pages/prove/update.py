"""Update a page with what its blocks printed and drew, for its author to review as a diff."""

from pages.page import Block, Fence
from pages.prove.compare import shown
from pages.prove.session import Session


def update(session: Session) -> bool:
    """Rewrite the outputs and figures of the blocks that ran.

    Returns:
        Whether anything changed.

    Raises:
        ValueError: When the page was edited while its blocks ran.
        OSError: When the page or a figure cannot be written.
    """
    page = session.page
    before = page.path.read_bytes()
    line_end = "\r\n" if b"\r\n" in before else "\n"
    if before.decode("utf-8").replace("\r\n", "\n") != "\n".join(page.lines):
        raise ValueError("it was edited while its blocks ran, so it was not updated: run again")
    lines = list(page.lines)
    changed = False
    # From the bottom up, so that the line numbers of the blocks above stay valid.
    for block in reversed(page.blocks):
        result = session.results.get(block.code.line)
        if result is None:
            continue
        _write_output(lines, block, shown(result))
        for image in block.figures:
            file = page.path.parent / image.path
            true = result.figures.get(image.path)
            if true is not None and (not file.exists() or file.read_bytes() != true):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(true)
                changed = True
    if lines != page.lines:
        page.path.write_text("\n".join(lines), encoding="utf-8", newline=line_end)
        changed = True
    return changed


def _write_output(lines: list[str], block: Block, text: str) -> None:
    """Replace the lines of the block's output with `text`, or add or remove them."""
    code, output = block.code, block.output
    if output is not None and output.content == text:
        return
    if output is not None:
        start = output.line - 1 if text else code.end
        lines[start : output.end] = _fenced(text, code) if text else []
    elif text:
        lines[code.end : code.end] = [code.prefix.rstrip(), *_fenced(text, code)]


def _fenced(text: str, like: Fence) -> list[str]:
    mark = "```"
    while mark in text:
        mark += "`"
    inner = [f"{mark}text", *text.removesuffix("\n").split("\n"), mark]
    return [like.prefix + line if line else like.prefix.rstrip() for line in inner]
