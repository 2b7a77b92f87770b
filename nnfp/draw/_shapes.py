"""The figure of matrix products whose shapes matter and whose numbers do not."""

from collections.abc import Sequence

from nnfp.draw import svg
from nnfp.draw.checks import check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, WIDTH, text_width
from nnfp.draw.words import listed

Matrix = tuple[str, tuple[int, int]]

CELL = 20
GAP = 34  # between matrices, with a sign in it


def shapes(*products: Sequence[Matrix]) -> Picture:
    """Draw matrix products as grids of cells, one product on each line.

    In each product, the first row of the first matrix, the first column of the second one and the
    entry where they meet are filled.

    Args:
        products: Each is three matrices: two factors and their product. A matrix is its name and
            its shape, such as `("x", (3, 2))`. A name with `x` in it has the color of inputs, one
            with `W` that of weights.

    Returns:
        The picture.

    Raises:
        ValueError: If there are no products, a product does not have three matrices, their shapes
            do not match, a side is longer than 6, or a name is too long to be shown.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.shapes([("x", (3, 2)), ("Wᵀ", (2, 4)), ("y", (3, 4))]).title)
        x (3×2) times Wᵀ (2×4) is y (3×4)
    """
    if not products:
        raise ValueError("expected at least one product, got none")
    content, titles, top = "", [], 0.0
    for product in products:
        _check(product)
        drawn, top = _product(product, top)
        content += drawn
        left, right, result = (f"{name} ({rows}×{columns})" for name, (rows, columns) in product)
        titles.append(f"{left} times {right} is {result}")
    title = listed(titles)
    return Picture(title, svg.document(title, top + 6, content))


def _check(product: Sequence[Matrix]) -> None:
    if len(product) != 3:
        raise ValueError(f"expected three matrices, two factors and a product, got {len(product)}")
    (_, (rows, inner)), (_, (inner_too, columns)), (_, result) = product
    if inner != inner_too or result != (rows, columns):
        written = ", ".join(f"{name} {shape}" for name, shape in product)
        raise ValueError(f"expected shapes (n, k), (k, m) and (n, m), got {written}")
    for side in (rows, inner, columns):
        check_count("rows or columns", side, 6)


def _product(product: Sequence[Matrix], top: float) -> tuple[str, float]:
    """Draw a product below `top`; return its content and where it ends."""
    widths = [max(CELL * columns, text_width(name)) for name, (_, columns) in product]
    labels = [text_width(str(rows)) + 8 for _, (rows, _) in product]
    total = sum(widths) + sum(labels) + 2 * GAP
    if total > WIDTH:
        names = ", ".join(name for name, _ in product)
        raise ValueError(f"expected names that fit into a picture, got {names}")
    height = CELL * max(rows for _, (rows, _) in product)
    middle = top + 56 + height / 2
    x = (WIDTH - total) / 2
    content = ""
    filled = ("row", "column", "entry")
    for i, (matrix, width, label) in enumerate(zip(product, widths, labels, strict=True)):
        if i:
            content += svg.text(x + GAP / 2, middle, "·="[i - 1], size=28)
            x += GAP
        x += label
        content += _matrix(matrix, x + width / 2, middle, filled[i])
        x += width
    return content, middle + height / 2 + 8


def _matrix(matrix: Matrix, x: float, y: float, filled: str) -> str:
    """Draw a grid centered at `(x, y)`, its name above it and the lengths of its sides."""
    name, (rows, columns) = matrix
    color = INPUT if "x" in name else WEIGHT if "W" in name else RESULT
    left, top = x - CELL * columns / 2, y - CELL * rows / 2
    content = svg.text(x, top - 38, name, color)
    content += svg.text(x, top - 13, str(columns), faint=True)
    content += svg.text(left - 8, y, str(rows), anchor="end", faint=True)
    for i in range(rows):
        for j in range(columns):
            content += svg.box(
                left + CELL * j + 1,
                top + CELL * i + 1,
                CELL - 2,
                CELL - 2,
                color,
                corner=3,
                stroke=1,
            )
    wide = columns if filled == "row" else 1
    high = rows if filled == "column" else 1
    return content + svg.box(
        left - 2, top - 2, CELL * wide + 4, CELL * high + 4, color, corner=5, stroke=2
    )
