"""The parts of a page, and the error that lists a page's problems."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


class PageError(ValueError):
    """A page that cannot be proven as written.

    `problems` has a message for each problem. Each begins with its file and line, as in
    `docs/index.md:12: expected ...`.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


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
    """An image alone on its line; `path` is relative to the page, `alt` describes the image."""

    path: str
    alt: str
    line: int


@dataclass
class Block:
    """A block that is run, with the output and the figures that the page shows for it.

    It is Python, or commands for bash. If `file` is not empty, it is written to the file of that
    name instead.
    """

    code: Fence
    output: Fence | None
    figures: list[Image]
    file: str = ""

    @property
    def is_command(self) -> bool:
        """Whether bash runs the block, and not Python."""
        return self.code.language == "bash"


@dataclass(frozen=True)
class Page:
    """A page as written: `front` is its front matter, and `first_line` the line after it."""

    path: Path
    lines: list[str]
    fences: list[Fence]
    blocks: list[Block]
    front: dict[str, object] = field(default_factory=dict)
    first_line: int = 1

    @property
    def name(self) -> str:
        """The path relative to the current directory."""
        return os.path.relpath(self.path)

    def error(self, line: int, message: str) -> PageError:
        """Return an error about one line of this page."""
        return PageError([f"{self.name}:{line}: {message}"])

    def block_at(self, line: int) -> Block:
        """Return the block whose opening fence is on `line`.

        Raises:
            PageError: When there is none, because the page was edited after it was collected.
        """
        for block in self.blocks:
            if block.code.line == line:
                return block
        raise self.error(line, "the page changed since its tests were collected; run pytest again")
