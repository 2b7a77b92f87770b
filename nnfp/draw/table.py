"""A matrix in brackets, as several figures draw it."""

from collections.abc import Sequence

from nnfp.draw import svg
from nnfp.draw.svg import text_width

ROW = 34  # the height of a row


def cell_width(rows: Sequence[Sequence[str]]) -> float:
    """Return how wide a column must be for the longest number."""
    return max(text_width(value) for row in rows for value in row) + 12


def draw_table(
    name: str,
    rows: Sequence[Sequence[str]],
    color: str,
    center: tuple[float, float],
    *,
    transposed: bool = False,
    behind: str = "",
) -> str:
    """Draw numbers in brackets, with a name above them; elements `behind` them may frame some."""
    x, y = center
    cell = cell_width(rows)
    left, right = x - cell * len(rows[0]) / 2, x + cell * len(rows[0]) / 2
    top, bottom = y - ROW * len(rows) / 2, y + ROW * len(rows) / 2
    content = svg.text(x, top - 24, name, color, size=20) if name else ""
    for inner, outer in ((left + 1, left - 6), (right - 1, right + 6)):
        content += svg.path([(inner, top), (outer, top), (outer, bottom), (inner, bottom)])
    if transposed:
        content += svg.text(right + 12, top + 6, "T", color)
    content += behind
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            content += svg.text(left + (j + 0.5) * cell, top + (i + 0.5) * ROW, value, color)
    return content
