"""Attach the outputs and figures of a page to the blocks that made them."""

import re
from itertools import dropwhile, takewhile

from pages.page.front_matter import Problem
from pages.page.model import Block, Fence, Image

Element = Fence | Image | str

FOLD = re.compile(r"<details\b[^<>]*> *<summary>.*</summary>")
# The first line of a block that is a file.
FILE = re.compile(r"# (?P<name>[\w-]+\.py)")


def group(elements: list[Element], problems: list[Problem]) -> list[Block]:
    """Attach each output to the block right before it, and each figure to the block that draws it.

    A figure is an image right after the block that draws it, or right before a fold that holds
    only this block and its output.

    Args:
        elements: The page, in order: fences, images and lines of prose.
        problems: The list to append outputs and figures without a block to, each with its line,
            and files that no command uses.

    Returns:
        The blocks of Python, and the commands that show an output.
    """
    blocks: list[Block] = []
    before_fold: dict[int, list[Image]] = {}  # by the line of the block in the fold
    current: Block | None = None
    for index, element in enumerate(elements):
        match element:
            case Fence(language="python"):
                figures = before_fold.get(element.line, [])
                name = FILE.fullmatch(element.content.partition("\n")[0])
                current = Block(element, None, figures, name["name"] if name else "")
                blocks.append(current)
            case Fence(language="bash"):  # for the reader's shell, unless an output follows
                current = Block(element, None, [])
            case Fence(language="text"):
                if current is None or not _give_output(current, element):
                    problems.append(
                        (element.line, "expected the block that prints this right before it")
                    )
                elif current.is_command:
                    blocks.append(current)
            case Fence(language=""):  # already a problem; what follows belongs to it
                current = Block(element, None, [])
            case Image() if current and _may_draw(current):
                current.figures.append(element)
            case Image():
                if drawer := _alone_in_next_fold(elements[index:]):
                    before_fold.setdefault(drawer.line, []).append(element)
                else:
                    message = f"expected the block that draws {element.path} before it"
                    problems.append((element.line, message))
            case _:
                current = None
    problems += [
        (block.code.line, f"expected commands with an output that use {block.file} below, got none")
        for index, block in enumerate(blocks)
        if block.file and not any(_uses(later, block.file) for later in blocks[index + 1 :])
    ]
    return blocks


def _give_output(block: Block, output: Fence) -> bool:
    """Attach an output to a block; return False if it does not come right after the code."""
    if block.output or block.file or any(image.line > block.code.line for image in block.figures):
        return False
    block.output = output
    return True


def _may_draw(block: Block) -> bool:
    """Return whether a figure may follow a block: not a file, nor commands that do not run."""
    return not block.file and not (block.is_command and block.output is None)


def _uses(block: Block, file: str) -> bool:
    """Return whether a block is commands that name a file."""
    name = rf"(?<![\w-]){re.escape(file)}(?![\w-])"
    return block.is_command and re.search(name, block.code.content) is not None


def _alone_in_next_fold(elements: list[Element]) -> Fence | None:
    """Return the block in the fold right after the images at the start of `elements`.

    Return `None` if the fold contains more than a block of Python and its output.
    """
    rest = list(dropwhile(lambda element: isinstance(element, Image), elements))
    opening = list(takewhile(lambda element: isinstance(element, str), rest))
    is_fold = FOLD.fullmatch(" ".join(str(text).lstrip(" >").rstrip() for text in opening))
    match rest[len(opening) :]:
        case [Fence(language="python") as code, str(end), *_] if is_fold:
            pass
        case [Fence(language="python") as code, Fence(language="text"), str(end), *_] if is_fold:
            pass
        case _:
            return None
    return code if end.lstrip(" >").rstrip() == "</details>" else None
