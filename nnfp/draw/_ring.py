"""The figure of ranks that pass parts of their numbers around a ring."""

from collections.abc import Iterable, Sequence
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import RESULT, WIDTH
from nnfp.draw.values import row
from nnfp.draw.words import listed, number

TOP, CELL, PITCH = 32, 34, 42  # where the first cell begins, and how high cells and rows are


def ring(ranks: Sequence[Iterable[SupportsFloat]], turn: int = 0) -> Picture:
    """Draw the numbers of each rank, and which of them it sends to the next rank in a turn.

    In turn `t`, rank `r` sends part `r - t`, counted around the ring. The last rank sends to rank
    0.

    Args:
        ranks: The parts of each rank, one number for each: 2 to 4 ranks with as many parts.
        turn: The turn, counted from 0.

    Returns:
        The picture. The numbers that are sent are framed.

    Raises:
        ValueError: If there are too few or too many ranks, a rank has another number of parts, or
            a number is too long to be shown.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.ring([[1, 2], [10, 20]]).title)
        Ring of 2 ranks: rank 0 sends 1 to rank 1 and rank 1 sends 20 to rank 0
    """
    count = len(ranks)
    check_count("ranks", count, 4)
    parts = [list(map(number, row(rank))) for rank in ranks]
    for rank in parts:
        if len(rank) != count or count < 2:
            raise ValueError(
                f"expected at least 2 ranks with as many parts as there are ranks, "
                f"got {count} ranks, and one with {len(rank)} parts"
            )
        for part in rank:
            check_words("numbers", part, 6)
    column = (WIDTH - 72) / count
    width = min(78, column - 36)
    content, sent = "", []
    for i, rank in enumerate(parts):
        x = 36 + column * (i + 0.5)
        content += svg.text(x, 12, f"rank {i}")
        for j, part in enumerate(rank):
            top = TOP + PITCH * j
            content += svg.box(x - width / 2, top, width, CELL, RESULT, corner=3, stroke=1)
            content += svg.text(x, top + CELL / 2, part)
        sends = (i - turn) % count
        top = TOP + PITCH * sends
        content += svg.box(x - width / 2 - 3, top - 3, width + 6, CELL + 6, RESULT, corner=5)
        sent.append(f"rank {i} sends {rank[sends]} to rank {(i + 1) % count}")
        end, y = x + width / 2 + 3, top + CELL / 2
        if i < count - 1:
            content += svg.arrow(end, x + column - width / 2 - 4, y)
    # From the last rank below all others back to rank 0.
    bottom, start = TOP + PITCH * count + 12, 36 + column / 2 - width / 2 - 4
    content += svg.path([(end, y), (WIDTH - 12, y), (WIDTH - 12, bottom), (12, bottom), (12, y)])
    content += svg.arrow(12, start, y)
    title = f"Ring of {count} ranks: {listed(sent)}"
    return Picture(title, svg.document(title, bottom + 8, content))
