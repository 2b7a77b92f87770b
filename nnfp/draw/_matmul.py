"""The figure of a mini-batch times the weights of a layer."""

from typing import NamedTuple

from nnfp.batch import all_at_once
from nnfp.draw import equation, svg
from nnfp.draw.activation import identity
from nnfp.draw.checks import check_batch, check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, WIDTH, text_width
from nnfp.draw.table import ROW, cell_width, draw_table
from nnfp.draw.values import Numbers, tensor, texts
from nnfp.draw.words import counted, listed, plural


def matmul(x: Numbers, weight: Numbers) -> Picture:
    """Draw a mini-batch times the weights of a layer, `x Wᵀ`, and write out its first sum.

    The weights are drawn as they are stored, a neuron in each row; a small T after them says that
    the product takes their transpose.

    Args:
        x: The mini-batch, of shape `(batch, in_features)`: at most 5 × 5.
        weight: The weights, of shape `(out_features, in_features)`: at most 5 × 5; each row holds
            the weights of one neuron.

    Returns:
        The picture; the product is the one that [nnfp.batch.all_at_once][] returns without an
            activation.

    Raises:
        ValueError: If the shapes do not match, there are too many numbers, or the numbers are too
            long to be shown.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]]).title)
        x times W transposed: the rows 1 and 2, 3 and 4 become 19 and 22, 43 and 50
    """
    x, weight = tensor(x), tensor(weight)
    check_batch(x)
    product = all_at_once(x, weight, None, identity)
    (samples, inputs), neurons = x.shape, len(weight)
    check_count("samples", samples, 5)
    check_count("inputs", inputs, 5)
    check_count("neurons", neurons, 5)
    by_samples, by_inputs = counted(samples, "sample"), counted(inputs, "input")
    by_neurons = counted(neurons, "neuron")
    batch, weights, products = ([texts(row) for row in m] for m in (x, weight, product))
    left = _Matrix("x", by_samples, by_inputs, batch, INPUT, inputs)
    right = _Matrix("W", by_neurons, by_inputs, weights, WEIGHT, inputs, transposed=True)
    result = _Matrix("x Wᵀ", by_samples, by_neurons, products, RESULT, 1)
    figure, bottom = _draw_product(left, right, result)
    written, bottom = equation.write(batch[0], weights[0], [], products[0][0], bottom)
    title = (
        f"x times W transposed: the {plural(samples, 'row')} "
        f"{', '.join(map(listed, batch))} become{'s' if samples == 1 else ''} "
        f"{', '.join(map(listed, products))}"
    )
    return Picture(title, svg.document(title, bottom, figure + written))


GAP = 30  # the space for a sign


class _Matrix(NamedTuple):
    """A matrix in brackets: its name above it, its sizes below it.

    The first cells of its first row are outlined, as many as `outlined` says.
    """

    name: str
    height_label: str
    width_label: str
    rows: list[list[str]]
    color: str
    outlined: int
    transposed: bool = False

    @property
    def cell(self) -> float:
        return cell_width(self.rows)

    @property
    def width(self) -> float:
        labels = (self.height_label, f"× {self.width_label}")
        brackets = 34 if self.transposed else 16
        return max(self.cell * len(self.rows[0]) + brackets, *map(text_width, labels))

    @property
    def height(self) -> float:
        return ROW * len(self.rows)


def _draw_product(*matrices: _Matrix) -> tuple[str, float]:
    """Draw `x · Wᵀ = x Wᵀ` on as many lines as it needs; return the content and its height."""
    lines: list[list[tuple[str, _Matrix]]] = [[]]
    for sign, matrix in zip(("", "·", "="), matrices, strict=True):
        if lines[-1] and _width_of([*lines[-1], (sign, matrix)]) > WIDTH - 8:
            lines.append([])
        lines[-1].append((sign, matrix))
    content = ""
    top = 40.0
    for line in lines:
        width = _width_of(line)
        if width > WIDTH:
            longest = max((", ".join(row) for _, matrix in line for row in matrix.rows), key=len)
            raise ValueError(f"expected rows that fit into a picture, got the row {longest}")
        height = max(matrix.height for _, matrix in line)
        x = (WIDTH - width) / 2
        for sign, matrix in line:
            if sign:
                content += svg.text(x + GAP / 2, top + height / 2, sign, size=28)
                x += GAP
            content += _draw_matrix(matrix, x + matrix.width / 2, top + height / 2)
            x += matrix.width
        top += height + 108
    return content, top - 54


def _width_of(line: list[tuple[str, _Matrix]]) -> float:
    return sum(matrix.width + (GAP if sign else 0) for sign, matrix in line)


def _draw_matrix(matrix: _Matrix, x: float, y: float) -> str:
    """Draw a matrix centered at `(x, y)`."""
    left = x - matrix.cell * len(matrix.rows[0]) / 2
    top, bottom = y - matrix.height / 2, y + matrix.height / 2
    wide = matrix.cell * matrix.outlined - 6
    outline = svg.box(left + 3, top + 3, wide, ROW - 6, matrix.color, corner=8, stroke=1.5)
    content = draw_table(
        matrix.name,
        matrix.rows,
        matrix.color,
        (x, y),
        transposed=matrix.transposed,
        behind=outline,
    )
    content += svg.text(x, bottom + 22, matrix.height_label, faint=True)
    return content + svg.text(x, bottom + 44, f"× {matrix.width_label}", faint=True)
