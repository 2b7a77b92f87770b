"""The figure of how numbers are spread in each layer of a network."""

from collections.abc import Mapping, Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.values import Numbers, tensor
from nnfp.draw.words import listed, number

# docs/assets/explore-initialization.js draws the same picture.
BINS = 31
BIN = 4  # the width of a bar
WIDE = BIN * BINS
BAR = 20  # the height of the highest bar
FULL = 0.15  # the share of the numbers that the highest bar stands for
LEFT = 34  # where the first column begins
COLUMN = 226
TOP = 28
ROW = 27


def histograms(columns: Mapping[str, Sequence[Numbers]], limit: SupportsFloat = 3.0) -> Picture:
    """Draw the histogram of each layer's numbers, with their standard deviation next to it.

    All histograms have the same scale: from `-limit` to `limit`, with numbers beyond it in the bar
    at the end. A bar that stands for more than 0.15 of the numbers is cut off.

    Args:
        columns: One or two columns by name, such as activations and gradients. Each has the numbers
            of the input, then those of each layer, of any shape.
        limit: The largest number on the scale.

    Returns:
        The picture.

    Raises:
        ValueError: If there are too many columns or rows, the columns differ in length, a name is
            too long, there are fewer than two numbers for a layer, or a number is not finite.
        TypeError: If something is not a number, or a name is not text.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.histograms({"activations": [[-1, 0, 1], [-2, 0, 2]]}).title)
        Histograms of activations (standard deviation 1 at x, 2 in layer 1)
    """
    check_count("columns", len(columns), 2)
    lengths = [len(rows) for rows in columns.values()]
    for name, length in zip(columns, lengths, strict=True):
        check_words("names", name, 16)
        check_count("rows", length, 21)
    if len(set(lengths)) > 1:
        raise ValueError(f"expected columns of one length, got {listed([*map(str, lengths)])} rows")
    top = float(limit)
    if not 0 < top < float("inf"):
        raise ValueError(f"expected a limit above 0, got {top:g}")
    numbers = {name: [_numbers(row, name) for row in rows] for name, rows in columns.items()}
    content, scale, bottom = "", "", TOP + ROW * lengths[0]
    for i, name in enumerate(columns):
        left = LEFT + COLUMN * i
        content += svg.text(left, 14, name, anchor="start")
        content += svg.text(left + WIDE + 8, 14, "std", anchor="start", faint=True)
        for share, text in ((0.0, -top), (0.5, 0.0), (1.0, top)):
            scale += svg.text(left + WIDE * share, bottom + 12, number(text), faint=True)
    content += svg.part("scale", scale)
    for i, row in enumerate(zip(*numbers.values(), strict=True)):
        content += svg.part(f"layer-{i}", _row(i, row, top))
    title = f"Histograms of {listed([_summary(*each) for each in numbers.items()])}"
    return Picture(title, svg.document(title, bottom + 24, content))


def _numbers(values: Numbers, name: str) -> Tensor:
    flat = tensor(values).flatten()
    if len(flat) < 2:
        raise ValueError(f"expected two or more {name} in each layer, got {len(flat)}")
    if not flat.isfinite().all():
        wrong = flat[~flat.isfinite()][0]
        raise ValueError(f"expected finite numbers as {name}, got {wrong:g}")
    return flat


def _row(i: int, row: Sequence[Tensor], limit: float) -> str:
    """Draw the histograms of a layer next to each other; layer 0 is the input."""
    base = TOP + ROW * (i + 1) - 4
    content = svg.text(LEFT - 12, base - BAR / 2, str(i) if i else "x", anchor="end", faint=True)
    for column, values in enumerate(row):
        left = LEFT + COLUMN * column
        content += _histogram(values, limit, left, base)
        spread = number(values.std().item())
        content += svg.text(left + WIDE + 8, base - BAR / 2, spread, anchor="start")
    return content


def _histogram(values: Tensor, limit: float, left: float, base: float) -> str:
    places = ((values + limit) / (2 * limit) * BINS).floor().clamp(0, BINS - 1).long()
    shares = torch.bincount(places, minlength=BINS) / len(values)
    heights = BAR * (shares / FULL).clamp(max=1)
    bars = " ".join(f"V {svg.coord(base - height)} h {BIN}" for height in heights.tolist())
    d = f"M {left} {svg.coord(base)} {bars} V {svg.coord(base)} z"
    style = f"fill: {svg.RESULT}; fill-opacity: 0.5; stroke: {svg.RESULT}; stroke-width: 0.5"
    return f'<path d="{d}" style="{style}"/>\n'


def _summary(name: str, rows: Sequence[Tensor]) -> str:
    first, last = (number(rows[i].std().item()) for i in (0, -1))
    return f"{name} (standard deviation {first} at x, {last} in layer {len(rows) - 1})"
