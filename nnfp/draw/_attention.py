"""The figure of how much each letter of a text attends to the letters so far."""

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import RESULT, WIDTH
from nnfp.draw.values import Numbers, tensor

CELL = (38, 28)  # the width and the height of a cell, in pixels
TOP = 60  # where the cells begin
SHOWN = 0.1  # smaller weights get no number


def attention(weights: Numbers, text: str) -> Picture:
    """Draw a table of attention weights: a row for each letter, with its weights in percent.

    The larger a weight, the darker its cell; in dark color schemes, the lighter. Weights of
    less than 10% have no number.

    Args:
        weights: Shape `(n, n)`, from 0 to 1: a row holds the weights of a letter, as
            [nnfp.attention.attention_weights][] returns them.
        text: The n letters, from 1 to 10.

    Returns:
        The picture. Its title says which letter each one attends to most.

    Raises:
        ValueError: If there are too few or too many letters, the table has another shape, or its
            numbers are not from 0 to 1.
        TypeError: If `weights` holds something other than numbers, or `text` is not text.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.attention([[1, 0], [0.25, 0.75]], "ma").title)
        How much each letter attends to the letters so far: m most to m (100%); a most to a (75%)
    """
    check_words("letters", text, 10)
    check_count("letters", len(text), 10)
    table, size = tensor(weights), len(text)
    if table.shape != (size, size):
        raise ValueError(f"expected weights of shape ({size}, {size}), got {tuple(table.shape)}")
    outside = table[~((table >= 0) & (table <= 1))]
    if len(outside):
        raise ValueError(f"expected weights from 0 to 1, got {outside[0]:g}")
    width, height = CELL
    left = (WIDTH - size * width) / 2 + 20
    content = svg.text(left + size * width / 2, 14, "attends to", faint=True)
    content += svg.text(left - 8, 42, "letter", anchor="end", faint=True)
    most = []
    for i, row in enumerate(table.tolist()):
        x, y = left + (i + 0.5) * width, TOP + (i + 0.5) * height
        content += svg.text(x, 42, text[i]) + svg.text(left - 18, y, text[i])
        for j, weight in enumerate(row):
            content += _cell(left + j * width, TOP + i * height, weight)
        j = row.index(max(row))
        most.append(f"{text[i]} most to {text[j]} ({100 * row[j]:.0f}%)")
    title = f"How much each letter attends to the letters so far: {'; '.join(most)}"
    return Picture(title, svg.document(title, TOP + size * height + 6, content))


def _cell(x: float, y: float, weight: float) -> str:
    width, height = CELL
    cell = svg.cell(x + 1, y + 1, width - 2, height - 2, RESULT, 0.4 * weight)
    if weight < SHOWN:
        return cell
    return cell + svg.text(x + width / 2, y + height / 2, f"{100 * weight:.0f}")
