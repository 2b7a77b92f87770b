"""The figure of small images, each with a caption."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from torch import Tensor

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, LETTER, WIDTH
from nnfp.draw.values import Numbers, tensor
from nnfp.draw.words import counted

COLUMNS = 5
SIDE = 64  # of the space for an image, in pixels
LINE = SIDE + 2 * LETTER + 4  # from one row of images to the next
LEVELS = 8  # shades of the pixels, besides none

Line = tuple[float, float, int]  # where a horizontal line begins, and how long it is


def images(images: Numbers, captions: Sequence[str]) -> Picture:
    """Draw images, five in a row, with captions below them.

    The larger a number, the darker its pixel, in eight shades. In dark color schemes, pixels with
    larger numbers are lighter.

    Args:
        images: From 1 to 20 images, of shape `(N, rows, columns)` with at most 16 rows and columns.
            Their numbers are from 0 to 1.
        captions: A short text for each image.

    Returns:
        The picture.

    Raises:
        ValueError: If there are too few or too many images, rows or columns, a number is not from 0
            to 1, or the captions are too long or not as many as the images.
        TypeError: If something in `images` is not a number, or a caption is not text.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.images([[[0, 1], [1, 0]], [[1, 0], [0, 1]]], ["up", "down"]).title)
        2 images of 2 × 2 pixels: up; down
    """
    x = tensor(images)
    if x.dim() != 3:
        raise ValueError(f"expected images of shape (N, rows, columns), got {tuple(x.shape)}")
    check_count("images", len(x), 20)
    check_count("rows", x.shape[1], 16)
    check_count("columns", x.shape[2], 16)
    outside = x[~((x >= 0) & (x <= 1))]
    if len(outside):
        raise ValueError(f"expected numbers from 0 to 1, got {outside[0]:g}")
    if len(captions) != len(x):
        raise ValueError(f"expected a caption for each of {len(x)} images, got {len(captions)}")
    for caption in captions:
        check_words("captions", caption, 8)
    count, rows, columns = x.shape
    cell = SIDE // max(rows, columns)
    content = ""
    lines: list[list[Line]] = [[] for _ in range(LEVELS + 1)]
    for i, (image, caption) in enumerate(zip(x, captions, strict=True)):
        left = WIDTH / COLUMNS * (i % COLUMNS + 0.5) - cell * columns / 2
        top = 4 + LINE * (i // COLUMNS)
        frame = (left - 2, top - 2, cell * columns + 4, cell * rows + 4)
        content += svg.box(*frame, INPUT, corner=3, stroke=1)
        content += svg.text(left + cell * columns / 2, top + cell * rows + LETTER, caption)
        for level, line in _runs(image, left, top, cell):
            lines[level].append(line)
    for level in range(1, LEVELS + 1):
        if lines[level]:
            style = f"stroke: {INPUT}; stroke-width: {cell}; stroke-opacity: {level / LEVELS:g}"
            content += f'<path d="{_strokes(lines[level])}" style="{style}"/>\n'
    title = f"{counted(count, 'image')} of {rows} × {columns} pixels: {'; '.join(captions)}"
    return Picture(title, svg.document(title, LINE * ((count - 1) // COLUMNS + 1), content))


def _runs(image: Tensor, left: float, top: float, cell: int) -> Iterator[tuple[int, Line]]:
    """Yield a horizontal line for each run of pixels of one shade in a row, with the shade."""
    levels = (image * LEVELS).round().int().tolist()
    for i, row in enumerate(levels):
        x = left
        for level, run in groupby(row):
            width = cell * len(list(run))
            yield level, (x, top + cell * (i + 0.5), width)
            x += width


def _strokes(lines: list[Line]) -> str:
    """Write lines as a path; each begins at a distance from the end of the last, which is short."""
    d, end = "", (0.0, 0.0)
    for x, y, width in lines:
        d += f"m{svg.coord(x - end[0])} {svg.coord(y - end[1])}h{width}"
        end = (x + width, y)
    return d
