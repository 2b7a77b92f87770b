"""Compare what a page shows with what its blocks did, and say the difference."""

import difflib
import re
import traceback
from collections.abc import Sequence
from decimal import Decimal

from pages.page import Block
from pages.prove.session import Result, Session, traceback_of

TRACEBACK = "Traceback (most recent call last):\n"
# Not part of a name, such as float64, or of a colour.
NUMBER = re.compile(r"(?<![\w.#])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def shown(result: Result) -> str:
    """Write what a reader would see below the block: its output, and the end of a traceback."""
    text = result.stdout
    if text and not text.endswith("\n"):
        text += "\n"
    if result.error is not None:
        last = "".join(traceback.format_exception_only(result.error))
        text += f"{TRACEBACK}  ...\n{last}"
    return text


def expects_error(block: Block) -> bool:
    """Tell whether the page says that this block raises."""
    return block.output is not None and TRACEBACK in block.output.content


def raised_unexpectedly(block: Block, result: Result) -> bool:
    """Tell whether the block raised and the page does not say so; `sys.exit()` it cannot say."""
    expected = expects_error(block) and isinstance(result.error, Exception)
    return result.error is not None and not expected


def faults(session: Session, block: Block, result: Result) -> list[str]:
    """List what is wrong with a block and must be mended by its author, each with its line."""
    at = _at(session, block.code.line)
    if raised_unexpectedly(block, result):
        assert result.error is not None
        return [f"{at}: the block raised\n{traceback_of(result.error)}"]
    found = []
    if result.stderr:
        found.append(
            f"{at}: the block wrote to stderr, which the page cannot show; a reader would see\n"
            f"{result.stderr}"
        )
    invisible = sorted({c for c in shown(result) if c != "\n" and not c.isprintable()})
    if invisible:
        found.append(f"{at}: the block printed what cannot be seen on a page: {invisible}")
    expected = {image.path: image.line for image in block.figures}
    for path in sorted(set(expected) - set(result.figures)):
        where = _at(session, expected[path])
        drawer = _drawer(session, path)
        found.append(f"{where}: {path} was not drawn by the block before it, but {drawer}")
    for path in sorted(set(result.figures) - set(expected)):
        found.append(f"{at}: the block drew {path}, which the page does not show after it")
    return found


def differences(session: Session, block: Block, result: Result, ulps: int = 0) -> list[str]:
    """List where the page shows something else than is true, each with its line.

    Args:
        session: The page.
        block: One of its blocks.
        result: What the block did.
        ulps: By how many units in the last shown digit numbers may differ, in figures too. Meant
            for other machines and versions of torch than those that the page was written on.

    Returns:
        A message for the output and for each figure that is not true, without what mends it.
    """
    found = []
    page, true = block.output.content if block.output else "", shown(result)
    if not agree(page, true, ulps):
        line = block.output.line if block.output else block.code.line
        found.append(
            f"{_at(session, line)}: the page shows another output than the block's\n"
            f"{diff(page, true)}"
        )
    for image in block.figures:
        file = session.page.path.parent / image.path
        committed = file.read_bytes() if file.exists() else b""
        drawn = result.figures.get(image.path, committed)
        if committed != drawn and not _agree_as_text(committed, drawn, ulps):
            where = _at(session, image.line)
            found.append(
                f"{where}: {image.path} is another picture than the block draws\n"
                f"{_diff_bytes(committed, drawn)}"
            )
    return found


def agree(page: str, true: str, ulps: int = 0) -> bool:
    """Tell whether two texts are the same, but for `ulps` in the last shown digit of a number.

    Whole numbers count things, and are compared exactly.

    Examples:
        >>> agree("loss 0.25", "loss 0.26"), agree("loss 0.25", "loss 0.26", ulps=1)
        (False, True)
        >>> agree("loss 0.25", "loss 0.27", ulps=1), agree("shape 25", "shape 26", ulps=1)
        (False, False)
    """
    if page == true or not ulps:
        return page == true
    numbers = zip(NUMBER.findall(page), NUMBER.findall(true), strict=False)
    same_words = NUMBER.split(page) == NUMBER.split(true)
    return same_words and all(_near(*pair, ulps) for pair in numbers)


def _near(page: str, true: str, ulps: int) -> bool:
    if not set(".e") & set(page + true):
        return page == true
    numbers = Decimal(page), Decimal(true)
    last_digits = [int(number.as_tuple().exponent) for number in numbers]
    return abs(numbers[0] - numbers[1]) <= ulps * Decimal(10) ** min(last_digits)


def _agree_as_text(page: bytes, true: bytes, ulps: int) -> bool:
    """Compare two pictures as text, if they are; pixels do not agree."""
    try:
        return agree(page.decode(), true.decode(), ulps)
    except UnicodeDecodeError:
        return False


def _at(session: Session, line: int) -> str:
    return f"{session.page.name}:{line}"


def _drawer(session: Session, path: str) -> str:
    for line, result in session.results.items():
        if path in result.figures:
            return f"by the one at line {line}"
    return "by none"


def diff(page: str, true: str) -> str:
    """Show the lines that are on the page alone (-) and in truth alone (+)."""
    lines = difflib.unified_diff(_lines(page), _lines(true), "on the page", "in truth", lineterm="")
    return "\n".join(line for line in lines if not line.startswith("@@"))


def _lines(text: str) -> list[str]:
    """Cut a text into lines; blanks at the end of one become dots, to be seen in a diff."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.rstrip() + "·" * (len(line) - len(line.rstrip())) for line in lines]


def _diff_bytes(page: bytes, true: bytes) -> str:
    try:
        difference = diff(page.decode(), true.decode())
    except UnicodeDecodeError:
        difference = ""
    # Bytes that make no line differ (a line end, a picture of pixels) are told by their place.
    if not difference:
        same = first_difference(page, true)
        return (
            f"they part at byte {same}; the page's has {len(page)} bytes, the true one {len(true)}"
        )
    return difference


def first_difference(page: Sequence[object], true: Sequence[object]) -> int:
    """Count how far two sequences are the same."""
    pairs = enumerate(zip(page, true, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(page), len(true)))
