"""Draw a map of losses over weight and bias, with lines of equal loss from Matplotlib."""

import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from nnfp.draw import svg
from nnfp.draw.plot import ROUND, name_width
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, text_width
from nnfp.draw.words import number

Point = tuple[float, float]
Table = Sequence[Sequence[float]]

# The edges of the map in its figure. docs/assets/explore-optimizer.js draws on the same map.
LEFT, RIGHT, TOP, BOTTOM = 48, 464, 34, 304
HEIGHT = 356
# A path with more points than this is drawn with thinner lines and smaller dots.
MANY = 30


class Look(NamedTuple):
    """How a path is drawn: its color, its dashes, and whether its dots are round or square."""

    color: str
    dashes: str = ""
    cap: str = "round"


ALONE = Look(WEIGHT)
# The first path looks like the first curve of plot.py, and so on.
LOOKS = (Look(RESULT), Look(WEIGHT, "7 4", "square"), Look(INPUT, "2 4"))


class Area(NamedTuple):
    """The area that a map shows; its tables have a row for each bias, a column for each weight."""

    weights: Sequence[float]
    biases: Sequence[float]

    def place(self, weight: float, bias: float) -> Point:
        """Return the position of a weight and a bias in the figure."""
        return self.across(weight), self.up(bias)

    def across(self, weight: float) -> float:
        """Return the distance of a weight from the left edge of the figure."""
        share = (weight - self.weights[0]) / (self.weights[-1] - self.weights[0])
        return LEFT + (RIGHT - LEFT) * share

    def up(self, bias: float) -> float:
        """Return the distance of a bias from the top edge of the figure."""
        share = (bias - self.biases[0]) / (self.biases[-1] - self.biases[0])
        return BOTTOM - (BOTTOM - TOP) * share

    def lines(self, table: Table, level: float) -> list[list[Point]]:
        """Return the lines along which the values of a table equal `level`."""
        axes = Figure().add_subplot()
        [segments] = axes.contour(*self, table, levels=[level]).allsegs
        return [self._placed(segment.tolist()) for segment in segments if len(segment)]

    def outlines(self, table: Table, highest: float) -> list[list[Point]]:
        """Return the outlines of the areas where the values of a table are at most `highest`."""
        axes = Figure().add_subplot()
        [segments] = axes.contourf(*self, table, levels=[-sys.float_info.max, highest]).allsegs
        return [self._placed(segment.tolist()) for segment in segments if len(segment)]

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        """Place the points of a line and drop those on the straight line between others."""
        line = Path([self.place(*point) for point in points])
        line.simplify_threshold = 0.1
        return [(x, y) for [x, y], _ in line.iter_segments(simplify=True)]


def draw(
    area: Area,
    losses: Table,
    sums: Table,
    levels: Sequence[float],
    paths: Mapping[str, Sequence[Point]],
    answer: Point,
) -> str:
    """Return the content of a map of the losses, with paths of training on it.

    Args:
        area: The weights and biases of the map.
        losses: The loss at each bias and weight.
        sums: The highest sum over all samples at each bias and weight. Where it is not positive,
            the map is flat and tinted.
        levels: The losses at which a line is drawn.
        paths: By name, the weight and the bias at the start and after each step.
        answer: The weight and the bias that the paths should lead to.
    """
    content = _draw_axes(area) + _draw_names(list(paths))
    if flat := area.outlines(sums, 0):
        content += svg.area(*flat)
        x, y = (sum(values) / len(flat[0]) for values in zip(*flat[0], strict=True))
        content += svg.text(x, y, "flat", faint=True)
    lines = {level: area.lines(losses, level) for level in levels}
    for each in filter(None, lines.values()):
        content += svg.path(*each, width=1, opacity=0.5)
    content += _draw_levels(lines)
    placed = [[area.place(*point) for point in path] for path in paths.values()]
    return content + _draw_paths(placed, area.place(*answer))


def _draw_axes(area: Area) -> str:
    frame = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM), (LEFT, TOP)]
    content = svg.path(frame, width=1, opacity=0.2)
    for weight in _ticks(area.weights):
        content += svg.text(area.across(weight), BOTTOM + 16, number(weight), WEIGHT)
    for bias in _ticks(area.biases):
        content += svg.text(LEFT - 10, area.up(bias), number(bias), WEIGHT, anchor="end")
    content += svg.text((LEFT + RIGHT) / 2, BOTTOM + 38, "weight", WEIGHT)
    return content + svg.text(LEFT, 16, "bias", WEIGHT, anchor="start")


def _draw_names(names: Sequence[str]) -> str:
    """Write the names of the paths above the map, each after a piece of its path."""
    if names == [""]:
        return svg.text(RIGHT, 16, "lines of equal loss", anchor="end", faint=True)
    content, right = "", float(RIGHT)
    for name, look in reversed(list(zip(names, LOOKS, strict=False))):
        left = right - name_width(name) - 32  # where the piece begins
        if left < LEFT + 52:
            raise ValueError(f"expected names that fit above a map, got {', '.join(names)}")
        content += svg.text(right, 16, name, look.color, anchor="end")
        content += svg.path([(left, 16), (left + 24, 16)], color=look.color, dashes=look.dashes)
        content += svg.dots([(left, 16)], look.color, 7, cap=look.cap)
        right = left - 16
    return svg.part("names", content)


def _ticks(values: Sequence[float]) -> list[float]:
    low, high = values[0], values[-1]
    return [n for n in MaxNLocator(6, steps=ROUND).tick_values(low, high) if low <= n <= high]


def _draw_levels(lines: dict[float, list[list[Point]]]) -> str:
    """Write the loss of each line near the top of the map, where there is room for it."""
    y = TOP + 20
    found = []
    for level, each in lines.items():
        steps = [step for line in each for step in pairwise(line)]
        crossed = [(a, b) for a, b in steps if min(a[1], b[1]) <= y < max(a[1], b[1])]
        found += [
            (a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), number(level)) for a, b in crossed
        ]
    content, free = "", float(LEFT)
    for x, name in sorted(found):
        half = text_width(name) / 2
        if free <= x - half and x + half < RIGHT - 4:
            content += svg.label(x, y, name, RESULT)
            free = x + half
    return content


def _draw_paths(paths: Sequence[Sequence[Point]], answer: Point) -> str:
    x, y = answer
    content = svg.path([(x - 6, y - 6), (x + 6, y + 6)], [(x - 6, y + 6), (x + 6, y - 6)])
    content += svg.label(x + 42, y + 14, "answer", RESULT)
    looks = LOOKS if len(paths) > 1 else [ALONE]
    for i, (path, look) in enumerate(zip(paths, looks, strict=False)):
        suffix = f"-{i + 1}" if i else ""
        width, size = (1, 4) if len(path) > MANY else (2, 7)
        line = svg.path(path, color=look.color, width=width, dashes=look.dashes)
        content += svg.part(f"path{suffix}", line)
        content += svg.part(f"steps{suffix}", svg.dots(path, look.color, size, cap=look.cap))
    x, y = paths[0][0]
    start = svg.dot(x, y, 7, WEIGHT) + svg.label(x, y - 22, "start", WEIGHT)
    return content + svg.part("start", start)
