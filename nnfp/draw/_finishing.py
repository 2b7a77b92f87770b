"""The figure of a transformer that finishes a name: its attention, and the next letter."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor

from nnfp.attention import Block, Transformer, attention_weights
from nnfp.draw import svg
from nnfp.draw._reading import percent
from nnfp.draw.checks import check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WIDTH
from nnfp.draw.words import listed
from nnfp.letters import LETTERS, windows

# docs/assets/explore-finish.js draws the same picture.
MOST = 15  # letters in a name
LEFT, RIGHT = 136, 476  # where the cells begin and end
WIDEST = 44  # a column of cells, if there are few
TOP = 34  # where the cells begin
ROW = 22  # from one head to the next
GAP = 10  # between blocks
FIRST, COLUMN = 12, 17.5  # the middle of the first bar, and the way to the next one
TALLEST = 64  # the bar of the largest probability
NAMED = 3  # how many letters the title names


def finishing(net: Transformer, start: str) -> Picture:
    """Draw how a transformer goes on after the start of a name.

    For each head, the picture shows how much the last letter attends to each letter so far: the
    darker a cell, the more. The bars show how probable each letter is as the next one, compared
    with the likeliest; the dot is the end of the name. In dark color schemes, cells with larger
    numbers are lighter.

    Args:
        net: A transformer with up to 10 heads in all of its blocks.
        start: Up to 15 letters with which a name begins, from a to z.

    Returns:
        The picture. Its probabilities are the softmax of the logits after the last letter.

    Raises:
        ValueError: If there are too many heads or letters, or `start` has another character.

    Examples:
        >>> import torch
        >>> from nnfp import draw
        >>> from nnfp.attention import Transformer
        >>> net = Transformer()
        >>> with torch.no_grad():
        ...     _ = net.head.weight.zero_()
        ...     net.head.bias[[13, 1, 0]] = torch.tensor([9.0, 8, 7])
        >>> print(draw.finishing(net, "ad").title)
        After ad, the likeliest are m with 66%, a with 24% and the end with 8%
    """
    if len(start) > MOST:
        raise ValueError(f"expected at most {MOST} letters, got {len(start)}: {start!r}")
    letters = windows([start], size=1)[0].flatten()
    attention, probabilities = _read(net, letters)
    check_count("heads", sum(map(len, attention)), 10)
    content, bottom = _attention(f".{start}", attention)
    content += _bars(probabilities.tolist(), bottom + 50 + TALLEST)
    place = f"After {start}" if start else "At the start"
    title = f"{place}, the likeliest are {listed(_likeliest(probabilities))}"
    return Picture(title, svg.document(title, bottom + 50 + TALLEST + 26, content))


def _read(net: Transformer, letters: Tensor) -> tuple[list[Tensor], Tensor]:
    """Return what the last letter attends to, for the heads of each block, and what may follow."""
    attention = []
    with torch.no_grad():
        probabilities = net(letters)[-1].softmax(0)  # This checks the number of letters.
        rows = net.embedding(letters) + net.position.weight[: len(letters)]
        for block in cast(Iterable[Block], net.blocks):
            query, key, _ = block.attention.split(block.norm1(rows))
            attention.append(attention_weights(query, key, block.attention.is_causal)[:, -1])
            rows = block(rows)
    return attention, probabilities


def _likeliest(probabilities: Tensor) -> list[str]:
    """Name the likeliest letters."""
    shares, letters = probabilities.topk(NAMED)
    names = ["the end" if letter == 0 else LETTERS[letter] for letter in letters.tolist()]
    return [f"{name} with {percent(p)}" for name, p in zip(names, shares.tolist(), strict=True)]


def _attention(letters: str, attention: list[Tensor]) -> tuple[str, float]:
    """Draw a row of cells for each head, and return it with where the last row ends."""
    wide = min(WIDEST, (RIGHT - LEFT) / len(letters))
    heads, y = "", float(TOP)
    for i, block in enumerate(attention, 1):
        heads += svg.text(4, y + ROW / 2, f"block {i}", anchor="start", faint=True)
        for j, shares in enumerate(block.tolist(), 1):
            content = svg.text(LEFT - 8, y + ROW / 2, f"head {j}", anchor="end")
            content += svg.box(
                LEFT, y + 1, wide * len(letters), ROW - 3, RESULT, corner=2, stroke=1
            )
            for k, share in enumerate(shares):
                content += svg.cell(LEFT + wide * k + 1, y + 2, wide - 2, ROW - 5, RESULT, share)
            heads += svg.part(f"head-{i}-{j}", content)
            y += ROW
        y += GAP
    bottom = y - GAP
    columns = ""
    for k, letter in enumerate(letters):
        content = svg.text(LEFT + wide * (k + 0.5), 16, letter, INPUT)
        columns += svg.part(f"letter-{k}", content)
    who = svg.part("who", svg.text(LEFT - 8, 16, f"{letters[-1]} attends to", anchor="end"))
    return who + heads + columns, bottom


def _bars(probabilities: list[float], bottom: float) -> str:
    """Draw a letter below a bar for each probability, and write the largest one."""
    largest = max(probabilities)
    content = svg.text(4, bottom - TALLEST - 28, "the next letter", anchor="start", faint=True)
    for i, (letter, probability) in enumerate(zip(LETTERS, probabilities, strict=True)):
        x, height = FIRST + COLUMN * i, TALLEST * probability / largest
        bar = svg.cell(x - 6, bottom - height, 12, height, RESULT, 1)
        bar += svg.text(x, bottom + 13, letter, faint=probability < largest)
        content += svg.part(f"next-{i}", bar)
    x = max(FIRST + COLUMN * probabilities.index(largest), 24)
    share = svg.text(min(x, WIDTH - 24), bottom - TALLEST - 10, percent(largest))
    return content + svg.part("share", share)
