"""Read a fenced block, at any indent and in any quote."""

import re

from pages.page.front_matter import Problem
from pages.page.model import Fence

LANGUAGES = {
    "python": "is run, or is a file",
    "text": "is what the block before it printed",
    "bash": "is for the reader's shell, and is run if an output follows",
    "markdown": "shows how a page is written",
}
# `prefix` is what precedes a fence on each of its lines: its indent, and the marks of quotes.
FENCE = re.compile(r"(?P<prefix>[ >]*)(?P<mark>`{3,}|~{3,})(?P<info>.*)")


def read_fence(
    lines: list[str], start: int, opening: re.Match[str], problems: list[Problem]
) -> Fence:
    """Read the block that begins at `lines[start]`.

    Args:
        lines: The page.
        start: The index of the line with the opening fence.
        opening: The match of `FENCE` on that line.
        problems: The list to append the block's problems to, each with its line.

    Returns:
        The block. Its language is empty if it is unknown.
    """
    prefix, mark, info = opening["prefix"], opening["mark"], opening["info"]
    line = start + 1
    if info not in LANGUAGES:
        allowed = ", ".join(LANGUAGES)
        problems.append(
            (line, f"expected a fence to be one of {allowed} and nothing more, got {mark}{info}")
        )
    end, is_closed = _end(lines, start, prefix + mark, problems)
    content = ""
    if is_closed:
        inner = range(start + 1, end - 1)
        content = "".join(f"{_inner(lines, index, prefix, problems)}\n" for index in inner)
    return Fence(info if info in LANGUAGES else "", content, prefix, line, end)


def _end(lines: list[str], start: int, closing: str, problems: list[Problem]) -> tuple[int, bool]:
    """Return the last line of the block, and whether it is the closing fence.

    A block with a wrong closing fence ends there, unless the right one follows before another
    block begins. Otherwise, one mistake would swap code and prose on the rest of the page.
    """
    mark = closing.strip(" >")
    wrong = 0
    for index in range(start + 1, len(lines)):
        if lines[index].rstrip() == closing:
            return index + 1, True
        text = lines[index].strip(" >")
        if not text.startswith(mark):
            continue
        if not wrong:
            message = f"expected {closing!r} for line {start + 1}, got {lines[index]!r}"
            problems.append((index + 1, message))
        if text[len(mark) :].lstrip(mark[0]):  # another block begins
            return wrong or index, False
        wrong = wrong or index + 1
    if not wrong:
        message = f"expected the fence to be closed by {closing!r}, got the page's end"
        problems.append((start + 1, message))
    return wrong or len(lines), False


def _inner(lines: list[str], index: int, prefix: str, problems: list[Problem]) -> str:
    """Return a line of a block without the block's prefix."""
    text = lines[index]
    if text.startswith(prefix):
        return text.removeprefix(prefix)
    if text.strip() != prefix.strip():
        message = f"expected the line to be indented like its fence, got {text!r}"
        problems.append((index + 1, message))
    return ""
