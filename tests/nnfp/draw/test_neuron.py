"""Test the figure of a neuron."""

import re
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from nnfp import draw
from nnfp.draw import Picture
from nnfp.draw.words import number
from nnfp.neuron import neuron
from tests.nnfp.draw.figures import attribute, elements, texts

SHORT = st.integers(-99, 99)


def test_a_neuron_shows_all_of_its_numbers() -> None:
    picture = draw.neuron([0.5, -2.0, 3.0], [5.0, 7.0, -4.0], 1.0, torch.tanh)
    assert texts(picture) == [
        *("5", "7", "−4"),
        *("0.5", "−2", "3"),
        *("−22.5", "−1", "bias 1"),
        *("inputs", "weights", "sum", "tanh", "output"),
        "0.5·5 + (−2)·7 + 3·(−4) + 1 = −22.5",
    ]


def test_the_title_says_what_the_figure_shows() -> None:
    assert draw.neuron([0.5, -2, 3], [5, 7, -4], 1, torch.tanh).title == (
        "Neuron with inputs 0.5, −2 and 3, weights 5, 7 and −4, bias 1: "
        "the sum is −22.5, tanh gives −1"
    )
    assert draw.neuron([3], [2]).title == (
        "Neuron with input 3, weight 2: the sum is 6, ReLU gives 6"
    )


@given(st.lists(st.tuples(SHORT, SHORT), min_size=1, max_size=5), SHORT)
def test_the_numbers_equal_those_of_nnfp_neuron(terms: list[tuple[int, int]], b: int) -> None:
    x, w = ([float(term[i]) for term in terms] for i in (0, 1))
    total = number(neuron(x, w, b, lambda z: z).item())
    output = number(neuron(x, w, b).item())
    picture = draw.neuron(x, w, b)
    n = len(terms)
    assert texts(picture)[2 * n : 2 * n + 3] == [total, output, f"bias {number(b)}"]
    assert picture.title.endswith(f"the sum is {total}, ReLU gives {output}")


@pytest.mark.parametrize(
    ("weights", "total", "output"), [([5, 7], "19", "19"), ([5, -7], "−9", "0")]
)
def test_results_are_in_circles(weights: list[int], total: str, output: str) -> None:
    assert texts(draw.neuron([1, 2], weights))[2:6] == ["1", "2", total, output]


def test_the_sum_is_written_below_the_circles() -> None:
    picture = draw.neuron([1, 2], [5, 7])
    lowest_circle = max(
        float(attribute(rect, "y")) + float(attribute(rect, "height"))
        for rect in elements(picture, "rect")
    )
    assert lowest_circle < float(attribute(elements(picture, "text")[-1], "y"))


def test_a_long_sum_continues_on_the_next_line() -> None:
    shown = texts(draw.neuron([0.125, -1, 2.375, 0.25], [3.25, -0.5, 1.75, -2.125], -1))
    assert shown[-2:] == ["0.125·3.25 + (−1)·(−0.5) + 2.375·1.75", "+ 0.25·(−2.125) + (−1) = 3.531"]


def test_only_later_terms_have_brackets_around_a_negative_number() -> None:
    assert texts(draw.neuron([-1, -2], [-5, -7], -3))[-1] == "−1·(−5) + (−2)·(−7) + (−3) = 16"


def test_edges_go_from_each_input_to_the_sum() -> None:
    picture = draw.neuron([1, 2, 3], [4, 5, 6])
    edges = [e for e in elements(picture, "line") if "weight" in attribute(e, "style")]
    assert {(e.get("x1"), e.get("x2")) for e in edges} == {("70", "254")}
    assert [e.get("y1") for e in edges] == ["68", "160", "252"]
    assert {e.get("y2") for e in edges} == {"160"}


def test_a_sum_without_a_bias_has_no_bias() -> None:
    assert "bias" not in draw.neuron([1, 2], [5, 7]).svg


def test_a_bias_of_zero_is_shown() -> None:
    assert "bias 0" in texts(draw.neuron([1, 2], [5, 7], 0))


@pytest.mark.parametrize("b", [[3], (3,), torch.tensor(3), torch.tensor([[3.0]])])
def test_a_bias_may_be_a_list_or_tensor_of_one_number(b: Tensor | Sequence[int]) -> None:
    assert draw.neuron([1, 2], [5, 7], b) == draw.neuron([1, 2], [5, 7], 3)


def test_a_number_too_wide_for_its_circle_loses_a_digit() -> None:
    shown = texts(draw.neuron([1.25e-4, 1], [1, -9], activation=torch.sigmoid))
    assert shown[2:6] == ["1×10⁻⁴", "1", "−9", "1×10⁻⁴"]


def headings(picture: Picture) -> list[str]:
    return [text for text in texts(picture) if re.fullmatch("[A-Za-zσ]+", text)]


def test_an_activation_with_a_long_name_has_no_heading() -> None:
    def ninechars(z: Tensor) -> Tensor:
        return z

    def eightchr(z: Tensor) -> Tensor:
        return z

    columns = headings(draw.neuron([1], [1], activation=eightchr))
    assert columns == ["input", "weight", "sum", "eightchr", "output"]
    columns = headings(draw.neuron([1], [1], activation=ninechars))
    assert columns == ["input", "weight", "sum", "output"]


@pytest.mark.parametrize(
    ("x", "w", "b", "sentence"),
    [
        ([1] * 6, [1] * 6, None, "expected 1 to 5 inputs in a picture, got 6"),
        ([], [], None, "expected 1 to 5 inputs in a picture, got 0"),
        ([[1, 2]], [1, 2], None, r"one sample of shape \(in_features,\), got shape \(1, 2\)"),
        (1, 5, None, r"one sample of shape \(in_features,\), got shape \(\)"),
        ([1, 2], [1], None, r"expected .* \(2,\)"),
        ([1, 2], [[1, 2]], None, r"expected .* \(1, 2\)"),
        ([1], [1], torch.ones(2), r"one number as the bias, got shape \(2,\)"),
        ([1], [1], [], r"one number as the bias, got shape \(0,\)"),
        ([-1.2e-7], [1], None, "fit into a circle of a picture, got −1.2×10⁻⁷"),
        ([1], [0], -2.2e-7, "fit into a circle of a picture, got −2.2×10⁻⁷"),
    ],
)
def test_a_neuron_that_cannot_be_drawn_is_rejected(
    x: list[float], w: list[float], b: list[float] | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.neuron(x, w, b)
