"""The plot of losses against steps."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_matplotlib, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.values import row
from nnfp.draw.words import number

# Beyond this, and on a logarithmic scale below its inverse, Matplotlib's arithmetic overflows.
LARGEST = 1e100


def losses(
    curves: Mapping[str, Iterable[SupportsFloat]],
    ylabel: str = "loss",
    xlabel: str = "step",
    log: bool = False,
) -> Picture:
    """Plot losses against steps with Matplotlib; each curve has its name at its end.

    Args:
        curves: From 1 to 4 curves by name, each with at least one number; its first number is at
            step 0. The numbers may be floats, tensors of one number, with or without gradients, or
            one tensor.
        ylabel: What is measured.
        xlabel: What is counted.
        log: Whether the losses are on a logarithmic scale; they must then be positive.

    Returns:
        The picture, identical byte for byte for identical numbers.

    Raises:
        ImportError: If Matplotlib is not installed.
        ValueError: If there are too many curves, a name or label is too long, or a curve is empty
            or has a number that cannot be shown.
        TypeError: If `curves` is not a mapping, or something in it is not a number.

    Examples:
        >>> from nnfp import draw
        >>> draw.losses({"SGD": [9, 4, 1], "Solved": [9, 0, 0]})
        Picture(title='Plot of loss by step: SGD from 9 to 1, Solved from 9 to 0')
    """
    check_matplotlib()
    from nnfp.draw import plot

    if not isinstance(curves, Mapping):
        raise TypeError(
            'expected curves by name, such as {"SGD": [9, 4, 1]}, got ' + type(curves).__name__
        )
    check_count("curves", len(curves), 4)
    for name in curves:
        check_words("names", name, 24)
    check_words("a ylabel", ylabel, 36)
    check_words("an xlabel", xlabel, 36)
    lines = {name: row(values) for name, values in curves.items()}
    for name, ys in lines.items():
        _check_curve(name, ys, log)
    ranges = [f"{name} from {number(ys[0])} to {number(ys[-1])}" for name, ys in lines.items()]
    title = f"Plot of {ylabel} by {xlabel}: {', '.join(ranges)}"
    content = plot.draw(lines, ylabel, xlabel, log)
    return Picture(title, svg.document(title, plot.HEIGHT, content))


def _check_curve(name: str, ys: Sequence[float], log: bool) -> None:
    if len(ys) == 0:
        raise ValueError(f"expected at least one number for {name!r}, got none")
    lowest = 1 / LARGEST if log else -LARGEST
    for step, y in enumerate(ys):
        if not math.isfinite(y) or (log and y <= 0):
            expected = "numbers above 0, for a logarithmic scale" if log else "finite numbers"
            raise ValueError(f"expected {expected}, got {y:g} at step {step} of {name!r}")
        if not lowest <= y <= LARGEST:
            limit = f"below {lowest:g}" if y < lowest else f"above {LARGEST:g}"
            raise ValueError(
                f"expected numbers not {limit} in a plot, got {y:g} at step {step} of {name!r}"
            )
