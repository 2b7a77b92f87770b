"""The figure of a whole network: a column of circles for the inputs and for each layer."""

import operator
import reprlib
from collections.abc import Iterable
from itertools import pairwise
from typing import SupportsIndex

from torch import nn

from nnfp.draw import svg
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, WIDTH, text_width
from nnfp.draw.words import counted, listed, plural
from nnfp.layer import Linear


def network(sizes: Iterable[SupportsIndex] | nn.Module) -> Picture:
    """Draw a network as columns of circles; a layer wider than 6 is shortened in the middle.

    Args:
        sizes: The number of inputs and the number of outputs of each layer: from 2 to 8 sizes. Or a
            network: its linear layers are drawn in the order in which they are registered, and a
            layer that is registered twice is drawn twice.

    Returns:
        The picture.

    Raises:
        ValueError: If there are too few or too many sizes, a size is below 1 or too long to be
            shown, or the layers do not form a chain.
        TypeError: If `sizes` is neither whole numbers nor a network.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.network([2, 8, 8, 1]).title)
        Network with 2 inputs, hidden layers of 8 and 8, 1 output
    """
    counts = _sizes_of(sizes) if isinstance(sizes, nn.Module) else _read(sizes)
    if not 2 <= len(counts) <= 8:
        raise ValueError(f"expected 2 to 8 sizes, of the inputs and of each layer, got {counts}")
    if min(counts) < 1:
        raise ValueError(f"expected sizes of 1 or more, got {counts}")
    xs = [40 + 400 / (len(counts) - 1) * i for i in range(len(counts))]
    longest = max(map(str, counts), key=len)
    if text_width(longest) > min(2 * xs[0], xs[1] - xs[0]):
        raise ValueError(f"expected sizes that fit below the columns of a picture, got {longest}")
    content, bottom = _draw_columns(counts, xs)
    content += svg.text(xs[0], bottom + 48, plural(counts[0], "input"), faint=True)
    content += svg.text(xs[-1], bottom + 48, plural(counts[-1], "output"), faint=True)
    title = f"Network with {counted(counts[0], 'input')}, "
    if hidden := counts[1:-1]:
        words = f"hidden {plural(len(hidden), 'layer')}"
        content += svg.text(WIDTH / 2, bottom + 48, words, faint=True)
        title += f"{words} of {listed([str(count) for count in hidden])}, "
    title += counted(counts[-1], "output")
    return Picture(title, svg.document(title, bottom + 64, content))


def _read(sizes: Iterable[SupportsIndex]) -> list[int]:
    try:
        return [operator.index(size) for size in sizes]
    except TypeError as error:
        raise TypeError(
            f"expected whole numbers as the sizes, or a network, got {reprlib.repr(sizes)}"
        ) from error


def _sizes_of(net: nn.Module) -> list[int]:
    modules = net.named_modules(remove_duplicate=False)
    layers = [module for _, module in modules if isinstance(module, Linear | nn.Linear)]
    if not layers:
        raise ValueError(f"expected a network with linear layers, got {type(net).__name__}")
    for before, after in pairwise(layers):
        if before.out_features != after.in_features:
            raise ValueError(
                f"expected a chain of layers, got one with {before.out_features} outputs "
                f"before one with {after.in_features} inputs"
            )
    return [layers[0].in_features, *(each.out_features for each in layers)]


def _draw_columns(counts: list[int], xs: list[float]) -> tuple[str, float]:
    """Draw the edges, circles and sizes; return the content and where the circles end."""
    rows = max(min(count, 7) for count in counts)
    columns = [_circles(count, rows) for count in counts]
    content = ""
    for (x, ys), (x_next, ys_next) in pairwise(zip(xs, columns, strict=True)):
        edges = [((x + 14, y), (x_next - 14, y_next)) for y in ys for y_next in ys_next]
        content += svg.path(*edges, color=WEIGHT, width=1, opacity=0.5)
    bottom = 24 + 44 * (rows - 1) + 14
    for i, (x, ys, count) in enumerate(zip(xs, columns, counts, strict=True)):
        color = RESULT if i else INPUT
        for y in ys:
            content += svg.dot(x, y, 14, color, ring=i == len(counts) - 1)
        if len(ys) < count:
            middle = (ys[0] + ys[-1]) / 2
            content += "".join(svg.dot(x, middle + dy, 1.5, color) for dy in (-9, 0, 9))
        content += svg.text(x, bottom + 26, str(count), color)
    return content, bottom


def _circles(count: int, rows: int) -> list[float]:
    """Return the height of each circle; more than 6 are three, a gap for dots, and three more."""
    shown = min(count, 7)
    top = 24 + 44 * (rows - shown) / 2
    return [top + 44 * i for i in range(shown) if count <= 6 or i != 3]
