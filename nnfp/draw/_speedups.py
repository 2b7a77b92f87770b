"""The figure of how many times as fast one thing is as another, in several cases."""

import math
from collections.abc import Mapping
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.ladder import ROW, decades, place
from nnfp.draw.picture import Picture
from nnfp.draw.svg import RESULT, WIDTH, dot, path, text, text_width
from nnfp.draw.values import row
from nnfp.draw.words import number

LARGEST = 1e6
LABEL = 48  # the room that a label of the scale needs


def speedups(ratios: Mapping[str, SupportsFloat]) -> Picture:
    """Draw ratios as dots on a logarithmic scale, left or right of a line at 1.

    Args:
        ratios: From 1 to 12 ratios by name, such as the time on one device divided by that on
            another. Below 1 is slower, above 1 is faster.

    Returns:
        The picture, identical byte for byte for identical numbers.

    Raises:
        ValueError: If there are too many ratios, a name is too long, or a ratio is not between
            10⁻⁶ and 10⁶.
        TypeError: If `ratios` is not a mapping, or a ratio is not a number.

    Examples:
        >>> from nnfp import draw
        >>> draw.speedups({"small": 0.5, "large": 40})
        Picture(title='How many times as fast: small 0.5, large 40')
    """
    if not isinstance(ratios, Mapping):
        raise TypeError(
            'expected ratios by name, such as {"small": 0.5}, got ' + type(ratios).__name__
        )
    check_count("ratios", len(ratios), 12)
    for name in ratios:
        check_words("names", name, 26)
    values = dict(zip(ratios, row(list(ratios.values())), strict=True))
    for name, value in values.items():
        # Comparisons with nan are false, so this rejects nan as well.
        if not 1 / LARGEST <= value <= LARGEST:
            raise ValueError(f"expected ratios from 10⁻⁶ to 10⁶, got {value:g} for {name!r}")
    written = {name: number(float(f"{value:.2g}")) for name, value in values.items()}
    title = "How many times as fast: " + ", ".join(f"{n} {w}" for n, w in written.items())
    content, height = _rows(values, written)
    return Picture(title, svg.document(title, height, content))


def _rows(values: Mapping[str, float], written: Mapping[str, str]) -> tuple[str, float]:
    """Draw a row for each ratio, with its name and number; return the content and its height."""
    left = 20 + max(map(text_width, values))
    right = WIDTH - 16 - max(map(text_width, written.values()))
    top, bottom = 38.0, 46.0 + ROW * len(values)
    # A power of ten on each side, so that both sides of the line at 1 can be seen.
    ticks = decades(min(0.2, *values.values()), max(5.0, *values.values()))
    content = ""
    # Leave out powers of ten whose labels would overlap, but never 1.
    step = math.ceil((len(ticks) - 1) * LABEL / (right - left))
    for tick in ticks[ticks.index(1.0) % step :: step]:
        x = place(tick, ticks, left, right)
        content += path([(x, top), (x, bottom)], width=1, opacity=0.2)
        content += text(x, bottom + 16, number(tick))
    one = place(1.0, ticks, left, right)
    content += path([(one, top), (one, bottom)])
    content += text(one - 10, 16, "slower", anchor="end", faint=True)
    content += text(one + 10, 16, "faster", anchor="start", faint=True)
    for i, (name, value) in enumerate(values.items()):
        x, y = place(value, ticks, left, right), top + ROW * (i + 0.5)
        content += text(left - 12, y, name, anchor="end")
        content += path([(one, y), (x, y)], opacity=0.35)
        content += dot(x, y, 5, RESULT)
        content += text(WIDTH - 6, y, written[name], anchor="end")
    return content, bottom + 30
