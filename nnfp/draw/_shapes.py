"""The figure of matrix products whose shapes matter and whose numbers do not."""

from collections.abc import Sequence

from nnfp.draw import svg
from nnfp.draw.checks import check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WEIGHT, WIDTH, text_width
from nnfp.draw.words import listed

Matrix = tuple[str, tuple[int, int]]
"""The name of a matrix and its shape, such as `("x", (3, 2))`."""

CELL = 20
GAP = 34  # between matrices, with a sign in it


def shapes(*products: Sequence[Matrix], entry: tuple[int, int] = (0, 0)) -> Picture:
    """Draw matrix products as grids of cells, one product on each line.

    One entry of each result is framed, with the row and the column that it is computed from.

    Args:
        products: Each is three matrices: two factors and their product. A matrix is its name and
            its shape, such as `("x", (3, 2))`. A name with `x` in it has the color of inputs, one
            with `W` that of weights.
        entry: The row and the column of the framed entry, counted from 0.

    Returns:
        The picture.

    Raises:
        ValueError: If there are no products, a product does not have three matrices, their shapes
            do not match, a side is longer than 6, a name is too long to be shown, or a result does
            not have this entry.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.shapes([("x", (3, 2)), ("Wᵀ", (2, 4)), ("y", (3, 4))]).title)
        x (3×2) times Wᵀ (2×4) is y (3×4)
    """
    if not products:
        raise ValueError("expected at least one product, got none")
    content, titles, top = "", [], 0.0
    for product in products:
        _check(product, entry)
        drawn, top = _product(product, top, entry)
        content += drawn
        left, right, result = (f"{name} ({rows}×{columns})" for name, (rows, columns) in product)
        titles.append(f"{left} times {right} is {result}")
    title = listed(titles)
    return Picture(title, svg.document(title, top + 6, content))


def _check(product: Sequence[Matrix], entry: tuple[int, int]) -> None:
    if len(product) != 3:
        raise ValueError(f"expected three matrices, two factors and a product, got {len(product)}")
    (_, (rows, inner)), (_, (inner_too, columns)), (_, result) = product
    if inner != inner_too or result != (rows, columns):
        written = ", ".join(f"{name} {shape}" for name, shape in product)
        raise ValueError(f"expected shapes (n, k), (k, m) and (n, m), got {written}")
    for side in (rows, inner, columns):
        check_count("rows or columns", side, 6)
    if not (0 <= entry[0] < rows and 0 <= entry[1] < columns):
        raise ValueError(f"expected an entry of a matrix of shape {result}, got {entry}")


def _product(product: Sequence[Matrix], top: float, entry: tuple[int, int]) -> tuple[str, float]:
    """Draw a product below `top`; return its content and where it ends."""
    widths = [max(CELL * columns, text_width(name)) for name, (_, columns) in product]
    sides = [text_width(str(rows)) + 8 for _, (rows, _) in product]
    total = sum(widths) + sum(sides) + 2 * GAP
    if total > WIDTH:
        names = ", ".join(name for name, _ in product)
        raise ValueError(f"expected names that fit into a picture, got {names}")
    height = CELL * max(rows for _, (rows, _) in product)
    middle = top + 56 + height / 2
    # The framed cells of each matrix: a row, a column, and the entry where they meet.
    row, column = entry
    frames = [(row, None), (None, column), (row, column)]
    x = (WIDTH - total) / 2
    content = ""
    for i, (matrix, width, side) in enumerate(zip(product, widths, sides, strict=True)):
        if i:
            content += svg.text(x + GAP / 2, middle, "·="[i - 1], size=28)
            x += GAP
        x += side
        content += _matrix(matrix, x + width / 2, middle, *frames[i])
        x += width
    return content, middle + height / 2 + 8


def _matrix(matrix: Matrix, x: float, y: float, row: int | None, column: int | None) -> str:
    """Draw a grid centered at `(x, y)`, with its name, its lengths, and a frame around cells."""
    name, (rows, columns) = matrix
    color = INPUT if "x" in name else WEIGHT if "W" in name else RESULT
    left, top = x - CELL * columns / 2, y - CELL * rows / 2
    content = svg.text(x, top - 38, name, color)
    content += svg.text(x, top - 13, str(columns), faint=True)
    content += svg.text(left - 8, y, str(rows), anchor="end", faint=True)
    for i in range(rows):
        for j in range(columns):
            place = (left + CELL * j + 1, top + CELL * i + 1)
            content += svg.box(*place, CELL - 2, CELL - 2, color, corner=3, stroke=1)
    first_row, high = (0, rows) if row is None else (row, 1)
    first_column, wide = (0, columns) if column is None else (column, 1)
    corner = (left + CELL * first_column - 2, top + CELL * first_row - 2)
    return content + svg.box(*corner, CELL * wide + 4, CELL * high + 4, color, corner=5)
