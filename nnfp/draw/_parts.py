"""The figure of a layer that is cut over several ranks."""

from torch import Tensor

from nnfp.batch import all_at_once
from nnfp.draw import svg
from nnfp.draw.activation import identity
from nnfp.draw.checks import check_batch, check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, WIDTH
from nnfp.draw.table import ROW, cell_width, draw_table
from nnfp.draw.values import Numbers, tensor, texts
from nnfp.draw.words import listed

Rows = list[list[str]]

GAP = 60  # between the numbers of two matrices, with a sign in it
HEAD = 46  # above the numbers of a matrix, with its name in it
LEFT = 76  # the space for the name of a rank


def parts(x: Numbers, weight: Numbers, dim: int, ranks: int = 2) -> Picture:
    """Draw a layer that is cut: what each rank multiplies, and how the results are put together.

    Args:
        x: The mini-batch, of shape `(batch, in_features)`: at most 4 × 4.
        weight: The weights, of shape `(out_features, in_features)`: at most 4 × 4; each row holds
            the weights of one neuron.
        dim: The dimension of the weights that is cut: 0 for the neurons, whose outputs are put
            side by side, 1 for the inputs, whose partial sums are added up.
        ranks: The number of ranks, at most 4.

    Returns:
        The picture.

    Raises:
        ValueError: If the shapes do not match, there are too many numbers, this dimension cannot be
            divided by the number of ranks, or the numbers are too long to be shown.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.parts([[1, 2]], [[5, 7], [6, 8]], dim=1).title)
        A layer cut by inputs: rank 0 gives 5 and 6; rank 1 gives 14 and 16; added up: 19 and 22
    """
    x, weight = tensor(x), tensor(weight)
    check_batch(x)
    whole = _texts(all_at_once(x, weight, None, identity))
    _check_counts(x, weight, dim, ranks)
    xs = x.chunk(ranks, 1) if dim else [x] * ranks
    products = [
        tuple(map(_texts, (part, own, all_at_once(part, own, None, identity))))
        for part, own in zip(xs, weight.chunk(ranks, dim), strict=True)
    ]
    content, top = _draw_products(products)
    way, together = ("inputs", "added up") if dim else ("neurons", "side by side")
    middle, bottom = top + HEAD + ROW * len(x) / 2, top + HEAD + ROW * len(x)
    center = (LEFT + WIDTH) / 2
    content += svg.text(8, middle, together, anchor="start", faint=True)
    content += draw_table("x Wᵀ", whole, RESULT, (center, middle))
    for cut in range(1, 1 if dim else ranks):
        edge = center + cell_width(whole) * len(weight) * (cut / ranks - 1 / 2)
        content += svg.path([(edge, top + HEAD), (edge, bottom)], width=1.5, dashes="4 4")
    results = [f"rank {rank} gives {_written(y)}" for rank, (_, _, y) in enumerate(products)]
    title = f"A layer cut by {way}: {'; '.join(results)}; {together}: {_written(whole)}"
    return Picture(title, svg.document(title, bottom + 8, content))


def _check_counts(x: Tensor, weight: Tensor, dim: int, ranks: int) -> None:
    if dim not in (0, 1):
        raise ValueError(f"expected the dimension 0 (neurons) or 1 (inputs), got {dim}")
    counts = {"samples": len(x), "inputs": x.shape[1], "neurons": len(weight), "ranks": ranks}
    for name, count in counts.items():
        check_count(name, count, 4)
    if weight.shape[dim] % ranks:
        name = "inputs" if dim else "neurons"
        raise ValueError(f"expected a multiple of {ranks} {name}, got {weight.shape[dim]}")


def _texts(matrix: Tensor) -> Rows:
    return [texts(row) for row in matrix]


def _written(rows: Rows) -> str:
    return ", ".join(map(listed, rows))


def _draw_products(products: list[tuple[Rows, ...]]) -> tuple[str, float]:
    """Draw what each rank multiplies; return the content and where it ends."""
    widths = [
        max(cell_width(m) * len(m[0]) for m in column) for column in zip(*products, strict=True)
    ]
    total = sum(widths) + 2 * GAP
    if total > WIDTH - LEFT - 16:
        rows = [", ".join(row) for product in products for m in product for row in m]
        raise ValueError(f"expected rows that fit into a picture, got the row {max(rows, key=len)}")
    start = LEFT + (WIDTH - LEFT - total) / 2
    content, top = "", 0.0
    for rank, (x, weight, y) in enumerate(products):
        height = ROW * max(len(x), len(weight))
        middle, left = top + HEAD + height / 2, start
        content += svg.text(8, middle, f"rank {rank}", anchor="start", faint=True)
        content += draw_table("x", x, INPUT, (left + widths[0] / 2, middle))
        left += widths[0] + GAP
        content += svg.text(left - GAP / 2, middle, "·", size=28)
        content += draw_table("W", weight, WEIGHT, (left + widths[1] / 2, middle), transposed=True)
        left += widths[1] + GAP
        content += svg.text(left - GAP / 2 + 8, middle, "=", size=28)
        content += draw_table("", y, RESULT, (left + widths[2] / 2, middle))
        top += HEAD + height
    return content, top
