"""Describe how two texts differ, in a message short enough to read."""

import difflib
from collections.abc import Sequence

# A message has at most this many lines, and this many characters in each.
MOST_LINES, LONGEST_LINE = 200, 500


def diff(page: str, true: str) -> str:
    """List the lines that only the page has (-), and those that it should have (+)."""
    lines = difflib.unified_diff(_lines(page), _lines(true), "on the page", "actual", lineterm="")
    return shortened("\n".join(line for line in lines if not line.startswith("@@")))


def shortened(text: str) -> str:
    """Shorten a long text, and say how much of it is left out."""
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
    """Describe how two files differ: by their lines if they are text, or else by their bytes."""
    try:
        difference = diff(page.decode(), true.decode())
    except UnicodeDecodeError:
        difference = ""
    if difference:
        return difference
    # No line differs, as with pixels or a missing line end.
    same = first_difference(page, true)
    return f"expected {len(true)} bytes, got {len(page)}; byte {same} is the first that differs"


def first_difference(page: Sequence[object], true: Sequence[object]) -> int:
    """Return how many items two sequences have in common at their start."""
    pairs = enumerate(zip(page, true, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(page), len(true)))
