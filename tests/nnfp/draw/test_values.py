"""Test that the figures read numbers in any form, and explain what is wrong with other values."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from nnfp import draw
from tests.nnfp.draw.figures import coordinates, texts

ROW = [
    (1.0, 2.0),
    range(1, 3),
    (i for i in (1, 2)),
    {"a": 1, "b": 2}.values(),
    [Fraction(1), Decimal(2)],
    [True, 2],
    [np.float32(1), np.int64(2)],
    np.array([1, 2], dtype=np.uint8),
    np.array([2.0, 1.0])[::-1],
    torch.tensor([1, 2]),
    torch.tensor([1.0, 2.0], dtype=torch.bfloat16),
    torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True),
    nn.Parameter(torch.tensor([1.0, 2.0])),
    torch.tensor([1.0, 2.0]).to_sparse(),
    [torch.tensor(1.0, requires_grad=True), torch.tensor(2)],
]


@pytest.mark.parametrize("x", ROW)
def test_a_row_may_be_any_sequence_of_numbers(x: Any) -> None:
    assert draw.neuron(x, [5, 7]) == draw.neuron([1, 2], [5, 7])


MATRIX = [
    ((5, 7), (6, 8)),
    np.array([[5, 7], [6, 8]]),
    [np.array([5, 7]), np.array([6.0, 8.0])],
    [torch.tensor([5, 7]), torch.tensor([6.0, 8.0], requires_grad=True)],
    [[torch.tensor(5.0, requires_grad=True), 7], [np.float64(6), 8]],
    nn.Linear(2, 2).weight.detach().copy_(torch.tensor([[5.0, 7.0], [6.0, 8.0]])),
    (row for row in ([5, 7], [6, 8])),
]


@pytest.mark.parametrize("weight", MATRIX)
def test_rows_may_be_any_matrix_of_numbers(weight: Any) -> None:
    assert draw.layer([1, 2], weight) == draw.layer([1, 2], [[5, 7], [6, 8]])


def test_weights_keep_their_gradients() -> None:
    weight = nn.Parameter(torch.tensor([[5.0, 7.0]]))
    weight.grad = torch.ones(1, 2)
    draw.layer([1, 2], weight)
    assert weight.requires_grad and torch.equal(weight.grad, torch.ones(1, 2))


def test_a_figure_does_not_depend_on_the_default_device() -> None:
    expected = draw.layer([1, 2], [[5, 7], [6, 8]])
    with torch.device("meta"):
        assert draw.layer([1, 2], [[5, 7], [6, 8]]) == expected


FIGURES: list[Callable[[Any], object]] = [
    lambda value: draw.neuron([1, value], [5, 7]),
    lambda value: draw.neuron([1, 2], [5, value]),
    lambda value: draw.neuron([1, 2], [5, 7], [value]),
    lambda value: draw.layer([1, value], [[5, 7]]),
    lambda value: draw.layer([1, 2], [[5, value]]),
    lambda value: draw.layer([1, 2], [[5, 7]], [value]),
    lambda value: draw.matmul([[1, value]], [[5, 7]]),
    lambda value: draw.matmul([[1, 2]], [[5, value]]),
    lambda value: draw.losses({"SGD": [1, value]}),
    lambda value: draw.landscape([1, value], [1, 2], [(1, 0)], (1, 0)),
    lambda value: draw.landscape([1, 2], [1, value], [(1, 0)], (1, 0)),
    lambda value: draw.landscape([1, 2], [1, 2], [(1, value)], (1, 0)),
    lambda value: draw.landscape([1, 2], [1, 2], [(1, 0)], (1, value)),
    lambda value: draw.landscape([1, 2], [1, 2], [(1, 0)], (1, 0), levels=[1, value]),
    lambda value: draw.landscape([1, 2], [1, 2], [(1, 0)], (1, 0), weights=(0, value)),
    lambda value: draw.landscape([1, 2], [1, 2], [(1, 0)], (1, 0), biases=(0, value)),
]
each_figure = pytest.mark.parametrize("make", FIGURES)


@each_figure
@pytest.mark.parametrize("value", ["a", "2", b"2", None, 1j, {}, {2}, object, np.array(["2"])])
def test_a_value_that_is_not_a_number_is_rejected(
    make: Callable[[Any], object], value: Any
) -> None:
    with pytest.raises(TypeError, match="expected numbers, got"):
        make(value)


@each_figure
def test_a_number_too_large_for_a_float_is_rejected(make: Callable[[Any], object]) -> None:
    with pytest.raises(ValueError, match=r"expected numbers up to 1.8e\+308, got a larger one"):
        make(10**400)


@each_figure
@pytest.mark.parametrize("value", [[1, 2], [[]], torch.ones(2, 2)])
def test_rows_in_place_of_numbers_are_rejected(make: Callable[[Any], object], value: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        make(value)


@pytest.mark.parametrize("x", [[[1, 2], [3]], [[1, 2], 3], [1, [2]], [[], [1]]])
def test_ragged_rows_are_rejected(x: Any) -> None:
    with pytest.raises(ValueError, match=r"expected rows of one length, got \["):
        draw.matmul(x, [[1, 2]])
    with pytest.raises(ValueError, match=r"expected rows of one length, got \["):
        draw.layer([1, 2], x)


@pytest.mark.parametrize("value", [1e300, -1e39])
def test_a_number_that_would_become_infinite_is_rejected(value: float) -> None:
    with pytest.raises(ValueError, match=r"numbers that fit in torch\.float32, got -?1e\+"):
        draw.neuron([value], [1])


def test_inputs_that_are_not_finite_are_shown() -> None:
    shown = texts(draw.neuron([math.inf], [-2], math.nan))
    assert shown[:5] == ["−2", "∞", "nan", "nan", "bias nan"]
    shown = texts(draw.layer([math.inf], [[2], [-2]]))
    assert shown[:7] == ["2", "−2", "∞", "∞", "∞", "−∞", "0"]
    picture = draw.matmul([[math.inf], [math.nan]], [[2]])
    assert [text for text in texts(picture) if text in ("∞", "nan")] == ["∞", "nan"] * 2
    assert "nan" not in coordinates(picture) and "inf" not in coordinates(picture)
