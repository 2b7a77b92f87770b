"""Read the file of a page: its blocks of code, with the outputs and figures that belong to them.

Reading is strict, so that no block is skipped by accident. It refuses anything that a reader could
see but no test would run or compare: an option on a fence, an output without its block, a fence
that is not closed. All problems of a page are listed at once.
"""

import os
import re
from pathlib import Path

from pages.page.fences import FENCE, read_fence
from pages.page.front_matter import Problem, read_front_matter
from pages.page.group import Element, group
from pages.page.markdown import FORMULA, IMAGE, without_code, words_of
from pages.page.model import Fence, Image, Page, PageError

# The path of a figure, below the folder of its page.
FIGURE = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.(?:svg|png)")
FIGURE_EXAMPLE = "a path of letters, digits, _, - and . such as figures/name.svg or name.png"
# HTML elements that could show code or an image: all except those that fold a part of a page.
SHOWING = re.compile(r"<(?!(?:details|summary)\b)[a-z][\w-]*(?=[\s/>]|$)", re.IGNORECASE)


def read_page(path: Path) -> Page:
    """Read the page at `path`.

    Raises:
        PageError: When the file cannot be read, or something on it could be shown without being
            proven.
    """
    name = os.path.relpath(path)
    page, problems = _read(path, _text(path, name))
    if problems:
        raise PageError([f"{name}:{line}: {message}" for line, message in problems])
    return page


def scan(text: str) -> list[Fence]:
    """Return the blocks in the text of a page that are run, in order and at any nesting.

    Raises:
        PageError: When something in it could be shown without being proven.
    """
    page, problems = _read(Path(), text)
    if problems:
        raise PageError([f"line {line}: {message}" for line, message in problems])
    return [block.code for block in page.blocks]


def _text(path: Path, name: str) -> str:
    r"""Read the text of a file with every line end as `\n`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PageError([f"{name}:1: expected a page, got: {error.strerror}"]) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        message = f"{name}:{line}: expected text in UTF-8, got the byte 0x{byte:02x}"
        raise PageError([message]) from None
    ends = set(re.findall(r"\r\n?|\n", text))
    if ends not in ({"\n"}, {"\r\n"}, set()):
        message = r"expected all lines to end with \n, or all with \r\n, got"
        raise PageError([f"{name}:1: {message} {', '.join(map(repr, sorted(ends)))}"])
    return text.replace("\r\n", "\n")


def _read(path: Path, text: str) -> tuple[Page, list[Problem]]:
    """Read a page, and list its problems in the order of its lines."""
    lines = text.split("\n")
    problems: list[Problem] = []
    _refuse_invisible(lines, problems)
    front, first_line = read_front_matter(lines, problems)
    elements = _elements(lines, first_line, problems)
    fences = [element for element in elements if isinstance(element, Fence)]
    blocks = group(elements, problems)
    page = Page(path, lines, fences, blocks, front, first_line)
    return page, sorted(set(problems))


def _refuse_invisible(lines: list[str], problems: list[Problem]) -> None:
    """Refuse characters that a reader cannot see or would copy as others, such as a tab."""
    for line, text in enumerate(lines, 1):
        if not text.isprintable():
            for character in text:
                if not character.isprintable():
                    message = f"expected characters that can be seen, got {character!r}"
                    problems.append((line, message))


def _elements(lines: list[str], first_line: int, problems: list[Problem]) -> list[Element]:
    """Cut a page into fences, images and lines of prose, without its blank lines."""
    elements: list[Element] = []
    at = first_line - 1
    while at < len(lines):
        if opening := FENCE.fullmatch(lines[at]):
            fence = read_fence(lines, at, opening, problems)
            elements.append(fence)
            at = fence.end
        else:
            if lines[at].strip(" >"):
                elements.append(_prose(lines[at], at + 1, problems))
            at += 1
    return elements


def _prose(text: str, line: int, problems: list[Problem]) -> Image | str:
    """Read a line outside fences: an image, or text without images."""
    plain = without_code(text)
    if "```" in plain or "~~~" in plain:
        problems.append((line, f"expected a fence to begin its line, got {text!r}"))
    if SHOWING.search(plain):
        problems.append((line, f"expected images and code to be Markdown, got {text!r}"))
    if image := IMAGE.fullmatch(plain.lstrip(" >").rstrip()):
        start = len(plain) - len(plain.lstrip(" >")) + len("![")
        alt = text[start : start + len(image["alt"])]
        if not words_of(alt).strip() or FORMULA.search(alt):
            problems.append((line, f"expected words for what {image['path']} shows, got {text!r}"))
        if not FIGURE.fullmatch(image["path"]):
            problems.append((line, f"expected {FIGURE_EXAMPLE}, got {image['path']!r}"))
        return Image(image["path"], words_of(alt), line)
    if "![" in plain:
        problems.append(
            (
                line,
                "expected an image alone on its line, its path without blanks and brackets, as in "
                f'![What it shows](figures/name.svg "A caption."), got {text!r}',
            )
        )
    return text
