"""The figure of a mini-batch cut into shards, one for each copy of a model with one weight."""

from collections.abc import Iterable, Sequence
from typing import SupportsFloat

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RADIUS, RESULT, WEIGHT, WIDTH
from nnfp.draw.values import row
from nnfp.draw.words import listed, number

LEFT = 96  # the names of the rows are left of it
ROWS = {"samples": 24, "weight": 100, "gradients": 184, "mean": 268}
CELL = 36


def shards(
    samples: Sequence[Iterable[SupportsFloat]],
    weight: SupportsFloat,
    gradients: Iterable[SupportsFloat],
) -> Picture:
    """Draw how copies of a model, each with its shard of a mini-batch, average their gradients.

    Args:
        samples: The samples of each shard: from 1 to 4 shards with together at most 8 samples.
        weight: The weight, the same in each copy.
        gradients: The gradient of each copy, from its shard.

    Returns:
        The picture, which also shows the mean of the gradients.

    Raises:
        ValueError: If there are too many shards or samples, a shard is empty, a number is too long
            to be shown, or there is not one gradient for each shard.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.shards([[1, 2], [3, 4]], 1, [-10, -50]).title)
        Shards 1, 2 and 3, 4 of a mini-batch, with the weight 1: gradients −10 and −50, mean −30
    """
    check_count("shards", len(samples), 4)
    cells = [list(map(number, row(shard))) for shard in samples]
    for shard in cells:
        check_count("samples in each shard", len(shard), 8)
        for sample in shard:
            check_words("samples", sample, 3)
    check_count("samples", sum(map(len, cells)), 8)
    [w], slopes = row([weight]), row(gradients)
    if len(slopes) != len(cells):
        raise ValueError(f"expected {len(cells)} gradients, one for each shard, got {len(slopes)}")
    mean, written = number(sum(slopes) / len(slopes)), list(map(number, slopes))
    for text in (number(w), mean, *written):
        check_words("a weight and gradients", text, 7)
    half = svg.half_width([number(w), mean, *written])
    content = "".join(svg.text(8, y, name, anchor="start", faint=True) for name, y in ROWS.items())
    middle = (LEFT + WIDTH) / 2
    # Half of the free space goes between the shards, and a quarter to each end.
    free = (WIDTH - LEFT - CELL * sum(map(len, cells))) / len(cells)
    left = LEFT + free / 2
    for shard, slope in zip(cells, written, strict=True):
        x = left + CELL * len(shard) / 2
        content += _shard(shard, left)
        content += svg.line(x, ROWS["samples"] + 17, x, ROWS["weight"] - RADIUS)
        content += svg.node(x, ROWS["weight"], number(w), WEIGHT, half)
        content += svg.line(x, ROWS["weight"] + RADIUS, x, ROWS["gradients"] - RADIUS)
        content += svg.node(x, ROWS["gradients"], slope, RESULT, half)
        content += svg.line(x, ROWS["gradients"] + RADIUS, middle, ROWS["mean"] - RADIUS)
        left += CELL * len(shard) + free
    content += svg.node(middle, ROWS["mean"], mean, RESULT, half, ring=True)
    title = (
        f"Shards {listed([', '.join(shard) for shard in cells])} of a mini-batch, with the weight "
        f"{number(w)}: gradients {listed(written)}, mean {mean}"
    )
    return Picture(title, svg.document(title, ROWS["mean"] + RADIUS + 12, content))


def _shard(shard: Sequence[str], left: float) -> str:
    """Draw the samples of a shard side by side."""
    content, y = "", ROWS["samples"]
    for i, sample in enumerate(shard):
        x = left + CELL * i
        content += svg.box(x + 1, y - 17, CELL - 2, 34, INPUT, corner=3)
        content += svg.text(x + CELL / 2, y, sample, INPUT)
    return content
