"""Find what a page claims: its blocks of code, with the output and figures next after each.

Reading is strict. Whatever could be shown to a reader without being run or compared is refused, so
that no block can be left out by accident: an option on a fence, an output without its block, a
fence that is not closed.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

LANGUAGES = {
    "python": "is run",
    "text": "is what the block before it printed",
    "bash": "is for the reader's shell",
    "markdown": "shows how a page is written",
}

# A fence may stand at any indent and in any quote: `prefix` is what comes before it on each line.
FENCE = re.compile(r"(?P<prefix>[ >]*)(?P<mark>`{3,}|~{3,})(?P<info>.*)")
IMAGE = re.compile(r"!\[(?P<alt>[^]]*)\]\((?P<path>[^)\s]+)(?P<caption>[^)]*)\)")
# Code within a line ends with as many backticks as it begins with; an escaped one begins none.
INLINE_CODE = re.compile(r"(?<![\\`])(?P<mark>`+)(?!`).+?(?<!`)(?P=mark)(?!`)")
# Elements of HTML, but for those that fold a part of a page: they could show code or a picture.
SHOWING = re.compile(r"<(?!(?:details|summary)\b)[a-z][\w-]*(?=[\s/>]|$)", re.IGNORECASE)


class PageError(Exception):
    """A page that cannot be trusted as it is written; the message says where and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")


@dataclass(frozen=True)
class Fence:
    """A fenced block. Lines count from 1; `line` is the opening fence, `end` the closing one."""

    language: str
    content: str
    prefix: str
    line: int
    end: int


@dataclass(frozen=True)
class Image:
    """A picture, alone on its line; `path` is relative to the page, `alt` says what it shows."""

    path: str
    alt: str
    line: int


@dataclass
class Block:
    """A block of Python with what the page says that it prints and draws."""

    code: Fence
    output: Fence | None
    figures: list[Image]


@dataclass(frozen=True)
class Page:
    """A page as it is written."""

    path: Path
    lines: list[str]
    fences: list[Fence]
    blocks: list[Block]

    @property
    def name(self) -> str:
        """Name the page as its author does, from the folder that they stand in."""
        return os.path.relpath(self.path)

    @property
    def first_line(self) -> int:
        """Find where the page begins, after its front matter."""
        if self.lines[0] != "---":
            return 1
        return self.lines.index("---", 1) + 2

    def block_at(self, line: int) -> Block:
        """Find the block whose opening fence is on `line`."""
        return next(block for block in self.blocks if block.code.line == line)


def read_page(path: Path) -> Page:
    """Read the page at `path`.

    Raises:
        PageError: When something on it could be shown without being proven.
    """
    text = path.read_text(encoding="utf-8")
    elements = _elements(text)
    fences = [element for element in elements if isinstance(element, Fence)]
    return Page(path, text.split("\n"), fences, _blocks(elements))


def scan(text: str) -> list[Fence]:
    """Find the blocks of Python in `text`, in order, wherever they are nested.

    Raises:
        PageError: When something in it could be shown without being proven.
    """
    return [block.code for block in _blocks(_elements(text))]


def _elements(text: str) -> list[Fence | Image | str]:
    """Cut a page into fences, images and lines of prose; blank lines are left out."""
    lines = text.split("\n")
    _refuse_invisible(lines)
    elements: list[Fence | Image | str] = []
    at = 0
    while at < len(lines):
        opening = FENCE.fullmatch(lines[at])
        if opening:
            fence = _fence(lines, at, opening)
            elements.append(fence)
            at = fence.end
        else:
            elements += _prose(lines[at], at + 1)
            at += 1
    return elements


def _refuse_invisible(lines: list[str]) -> None:
    """Refuse what a reader cannot see, or would copy as something else, such as a tab."""
    for line, text in enumerate(lines, 1):
        for character in text:
            if not character.isprintable():
                raise PageError(line, f"expected characters that can be seen, got {character!r}")


def _fence(lines: list[str], start: int, opening: re.Match[str]) -> Fence:
    prefix, mark, info = opening["prefix"], opening["mark"], opening["info"]
    line = start + 1
    if info not in LANGUAGES:
        allowed = ", ".join(LANGUAGES)
        raise PageError(
            line, f"expected a fence to be one of {allowed} and nothing more, got {mark}{info}"
        )
    closing = prefix + mark
    for end in range(start + 1, len(lines)):
        if lines[end].rstrip() == closing:
            content = [_without_prefix(lines[i], prefix, i + 1) for i in range(start + 1, end)]
            text = "".join(f"{part}\n" for part in content)
            return Fence(info, text, prefix, line, end + 1)
        if lines[end].strip(" >").startswith(mark):
            raise PageError(end + 1, f"expected {closing!r} for line {line}, got {lines[end]!r}")
    raise PageError(line, f"expected the fence to be closed by {closing!r}, got the page's end")


def _without_prefix(text: str, prefix: str, line: int) -> str:
    if text.startswith(prefix):
        return text[len(prefix) :]
    if text.strip() == prefix.strip():
        return ""
    raise PageError(line, f"expected the line to be indented like its fence, got {text!r}")


def _prose(text: str, line: int) -> list[Image | str]:
    if not text.strip(" >"):
        return []
    plain = INLINE_CODE.sub("", text)
    if "```" in plain or "~~~" in plain:
        raise PageError(line, f"expected a fence to begin its line, got {text!r}")
    if SHOWING.search(plain):
        raise PageError(line, f"expected pictures and code to be Markdown, got {text!r}")
    image = IMAGE.fullmatch(plain.strip(" >"))
    if image:
        return [Image(image["path"], image["alt"], line)]
    if "![" in plain:
        raise PageError(line, f"expected a picture to stand alone on its line, got {text!r}")
    return [text]


def _blocks(elements: list[Fence | Image | str]) -> list[Block]:
    """Give each block of Python the output and the figures that stand next after it."""
    blocks: list[Block] = []
    current: Block | None = None
    for element in elements:
        if isinstance(element, Image):
            if current is None:
                raise PageError(
                    element.line, f"expected the block that draws {element.path} before it"
                )
            current.figures.append(element)
        elif isinstance(element, Fence) and element.language == "python":
            current = Block(element, None, [])
            blocks.append(current)
        elif isinstance(element, Fence) and element.language == "text":
            if current is None or current.output or current.figures:
                raise PageError(
                    element.line, "expected the block of Python that prints this next before it"
                )
            current.output = element
        else:
            current = None
    return blocks


def prose_of(page: Page) -> Iterator[tuple[int, str]]:
    """Find the lines of a page that are no code, no output and no setting.

    Of what is set at its top, the description is shown.
    """
    hidden = {line for fence in page.fences for line in range(fence.line, fence.end + 1)}
    front = len(front_matter(page)[1])
    in_api = False
    for line, text in enumerate(page.lines, start=1):
        # An API entry is `:::` and the indented settings below it.
        in_api = text.startswith(":::") or (in_api and text.startswith("    "))
        shown = line > front or text.startswith("description:")
        if line not in hidden and shown and not in_api:
            yield line, text


def front_matter(page: Page) -> tuple[dict[str, object], list[str]]:
    """Read the settings at the top of a page, and give them with their lines."""
    if page.lines[:1] != ["---"]:
        return {}, []
    end = page.lines.index("---", 1) + 1
    return yaml.safe_load("\n".join(page.lines[1 : end - 1])) or {}, page.lines[:end]


def title_of(page: Page) -> str:
    """Return a page's first heading, or the name of its file if it has none."""
    headings = (re.fullmatch(r"# +(.+?)(?: +#+)?", text) for _, text in prose_of(page))
    return next((found[1] for found in headings if found), page.path.stem)
