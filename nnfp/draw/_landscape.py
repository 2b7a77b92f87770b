"""The map of a neuron's loss over its weight and bias, with paths of training on it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_matplotlib, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.values import Numbers, pair, pairs, row, tensor
from nnfp.draw.words import counted, number
from nnfp.neuron import relu

# Weights and biases up to this have losses that are finite.
LARGEST = 1e30
Path = Iterable[Iterable[SupportsFloat]]
"""The points of a path: pairs of a weight and a bias."""

Point = tuple[float, float]


def landscape(
    x: Numbers,
    target: Numbers,
    path: Path | Mapping[str, Path],
    answer: Iterable[SupportsFloat],
    levels: Iterable[SupportsFloat] = (1, 10, 50, 100, 200, 300),
    weights: Iterable[SupportsFloat] = (-1, 5),
    biases: Iterable[SupportsFloat] = (-4, 4),
) -> Picture:
    """Draw the loss of a neuron with one input over its weight and bias, and paths of training.

    Lines of equal loss, computed by Matplotlib, show how steep the loss is. Where the neuron
    outputs 0 for every sample the loss is flat, and that area is tinted.

    Args:
        x: The samples, of shape `(batch,)` or `(batch, 1)`.
        target: The output that the neuron should give for each sample, in either of
            these shapes.
        path: The weight and the bias at the start and after each step; or up to 3 such paths by
            name, which share their start.
        answer: The weight and the bias that each path should lead to.
        levels: The losses at which a line is drawn.
        weights: The lowest and the highest weight in the picture.
        biases: The lowest and the highest bias in the picture.

    Returns:
        The picture, identical byte for byte for identical numbers.

    Raises:
        ImportError: If Matplotlib is not installed.
        ValueError: If there are no samples or not one target for each, a range is empty, a path
            is empty or leaves the picture, paths start at different points, there are too many or
            their names are too long, or a number is not finite.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.landscape([1, 2], [3, 6], [(1, 0), (2, 0.5)], answer=(3, 0)).title)
        Loss by weight and bias: from (1, 0) to (2, 0.5) in 1 step; the answer is (3, 0)
    """
    check_matplotlib()
    from nnfp.draw import contours

    samples, targets = _column(x, "samples"), _column(target, "targets")
    if len(samples) == 0:
        raise ValueError("expected at least one sample, got none")
    if len(samples) != len(targets):
        raise ValueError(
            f"expected {len(samples)} targets, one for each sample, got {len(targets)}"
        )
    ws, bs = _axis(weights, "weights"), _axis(biases, "biases")
    paths = _paths(path)
    goal = pair(answer, "the answer")
    for point in (*(point for points in paths.values() for point in points), goal):
        _check_inside(point, ws, bs)
    # A row for each bias, a column for each weight, and the samples in the last dimension.
    sums = ws[:, None] * samples + bs[:, None, None]
    losses = (relu(sums) - targets).square().mean(-1)
    area = contours.Area(ws.tolist(), bs.tolist())
    highest = sums.amax(-1).tolist()
    content = contours.draw(area, losses.tolist(), highest, _finite(levels), paths, goal)
    title = _title(paths, goal)
    return Picture(title, svg.document(title, contours.HEIGHT, content))


def _paths(path: object) -> dict[str, list[Point]]:
    """Read one path, whose name is empty, or several by name."""
    if not isinstance(path, Mapping):
        path = {"": path}
    else:
        check_count("paths", len(path), 3)
        for name in path:
            check_words("names", name, 12)
    paths = {name: pairs(points, "a point of the path") for name, points in path.items()}
    if not all(paths.values()):
        raise ValueError("expected a path with at least its start, got none")
    starts = [points[0] for points in paths.values()]
    for start in starts:
        if start != starts[0]:
            raise ValueError(f"expected paths from one start, got {starts[0]} and {start}")
    return paths


def _title(paths: Mapping[str, Sequence[Point]], answer: Point) -> str:
    def written(point: Point) -> str:
        return f"({number(point[0])}, {number(point[1])})"

    [start, *_] = next(iter(paths.values()))
    ends = [
        f"{name} to {written(points[-1])} in {counted(len(points) - 1, 'step')}".lstrip()
        for name, points in paths.items()
    ]
    way = f"from {written(start)}{':' if len(ends) > 1 else ''} {', '.join(ends)}"
    return f"Loss by weight and bias: {way}; the answer is {written(answer)}"


def _column(values: Numbers, name: str) -> Tensor:
    """Read one number for each sample."""
    numbers = tensor(values)
    if numbers.dim() != 1 and (numbers.dim() != 2 or numbers.shape[1] != 1):
        raise ValueError(
            f"expected {name} of shape (batch,) or (batch, 1), got shape {tuple(numbers.shape)}"
        )
    numbers = numbers.flatten().double()
    wrong = numbers[~numbers.isfinite()]
    if len(wrong):
        raise ValueError(f"expected finite {name}, got {wrong[0]}")
    return numbers


def _axis(ends: Iterable[SupportsFloat], name: str) -> Tensor:
    """Return 121 values from the first end of a range to the second."""
    low, high = pair(ends, f"the range of {name}")
    if not -LARGEST <= low < high <= LARGEST:
        raise ValueError(
            f"expected {name} from a lower to a higher number, up to {LARGEST:g}, "
            f"got from {low:g} to {high:g}"
        )
    values = torch.linspace(low, high, 121, dtype=torch.float32, device="cpu").double()
    if values.diff().min() <= 0:
        raise ValueError(f"expected a wider range of {name}, got from {low!r} to {high!r}")
    return values


def _check_inside(point: tuple[float, float], ws: Tensor, bs: Tensor) -> None:
    weight, bias = point
    if not (ws[0] <= weight <= ws[-1] and bs[0] <= bias <= bs[-1]):
        raise ValueError(
            f"expected weights from {ws[0]:g} to {ws[-1]:g} and biases from {bs[0]:g} to "
            f"{bs[-1]:g} in the picture, got ({weight:g}, {bias:g})"
        )


def _finite(levels: Iterable[SupportsFloat]) -> list[float]:
    losses = row(levels)
    for loss in losses:
        if not math.isfinite(loss):
            raise ValueError(f"expected finite losses as the levels, got {loss}")
    return losses
