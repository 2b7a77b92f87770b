"""Test the figure of a layer."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnfp import all_at_once, draw
from nnfp.draw.words import number
from tests.nnfp.draw.figures import attribute, boxes, elements, texts

SHORT = st.integers(-99, 99).map(float)


def test_a_layer_shows_each_weight_on_its_edge() -> None:
    picture = draw.layer([1, 2], [[5, 7], [6, 8]])
    assert texts(picture, "weight") == ["5", "7", "6", "8"]
    assert texts(picture, "input") == ["1", "2"]
    edges = [line for line in elements(picture, "line") if "weight" in attribute(line, "style")]
    placed = dict(boxes(picture))
    for weight, edge in zip(["5", "7", "6", "8"], edges, strict=True):
        x1, y1, x2, y2 = (float(attribute(edge, name)) for name in ("x1", "y1", "x2", "y2"))
        left, top, right, bottom = placed[weight]
        share = ((left + right) / 2 - x1) / (x2 - x1)
        assert y1 + share * (y2 - y1) == pytest.approx((top + bottom) / 2, abs=1)


def test_a_layer_shows_all_numbers_of_each_neuron() -> None:
    shown = texts(draw.layer([1, 2], [[5, 7], [6, 8]], [-20, 0.5]))
    assert shown[6:12] == ["−1", "0", "bias −20", "22.5", "22.5", "bias 0.5"]


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_the_numbers_equal_those_of_nnfp_linear(
    data: st.DataObject, inputs: int, neurons: int
) -> None:
    row = st.lists(SHORT, min_size=inputs, max_size=inputs)
    x = data.draw(row)
    weight = data.draw(st.lists(row, min_size=neurons, max_size=neurons))
    sums = all_at_once(torch.tensor(x), torch.tensor(weight), None, lambda z: z)
    outputs = all_at_once(torch.tensor(x), torch.tensor(weight))
    expected = [
        number(value)
        for pair in zip(sums.tolist(), outputs.tolist(), strict=True)
        for value in pair
    ]
    start = inputs * neurons + inputs
    assert texts(draw.layer(x, weight))[start : start + 2 * neurons] == expected


def test_the_headings_are_plural_where_there_are_several() -> None:
    assert texts(draw.layer([1], [[5], [6]]))[-5:] == [
        *("input", "weights", "sums", "ReLU", "outputs")
    ]


def test_the_title_says_what_the_figure_shows() -> None:
    assert draw.layer([3], [[5], [-6]], [1, 2]).title == (
        "Layer of 2 neurons with input 3, weights 5, −6, biases 1 and 2: ReLU gives 16 and 0"
    )
    assert draw.layer([3], [[5]], [1]).title == (
        "Layer of 1 neuron with input 3, weights 5, bias 1: ReLU gives 16"
    )
    assert draw.layer([3], [[5]]).title == (
        "Layer of 1 neuron with input 3, weights 5: ReLU gives 15"
    )


@pytest.mark.parametrize(
    ("x", "weight", "bias", "sentence"),
    [
        ([1] * 5, [[1] * 5], None, "expected 1 to 4 inputs in a picture, got 5"),
        ([1], [[1]] * 5, None, "expected 1 to 4 neurons in a picture, got 5"),
        ([], [[]], None, "expected 1 to 4 inputs in a picture, got 0"),
        ([[1, 2]], [[1, 2]], None, r"one sample .* got shape \(1, 2\)"),
        ([1], [[1, 2]], None, r"expected the last dimension .* 2 .*\(1,\)"),
        ([1], [], None, r"expected weights .*\(0,\)"),
        ([1], [1], None, r"expected weights .*\(1,\)"),
        ([1], [[1]], [1, 2], "expected 1 biases"),
        ([1], [[-1.2e-7]], None, "fit into a circle of a picture, got −1.2×10⁻⁷"),
    ],
)
def test_a_layer_that_cannot_be_drawn_is_rejected(
    x: list[float], weight: list[list[float]], bias: list[float] | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.layer(x, weight, bias)


def test_parts_are_found_by_their_names() -> None:
    """The site's scripts depend on these names."""
    picture = draw.layer([1, 2], [[5, 7], [6, 8]], [3, 4])
    # Of the two groups of a weight, the second one has its number; the first one is its edge.
    numbers = {
        attribute(group, "data-part"): "".join(group.itertext()).strip()
        for group in elements(picture, "g")
    }
    expected = {"input-1": "1", "weight-1-2": "7", "weight-2-1": "6", "bias-2": "bias 4"}
    expected |= {"sum-1": "22", "output-2": "26"}
    assert {name: numbers[name] for name in expected} == expected
    single = {attribute(group, "data-part") for group in elements(draw.neuron([1], [5], 2), "g")}
    assert {"input-1", "weight-1", "bias", "sum", "output", "equation"} <= single
