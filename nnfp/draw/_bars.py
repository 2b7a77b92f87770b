"""The figure of a few numbers by name, as bars."""

import math
from collections.abc import Mapping
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import RESULT, WIDTH, text_width
from nnfp.draw.values import row
from nnfp.draw.words import listed, number

ROW = 30
TOP = 40


def bars(values: Mapping[str, SupportsFloat], label: str) -> Picture:
    """Draw a horizontal bar for each number, with its name before it and the number after it.

    Args:
        values: At most 12 numbers by name, none of them negative, and one of them positive.
        label: What the numbers are. It is written above the bars.

    Returns:
        The picture. Its longest bar is that of the largest number.

    Raises:
        ValueError: If there are too many numbers, a name or the label is too long, a number is
            negative or not finite, or all numbers are 0.
        TypeError: If `values` is not a mapping, or something in it is not a number.

    Examples:
        >>> from nnfp import draw
        >>> draw.bars({"chance": 3.3, "counting": 2.35}, "loss").title
        'Bars of loss: chance 3.3 and counting 2.35'
    """
    if not isinstance(values, Mapping):
        raise TypeError(
            'expected numbers by name, such as {"chance": 3.3}, got ' + type(values).__name__
        )
    check_count("bars", len(values), 12)
    check_words("a label", label, 40)
    for name in values:
        check_words("names", name, 20)
    lengths = row(values.values())
    for name, length in zip(values, lengths, strict=True):
        if not (math.isfinite(length) and length >= 0):
            raise ValueError(f"expected finite numbers of at least 0, got {length:g} for {name!r}")
    if max(lengths) == 0:
        raise ValueError("expected a number above 0, got only zeros")
    written = list(map(number, lengths))
    left = 20 + max(map(text_width, values))
    longest = WIDTH - left - 16 - max(map(text_width, written))
    content = svg.text(8, 16, label, anchor="start", faint=True)
    for i, (name, length) in enumerate(zip(values, lengths, strict=True)):
        y, width = TOP + ROW * i, longest * length / max(lengths)
        content += svg.text(left - 8, y + 10, name, anchor="end")
        content += svg.box(left, y, width, 20, RESULT, corner=2)
        content += svg.text(left + width + 8, y + 10, written[i], anchor="start")
    pairs = [f"{name} {text}" for name, text in zip(values, written, strict=True)]
    title = f"Bars of {label}: {listed(pairs)}"
    return Picture(title, svg.document(title, TOP + ROW * len(values), content))
