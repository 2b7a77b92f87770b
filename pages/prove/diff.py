"""Say how two texts differ, in a message that can be read."""

import difflib
from collections.abc import Sequence

# A message has at most this many lines, and this many characters in each.
MOST_LINES, LONGEST_LINE = 200, 500


def diff(page: str, true: str) -> str:
    """List the lines that only the page has (-), and those that it should have (+)."""
    lines = difflib.unified_diff(_lines(page), _lines(true), "on the page", "in truth", lineterm="")
    return shortened("\n".join(line for line in lines if not line.startswith("@@")))


def shortened(text: str) -> str:
    """Leave out what nobody would read of a long text, and say how much that is."""
    lines = text.split("\n")
    kept = [
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} … ({len(line)} characters)"
        for line in lines[:MOST_LINES]
    ]
    left_out = len(lines) - len(kept)
    return "\n".join([*kept, f"… ({left_out} more lines)"] if left_out else kept)


def _lines(text: str) -> list[str]:
    """Cut a text into lines, with dots for blanks at the end of one, so that a diff shows them."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.rstrip() + "·" * (len(line) - len(line.rstrip())) for line in lines]


def diff_bytes(page: bytes, true: bytes) -> str:
    """Say how two files differ: by their lines if they are text, or else by their bytes."""
    try:
        difference = diff(page.decode(), true.decode())
    except UnicodeDecodeError:
        difference = ""
    if difference:
        return difference
    # A line end, say, or pixels: no line differs.
    same = first_difference(page, true)
    return f"the page's has {len(page)} bytes, the true one {len(true)}; byte {same} differs first"


def first_difference(page: Sequence[object], true: Sequence[object]) -> int:
    """Count how many items two sequences have in common at their start."""
    pairs = enumerate(zip(page, true, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(page), len(true)))
