"""Draw the plots of `nnfp.speed`, which have logarithmic scales."""

import math
from collections.abc import Mapping, Sequence

from nnfp.draw.svg import RESULT, WIDTH, dot, path, text, text_width

ROW = 30
# Prefixes that people know, to avoid powers of ten.
UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
# On a scale with more powers of ten than this, every second one has a label.
FEW = 5

Point = tuple[float, float]


def rate(value: float) -> str:
    """Write operations per second with a prefix, such as k, M or G."""
    size, letter = next((unit for unit in UNITS if value >= 0.9995 * unit[0]), UNITS[-1])
    return f"{value / size:.3g} {letter}".rstrip()


def decades(lowest: float, highest: float) -> list[float]:
    """Return the powers of ten that enclose both numbers, and those between them."""
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def place(value: float, ticks: Sequence[float], start: float, end: float) -> float:
    """Return the position of a value on a logarithmic scale from the first tick to the last."""
    span = math.log(ticks[-1] / ticks[0])
    return start + (end - start) * math.log(value / ticks[0]) / span


def draw_ladder(
    rates: Mapping[str, float], limit: float, about: Sequence[str]
) -> tuple[str, float]:
    """Draw each rate as a dot in a row with its name; return the content and its height."""
    left, right, top = 16 + max(map(text_width, rates)), WIDTH - 56.0, 52.0
    bottom = top + ROW * len(rates) - 8
    ticks = decades(min(rates.values()), max(limit, *rates.values()))
    svg = text(8, 16, "operations a second", anchor="start", faint=True)
    for tick in ticks[:: 1 if len(ticks) <= FEW else 2]:
        x = place(tick, ticks, left, right)
        svg += path([(x, top - 8), (x, bottom)], width=1, opacity=0.2)
        svg += text(x, bottom + 18, rate(tick))
    x = place(limit, ticks, left, right)
    svg += path([(x, top - 8), (x, bottom)])
    svg += text(min(x, WIDTH - 76), top - 20, "fastest product")
    for i, (name, value) in enumerate(rates.items()):
        x, y = place(value, ticks, left, right), top + 8 + ROW * i
        svg += text(left - 12, y, name, anchor="end")
        svg += path([(left, y), (x, y)], opacity=0.35)
        svg += dot(x, y, 5, RESULT)
    return svg + _lines(about, bottom + 46), bottom + 46 + 20 * len(about)


def draw_roofline(
    points: Sequence[tuple[str, float, float]], product: float, copy: float, about: Sequence[str]
) -> tuple[str, float]:
    """Draw named points by operations per byte and per second, under the roof of a device.

    The slope of the roof is `copy`, in bytes per second, and its top is `product`, in operations
    per second. Return the content and its height.
    """
    left, right, top, bottom = 62.0, WIDTH - 20.0, 44.0, 300.0
    intensities, rates = [x for _, x, _ in points], [y for _, _, y in points]
    across = decades(min(intensities), max(*intensities, product / copy))
    up = decades(min(*rates, across[0] * copy), max(*rates, product))

    def at(intensity: float, value: float) -> Point:
        return place(intensity, across, left, right), place(value, up, bottom, top)

    svg = text(8, 16, "operations a second", anchor="start", faint=True)
    for tick in up:
        y = place(tick, up, bottom, top)
        svg += path([(left, y), (right, y)], width=1, opacity=0.2)
        svg += text(left - 8, y, rate(tick), anchor="end")
    for tick in across:
        svg += text(place(tick, across, left, right), bottom + 18, f"{tick:g}")
    svg += text((left + right) / 2, bottom + 40, "operations a byte", faint=True)
    svg += path([at(across[0], across[0] * copy), at(product / copy, product)])
    svg += path([at(product / copy, product), at(across[-1], product)])
    x, y = at(across[-1], product)
    svg += text(x, y - 16, "fastest product", anchor="end")
    # Write it high on the slope, because few points are there.
    x, y = at(0.3 * product / copy, 0.3 * product)
    svg += text(x - 12, y - 8, "copy", anchor="end")
    for name, intensity, value in points:
        x, y = at(intensity, value)
        # Write the name on the side away from the roof.
        above = value > min(product, intensity * copy)
        beside = text(x - 6, y - 10, name, anchor="end")
        below = text(x + 4, y + 18, name, anchor="start")
        svg += dot(x, y, 5, RESULT) + (beside if above else below)
    return svg + _lines(about, bottom + 68), bottom + 68 + 20 * len(about)


def _lines(words: Sequence[str], top: float) -> str:
    return "".join(text(WIDTH / 2, top + 20 * i, line, faint=True) for i, line in enumerate(words))
