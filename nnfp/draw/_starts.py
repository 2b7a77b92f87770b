"""The map of weights and biases at which a neuron with one input is dead, with random starts."""

from collections.abc import Iterable, Sequence
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.picture import Picture
from nnfp.draw.svg import RESULT, WEIGHT
from nnfp.draw.values import pairs, row
from nnfp.draw.words import number

Point = tuple[float, float]

LEFT, TOP, SIDE = 100, 30, 270  # of the square from -1 to 1 in both directions


def starts(x: Iterable[SupportsFloat], starts: Iterable[Iterable[SupportsFloat]]) -> Picture:
    """Draw weights and biases from -1 to 1, and tint those at which a neuron with ReLU is dead.

    A neuron is dead on some samples if its sum, `w * x + b`, is positive for none of them.

    Args:
        x: The samples, one number each.
        starts: Pairs of a weight and a bias. Each is a dot.

    Returns:
        The picture.

    Raises:
        ValueError: If there are no samples, a number is not finite, or a start is not from -1 to 1.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.starts(range(1, 11), [(0.5, 0.5), (-0.5, -0.5)]).title)
        Weights and biases from −1 to 1: dead in 38.75% of the square, and at 1 of 2 starts
    """
    samples, points = row(x), pairs(starts, "a start")
    if not samples:
        raise ValueError("expected at least one sample, got none")
    for value in samples:
        if not abs(value) < 1e6:
            raise ValueError(f"expected samples below 10⁶ in size, got {value:g}")
    for weight, bias in points:
        if not (abs(weight) <= 1 and abs(bias) <= 1):
            raise ValueError(f"expected starts from -1 to 1, got ({weight:g}, {bias:g})")
    region: list[Point] = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    for value in samples:
        region = _below(region, value)
    dead = [point for point in points if max(point[0] * n + point[1] for n in samples) <= 0]
    alive = [point for point in points if point not in dead]
    content = svg.area([_place(*point) for point in region]) if region else ""
    frame = [_place(*point) for point in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    content += svg.path(frame, width=1, opacity=0.4)
    content += _axes()
    if region:
        content += svg.path([_place(*point) for point in [*region, region[0]]], width=1.5)
    for name, found, color in (("alive", alive, WEIGHT), ("dead", dead, RESULT)):
        if found:
            content += svg.part(name, svg.dots([_place(*point) for point in found], color, 5))
    share = f"{100 * _size(region) / 4:.4g}"
    title = (
        f"Weights and biases from −1 to 1: dead in {share}% of the square, and at {len(dead)} of "
        f"{len(points)} starts"
    )
    return Picture(title, svg.document(title, TOP + SIDE + 52, content))


def _below(region: Sequence[Point], x: float) -> list[Point]:
    """Cut off the part of a convex region in which the sum for this sample is positive."""
    kept = []
    for (w, b), (next_w, next_b) in zip(region, [*region[1:], *region[:1]], strict=True):
        here, there = w * x + b, next_w * x + next_b
        if here <= 0:
            kept.append((w, b))
        if here * there < 0:
            share = here / (here - there)
            kept.append((w + share * (next_w - w), b + share * (next_b - b)))
    return kept


def _size(region: Sequence[Point]) -> float:
    """Return the area of a region, by the shoelace formula."""
    ends = zip(region, [*region[1:], *region[:1]], strict=True)
    return abs(sum(w * next_b - next_w * b for (w, b), (next_w, next_b) in ends)) / 2


def _place(weight: float, bias: float) -> Point:
    return LEFT + SIDE * (weight + 1) / 2, TOP + SIDE * (1 - bias) / 2


def _axes() -> str:
    content = ""
    for value in (-1, 0, 1):
        x, y = _place(value, value)
        content += svg.text(x, TOP + SIDE + 16, number(value), WEIGHT)
        content += svg.text(LEFT - 10, y, number(value), WEIGHT, anchor="end")
    content += svg.text(LEFT + SIDE / 2, TOP + SIDE + 38, "weight", WEIGHT)
    content += svg.text(LEFT + SIDE, 14, "tinted: dead", anchor="end", faint=True)
    return content + svg.text(LEFT - 36, TOP + SIDE / 2, "bias", WEIGHT, anchor="end")
