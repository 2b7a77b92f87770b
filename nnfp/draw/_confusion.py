"""The figure of a table that counts which classes are taken for which."""

from nnfp.draw import svg
from nnfp.draw.checks import check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT
from nnfp.draw.values import Numbers, tensor

CELL = (40, 30)  # the width and the height of a cell, in pixels
LEFT, TOP = 66, 62  # where the cells begin


def confusion(table: Numbers) -> Picture:
    """Draw the counts of right and wrong choices; no count is drawn for 0.

    Args:
        table: Shape `(C, C)`, for 1 to 10 classes: a row is a right class, a column the class that
            was chosen, as [nnfp.classification.confusion][] returns it. Counts are up to 999.

    Returns:
        The picture. Right choices, on the diagonal, are tinted; wrong ones have a frame.

    Raises:
        ValueError: If the table is not square, has too few or too many classes, or has numbers that
            are not counts up to 999.
        TypeError: If something in it is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.confusion([[5, 0, 1], [0, 4, 0], [2, 0, 3]]).title)
        12 of 15 choices are right. Wrong: 0 taken for 2 (1), 2 taken for 0 (2)
    """
    counts = tensor(table)
    if counts.dim() != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"expected a table of shape (C, C), got {tuple(counts.shape)}")
    check_count("classes", len(counts), 10)
    wrong = counts[~((counts >= 0) & (counts <= 999) & (counts == counts.round()))]
    if len(wrong):
        raise ValueError(f"expected counts from 0 to 999, got {wrong[0]:g}")
    rows: list[list[int]] = counts.int().tolist()
    size = len(rows)
    width, height = CELL
    content = svg.text(LEFT + size * width / 2, 14, "chosen", faint=True)
    content += svg.text(LEFT - 10, 40, "right", anchor="end", faint=True)
    for i in range(size):
        content += svg.text(LEFT + (i + 0.5) * width, 40, str(i))
        content += svg.text(LEFT - 10, TOP + (i + 0.5) * height, str(i), anchor="end")
    content += _grid(size)
    mistakes = []
    for right, row in enumerate(rows):
        for chosen, count in enumerate(row):
            if count:
                content += _cell(right, chosen, count)
            if count and right != chosen:
                mistakes.append(f"{right} taken for {chosen} ({count})")
    title = f"{sum(rows[i][i] for i in range(size))} of {sum(map(sum, rows))} choices are right"
    title += f". Wrong: {', '.join(mistakes)}" if mistakes else ""
    return Picture(title, svg.document(title, TOP + size * height + 6, content))


def _grid(size: int) -> str:
    right, bottom = LEFT + size * CELL[0], TOP + size * CELL[1]
    lines = [[(LEFT, TOP + i * CELL[1]), (right, TOP + i * CELL[1])] for i in range(size + 1)]
    lines += [[(LEFT + i * CELL[0], TOP), (LEFT + i * CELL[0], bottom)] for i in range(size + 1)]
    return svg.path(*lines, width=1, opacity=0.2)


def _cell(right: int, chosen: int, count: int) -> str:
    width, height = CELL
    x, y = LEFT + chosen * width, TOP + right * height
    color = RESULT if right == chosen else INPUT
    box = svg.box(x + 2, y + 2, width - 4, height - 4, color, corner=3, stroke=int(right != chosen))
    return box + svg.text(x + width / 2, y + height / 2, str(count), color)
