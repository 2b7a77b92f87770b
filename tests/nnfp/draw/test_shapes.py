"""Test the figure of matrix products as grids."""

from collections.abc import Sequence
from typing import Any

import pytest

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

PRODUCT = [("x", (3, 2)), ("Wᵀ", (2, 4)), ("y", (3, 4))]


def boxes(picture: Picture, corner: str) -> list[tuple[float, ...]]:
    """Return where the boxes with these corners are, and how large."""
    names = ("x", "y", "width", "height")
    return [
        tuple(float(attribute(box, name)) for name in names)
        for box in elements(picture, "rect")
        if box.get("rx") == corner
    ]


def test_each_matrix_has_its_cells_and_lengths() -> None:
    picture = draw.shapes(PRODUCT)
    assert len(boxes(picture, "3")) == 3 * 2 + 2 * 4 + 3 * 4
    assert texts(picture) == ["x", "2", "3", "·", "Wᵀ", "4", "2", "=", "y", "4", "3"]


def test_inputs_and_weights_have_their_colors() -> None:
    picture = draw.shapes(PRODUCT)
    assert texts(picture, "input") == ["x"]
    assert texts(picture, "weight") == ["Wᵀ"]
    colors = [attribute(box, "style") for box in elements(picture, "rect")]
    assert sum("--nnfp-input" in style for style in colors) == 3 * 2 + 1
    assert sum("--nnfp-weight" in style for style in colors) == 2 * 4 + 1


@pytest.mark.parametrize("entry", [(0, 0), (2, 3), (1, 2)])
def test_an_entry_is_framed_with_its_row_and_column(entry: tuple[int, int]) -> None:
    picture = draw.shapes(PRODUCT, entry=entry)
    cells = boxes(picture, "3")
    row, column = entry
    x, weight, y = cells[:6], cells[6:14], cells[14:]
    inside = [x[2 * row : 2 * row + 2], weight[column::4], [y[4 * row + column]]]
    for (left, top, width, height), framed in zip(boxes(picture, "5"), inside, strict=True):
        assert (left, top) == (framed[0][0] - 3, framed[0][1] - 3)
        assert left + width == framed[-1][0] + framed[-1][2] + 3
        assert top + height == framed[-1][1] + framed[-1][3] + 3


def test_products_are_below_each_other() -> None:
    one, two = draw.shapes(PRODUCT), draw.shapes(PRODUCT, PRODUCT)
    assert texts(two) == texts(one) * 2
    tops = [box[1] for box in boxes(two, "3")]
    assert max(tops[:26]) + 20 < min(tops[26:])
    assert two.title == f"{one.title} and {one.title}"


def test_matrices_of_a_product_are_next_to_each_other_and_centered() -> None:
    lefts = sorted({box[0] for box in boxes(draw.shapes(PRODUCT), "3")})
    assert lefts[0] > 20 and lefts[-1] + 18 < 460
    middles = [box[1] + box[3] / 2 for box in boxes(draw.shapes(PRODUCT), "3")]
    assert {sum(m) / len(m) for m in (middles[:6], middles[6:14], middles[14:])} == {86.0}


@pytest.mark.parametrize(
    ("products", "entry", "sentence"),
    [
        ([], (0, 0), "expected at least one product, got none"),
        ([PRODUCT[:2]], (0, 0), "expected three matrices, two factors and a product, got 2"),
        (
            [[("x", (3, 2)), ("W", (4, 2)), ("y", (3, 2))]],
            (0, 0),
            r"\(n, k\), \(k, m\) and \(n, m\), got x \(3, 2\), W \(4, 2\), y \(3, 2\)",
        ),
        ([[("x", (3, 2)), ("W", (2, 4)), ("y", (4, 3))]], (0, 0), r"y \(4, 3\)"),
        ([[("x", (7, 1)), ("W", (1, 1)), ("y", (7, 1))]], (0, 0), "1 to 6 rows or columns .* 7"),
        ([[("x", (1, 0)), ("W", (0, 1)), ("y", (1, 1))]], (0, 0), "1 to 6 rows or columns .* 0"),
        ([[("x" * 40, (1, 1)), ("W", (1, 1)), ("y", (1, 1))]], (0, 0), "names that fit .* W, y"),
        ([PRODUCT], (3, 0), r"an entry of a matrix of shape \(3, 4\), got \(3, 0\)"),
        ([PRODUCT], (0, 4), r"got \(0, 4\)"),
        ([PRODUCT], (-1, 0), r"got \(-1, 0\)"),
        ([PRODUCT], (0, -1), r"got \(0, -1\)"),
    ],
)
def test_products_that_cannot_be_drawn_are_rejected(
    products: Sequence[Any], entry: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.shapes(*products, entry=entry)
