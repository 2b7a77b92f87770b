"""Test the figure of a mini-batch times the weights of a layer."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnfp import all_at_once, draw
from nnfp.draw.words import number
from tests.nnfp.draw.figures import EXAMPLES, attribute, boxes, elements, texts

SHORT = st.integers(-9, 9).map(float)
SIZE = st.integers(1, 5)


def test_a_product_shows_its_three_matrices() -> None:
    picture = draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]])
    assert texts(picture) == [
        *["x", "1", "2", "3", "4", "2 samples", "× 2 inputs", "·"],
        *["W", "T", "5", "7", "6", "8", "2 neurons", "× 2 inputs", "="],
        *["x Wᵀ", "19", "22", "43", "50", "2 samples", "× 2 neurons"],
        "1·5 + 2·7 = 19",
    ]


@given(st.data(), SIZE, SIZE, SIZE)
def test_the_product_equals_that_of_nnfp_linear(
    data: st.DataObject, samples: int, inputs: int, neurons: int
) -> None:
    row = st.lists(SHORT, min_size=inputs, max_size=inputs)
    x = data.draw(st.lists(row, min_size=samples, max_size=samples))
    weight = data.draw(st.lists(row, min_size=neurons, max_size=neurons))
    product = all_at_once(torch.tensor(x), torch.tensor(weight), None, lambda z: z)
    shown = texts(draw.matmul(x, weight))
    start = shown.index("x Wᵀ") + 1
    expected = [number(value) for value in product.flatten().tolist()]
    assert shown[start : start + samples * neurons] == expected


def test_matrices_of_one_row_or_column_have_singular_sizes() -> None:
    shown = texts(draw.matmul([[3]], [[2]]))
    assert {"1 sample", "× 1 input", "1 neuron", "× 1 neuron"} <= set(shown)


def test_the_title_says_what_the_figure_shows() -> None:
    assert draw.matmul([[1, 2]], [[5, 7]]).title == (
        "x times W transposed: the row 1 and 2 becomes 19"
    )


def test_a_product_outlines_a_sample_with_a_neuron() -> None:
    picture = draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]])
    outlines = [
        [float(attribute(rect, name)) for name in ("x", "y", "width", "height")]
        for rect in elements(picture, "rect")
    ]
    inside = [
        [
            content
            for content, (left, top, right, bottom) in boxes(picture)
            if x < left and y < top and right < x + width and bottom < y + height
        ]
        for x, y, width, height in outlines
    ]
    assert inside == [["1", "2"], ["5", "7"], ["19"]]


def test_matrices_that_do_not_fit_next_to_each_other_are_below_each_other() -> None:
    short, long = draw.matmul([[1] * 5] * 5, [[1] * 5] * 5), EXAMPLES["long matmul"]()
    for picture, lines in ((short, 1), (long, 3)):
        tops = {box[1] for content, box in boxes(picture) if content in ("x", "W", "x Wᵀ")}
        assert len(tops) == lines


@pytest.mark.parametrize(
    ("x", "weight", "sentence"),
    [
        ([1, 2], [[1, 2]], r"a mini-batch of shape \(batch, in_features\), got shape \(2,\)"),
        ([[[1, 2]]], [[1, 2]], r"a mini-batch .* got shape \(1, 1, 2\)"),
        ([], [[1, 2]], r"a mini-batch .* got shape \(0,\)"),
        ([[1, 2]], [1, 2], r"expected weights .*\(2,\)"),
        ([[1, 2]], [[1]], r"expected the last dimension .* 1 .*\(1, 2\)"),
        ([[1]] * 6, [[1]], "expected 1 to 5 samples in a picture, got 6"),
        ([[1] * 6], [[1] * 6], "expected 1 to 5 inputs in a picture, got 6"),
        ([[1]], [[1]] * 6, "expected 1 to 5 neurons in a picture, got 6"),
        ([[-1.2e-7] * 5], [[1] * 5], "got the row −1.2×10⁻⁷, −1.2×10⁻⁷"),
    ],
)
def test_a_product_that_cannot_be_drawn_is_rejected(
    x: list[list[float]], weight: list[list[float]], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.matmul(x, weight)
