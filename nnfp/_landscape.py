"""The losses of a neuron over its weight and its bias, as a map with lines of equal loss."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from nnfp import _svg
from nnfp._plot import ROUND
from nnfp._svg import RESULT, WEIGHT, number, text_width

Point = tuple[float, float]
Table = Sequence[Sequence[float]]

# The edges of the map in its picture. docs/assets/explore-optimizer.js draws on it, too.
LEFT, RIGHT, TOP, BOTTOM = 48, 464, 34, 304
HEIGHT = 356


class Area(NamedTuple):
    """The part of the plane that a map shows: rows of weights, one for each bias."""

    weights: Sequence[float]
    biases: Sequence[float]

    def place(self, weight: float, bias: float) -> Point:
        """Return where in the picture a weight and a bias are."""
        return self.across(weight), self.up(bias)

    def across(self, weight: float) -> float:
        """Return how far from the left of the picture a weight is."""
        share = (weight - self.weights[0]) / (self.weights[-1] - self.weights[0])
        return LEFT + (RIGHT - LEFT) * share

    def up(self, bias: float) -> float:
        """Return how far from the top of the picture a bias is."""
        share = (bias - self.biases[0]) / (self.biases[-1] - self.biases[0])
        return BOTTOM - (BOTTOM - TOP) * share

    def lines(self, table: Table, level: float) -> list[list[Point]]:
        """Return the lines along which the numbers of a table have this level."""
        axes = Figure().add_subplot()
        [segments] = axes.contour(*self, table, levels=[level]).allsegs
        return [self._placed(segment.tolist()) for segment in segments if len(segment)]

    def outlines(self, table: Table, highest: float) -> list[list[Point]]:
        """Return the outlines of the areas where the numbers of a table are at most this."""
        axes = Figure().add_subplot()
        [segments] = axes.contourf(*self, table, levels=[-sys.float_info.max, highest]).allsegs
        return [self._placed(segment.tolist()) for segment in segments if len(segment)]

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        """Place the points of a line, and leave out those that are on the way to the next."""
        line = Path([self.place(*point) for point in points])
        line.simplify_threshold = 0.1
        return [(x, y) for [x, y], _ in line.iter_segments(simplify=True)]


def draw(
    area: Area,
    losses: Table,
    sums: Table,
    levels: Sequence[float],
    path: Sequence[Point],
    answer: Point,
) -> str:
    """Return the content of a picture of the losses, with a path on it.

    Where the highest of a neuron's sums is not positive, the landscape is flat, and tinted.
    """
    svg = _draw_axes(area)
    if flat := area.outlines(sums, 0):
        svg += _svg.area(*flat)
        x, y = (sum(values) / len(flat[0]) for values in zip(*flat[0], strict=True))
        svg += _svg.text(x, y, "flat", faint=True)
    lines = {level: area.lines(losses, level) for level in levels}
    for each in filter(None, lines.values()):
        svg += _svg.path(*each, width=1, opacity=0.5)
    svg += _draw_levels(lines)
    return svg + _draw_path([area.place(*point) for point in path], area.place(*answer))


def _draw_axes(area: Area) -> str:
    frame = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM), (LEFT, TOP)]
    svg = _svg.path(frame, width=1, opacity=0.2)
    for weight in _ticks(area.weights):
        svg += _svg.text(area.across(weight), BOTTOM + 16, number(weight), WEIGHT)
    for bias in _ticks(area.biases):
        svg += _svg.text(LEFT - 10, area.up(bias), number(bias), WEIGHT, anchor="end")
    svg += _svg.text((LEFT + RIGHT) / 2, BOTTOM + 38, "weight", WEIGHT)
    svg += _svg.text(LEFT, 16, "bias", WEIGHT, anchor="start")
    return svg + _svg.text(RIGHT, 16, "lines of equal loss", anchor="end", faint=True)


def _ticks(values: Sequence[float]) -> list[float]:
    low, high = values[0], values[-1]
    return [n for n in MaxNLocator(6, steps=ROUND).tick_values(low, high) if low <= n <= high]


def _draw_levels(lines: dict[float, list[list[Point]]]) -> str:
    """Name each line near the top of the map, where there is room for its number."""
    y = TOP + 20
    found = []
    for level, each in lines.items():
        steps = [step for line in each for step in pairwise(line)]
        crossed = [(a, b) for a, b in steps if min(a[1], b[1]) <= y < max(a[1], b[1])]
        found += [
            (a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), number(level)) for a, b in crossed
        ]
    svg, free = "", float(LEFT)
    for x, name in sorted(found):
        half = text_width(name) / 2
        if free <= x - half and x + half < RIGHT - 4:
            svg += _svg.label(x, y, name, RESULT)
            free = x + half
    return svg


def _draw_path(path: Sequence[Point], answer: Point) -> str:
    x, y = answer
    svg = _svg.path([(x - 6, y - 6), (x + 6, y + 6)], [(x - 6, y + 6), (x + 6, y - 6)])
    svg += _svg.label(x + 42, y + 14, "answer", RESULT)
    svg += _svg.path(path, color=WEIGHT) + _svg.dots(path, WEIGHT, 7)
    x, y = path[0]
    return svg + _svg.dot(x, y, 7, WEIGHT) + _svg.label(x, y - 22, "start", WEIGHT)
