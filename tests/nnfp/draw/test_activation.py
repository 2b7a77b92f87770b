"""Test that a figure applies any activation, draws its graph, and refuses one it cannot draw."""

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, coordinates, elements, texts


# ReLU and sigmoid as the neuron page defines them.
def relu(z: Any) -> Any:
    return max(0, z)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + math.exp(-z))


def step(z: Any) -> Any:
    return 1 if z > 0 else 0


def curves(picture: Picture) -> list[list[tuple[float, float]]]:
    """Return the points of each piece of each graph of an activation."""
    pieces = [
        piece
        for path in elements(picture, "path")
        if "fill: none" in attribute(path, "style")
        for piece in attribute(path, "d").split("M ")[1:]
    ]
    numbers = [[float(n) for n in re.findall(r"[\d.]+", piece)] for piece in pieces]
    return [list(zip(piece[::2], piece[1::2], strict=True)) for piece in numbers]


def test_the_graph_shows_the_values_of_the_activation() -> None:
    [bent], [line] = (
        curves(draw.neuron([1], [1], activation=function)) for function in (F.relu, lambda z: z)
    )
    heights = [y for _, y in bent]
    assert len(bent) == 17 and heights.count(heights[0]) == 9, "ReLU is flat up to 0"
    assert len({y for _, y in line}) == 17, "a straight line is not flat anywhere"


def test_the_graph_fills_its_box() -> None:
    for slope in (0.01, 1, 1e37):
        [points] = curves(draw.neuron([1], [1], activation=partial(torch.mul, other=slope)))
        assert points[0] == (347, 78) and points[-1] == (371, 58)


def test_the_graph_of_a_constant_is_a_flat_line() -> None:
    [points] = curves(draw.neuron([1], [1], activation=torch.ones_like))
    assert len({y for _, y in points}) == 1


@pytest.mark.parametrize(("ours", "torchs"), [(relu, torch.relu), (sigmoid, torch.sigmoid)])
@pytest.mark.parametrize("weights", [[5, 7], [5, -7]])
def test_functions_of_the_neuron_page_are_drawn_like_those_of_torch(
    ours: Callable[[float], float], torchs: Callable[[Tensor], Tensor], weights: list[int]
) -> None:
    assert draw.neuron([1, 2], weights, None, ours) == draw.neuron([1, 2], weights, None, torchs)
    for matrix in ([weights], [weights, [1, 1]]):
        assert draw.layer([1, 2], matrix, None, ours) == draw.layer([1, 2], matrix, None, torchs)


# NumPy warns that the way it applies its functions to tensors will change.
@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")
@pytest.mark.parametrize(
    "function",
    [math.tanh, np.tanh, torch.tanh, nn.Tanh(), F.tanh, lambda z: math.tanh(z), Tensor.tanh],
)
def test_tanh_of_any_library_is_drawn(function: Callable[[Any], Any]) -> None:
    shown = texts(draw.layer([1, 2], [[0.25, 0.125], [-0.5, 0.125]], activation=function))
    assert shown[6:10] == ["0.5", "0.4621", "−0.25", "−0.2449"]
    [first, _] = curves(draw.layer([1], [[1], [1]], activation=function))
    assert len({y for _, y in first}) > 8


def test_a_function_of_one_number_may_return_whole_numbers() -> None:
    shown = texts(draw.layer([1, 2], [[5, 7], [5, -7]], activation=step))
    assert shown[6:10] == ["19", "1", "−9", "0"]


def test_an_activation_may_depend_on_the_whole_layer() -> None:
    softmax = partial(torch.softmax, dim=0)
    shown = texts(draw.layer([1], [[2], [2]], activation=softmax))
    assert shown[3:7] == ["2", "0.5", "2", "0.5"]


def test_a_module_with_parameters_is_an_activation() -> None:
    assert texts(draw.neuron([1], [-8], activation=nn.PReLU()))[2:4] == ["−8", "−2"]


def test_an_in_place_activation_changes_neither_the_sum_nor_the_graph() -> None:
    for function in (torch.relu_, nn.ReLU(inplace=True)):
        picture = draw.neuron([1, 2], [5, -7], activation=function)
        assert texts(picture)[4:6] == ["−9", "0"]
        assert curves(picture) == curves(draw.neuron([1, 2], [5, -7]))


def test_the_graph_has_a_gap_where_the_activation_is_infinite_or_undefined() -> None:
    def math_log(z: float) -> float:
        return math.log(z)

    for function in (torch.log, math_log):
        picture = draw.neuron([1, 2], [5, 7], activation=function)
        [points] = curves(picture)
        assert [x for x, _ in points] == pytest.approx([360.5 + 1.5 * i for i in range(8)])
        assert not re.search("inf|nan", coordinates(picture))


def test_the_graph_has_two_pieces_on_both_sides_of_a_gap() -> None:
    for function in (torch.reciprocal, lambda z: 1 / z):
        assert [len(piece) for piece in curves(draw.neuron([1], [1], activation=function))] == [
            8,
            8,
        ]


def test_an_activation_that_is_nowhere_finite_from_minus_4_to_4_has_no_graph() -> None:
    def far(z: Tensor) -> Tensor:
        return torch.where(z > 9, z, torch.nan)

    assert curves(draw.neuron([10], [1], activation=far)) == []


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (torch.log, "expected log to give a finite number for the sum −9, got nan"),
        (math.log, "expected log to give a finite number for the sum −9, got nan"),
        (lambda z: z / 0, "expected σ to give a finite number for the sum −9, got −∞"),
        (lambda z: 10.0 ** (-1000 * z), "to give a finite number for the sum −9, got"),
        (lambda z: math.exp(-1000 * z), "to give a finite number for the sum −9, got nan"),
        (lambda z: None, "expected an activation that gives one number for each sum, got an error"),
        (lambda z: "a", "from σ for −9: expected numbers, got 'a'"),
        (lambda z: [z, z], "expected an activation that gives one number for each sum"),
        (lambda z: z.no_such_method(), "from σ for −9: .*no_such_method"),
        (nn.Softmax(dim=1), "expected an activation that gives one number for each sum"),
        (nn.Linear(3, 2), "expected an activation that gives one number for each sum"),
    ],
)
@pytest.mark.parametrize("figure", ["neuron", "layer"])
def test_an_activation_without_one_number_per_sum_is_rejected(
    function: Callable[[Any], Any], sentence: str, figure: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        if figure == "neuron":
            draw.neuron([1, 2], [5, -7], activation=function)
        else:
            draw.layer([1, 2], [[5, -7], [5, -7]], activation=function)


@pytest.mark.parametrize("function", ["relu", None, 3])
def test_an_activation_that_is_not_a_function_is_rejected(function: Any) -> None:
    for make in (
        partial(draw.neuron, [1], [1]),
        partial(draw.layer, [1], [[1]]),
    ):
        with pytest.raises(
            TypeError, match=f"expected a function as the activation, got {function!r}"
        ):
            make(activation=function)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (F.relu, "ReLU"),
        (nn.ReLU(), "ReLU"),
        (torch.abs, "abs"),
        (lambda z: z, "σ"),
        (partial(F.leaky_relu, negative_slope=0.1), "leaky_relu"),
        (partial(partial(F.elu), alpha=2), "elu"),
    ],
)
def test_the_title_names_the_activation(function: Callable[[Tensor], Tensor], name: str) -> None:
    assert draw.neuron([1], [2], activation=function).title.endswith(
        f": the sum is 2, {name} gives 2"
    )
