"""Attach the outputs and figures of a page to the blocks that made them."""

import re
from itertools import dropwhile, takewhile

from pages.page.front_matter import Problem
from pages.page.model import Block, Fence, Image, ShellBlock

Element = Fence | Image | str

FOLD = re.compile(r"<details\b[^<>]*> *<summary>.*</summary>")


def group(elements: list[Element], problems: list[Problem]) -> tuple[list[Block], list[ShellBlock]]:
    """Attach each output to the block right before it, and each figure to the block that draws it.

    A figure is an image right after the block that draws it, or right before a fold that holds
    only this block and its output.

    Args:
        elements: The page, in order: fences, images and lines of prose.
        problems: The list to append outputs and figures without a block to, each with its line.

    Returns:
        The blocks of Python, and those for the reader's shell.
    """
    blocks: list[Block] = []
    shell_blocks: list[ShellBlock] = []
    before_fold: dict[int, list[Image]] = {}  # by the line of the block in the fold
    current: Block | ShellBlock | None = None
    for index, element in enumerate(elements):
        match element:
            case Fence(language="python"):
                figures = before_fold.get(element.line, [])
                current = Block(element, None, figures)
                blocks.append(current)
            case Fence(language="bash"):
                current = ShellBlock(element, None)
                shell_blocks.append(current)
            case Fence(language="text"):
                if not _give_output(current, element):
                    problems.append(
                        (element.line, "expected the block that prints this right before it")
                    )
            case Fence(language=""):  # already a problem; what follows belongs to it
                current = Block(element, None, [])
            case Image() if isinstance(current, Block):
                current.figures.append(element)
            case Image():
                if drawer := _alone_in_next_fold(elements[index:]):
                    before_fold.setdefault(drawer.line, []).append(element)
                else:
                    message = f"expected the block that draws {element.path} before it"
                    problems.append((element.line, message))
            case _:
                current = None
    return blocks, shell_blocks


def _give_output(block: Block | ShellBlock | None, output: Fence) -> bool:
    """Attach an output to a block; return False if it does not come right after the code."""
    if block is None or block.output:
        return False
    if isinstance(block, Block) and any(image.line > block.code.line for image in block.figures):
        return False
    block.output = output
    return True


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
