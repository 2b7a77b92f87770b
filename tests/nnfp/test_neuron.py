"""Test one neuron, and `relu` against PyTorch's."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from nnfp.neuron import Activation, neuron, relu

any_float = st.floats(width=32)
moderate = st.floats(-100, 100, width=32)
samples = st.integers(0, 6).flatmap(
    lambda n: st.tuples(
        st.lists(moderate, min_size=n, max_size=n), st.lists(moderate, min_size=n, max_size=n)
    )
)
MIXED = torch.tensor([[-1.0, 0.0, 2.0], [3.0, -4.0, 0.0]])


def identity(z: Tensor) -> Tensor:
    return z


def slope(function: Activation, z: Tensor) -> Tensor:
    z = z.clone().requires_grad_()
    (grad,) = torch.autograd.grad(function(z).sum(), z)
    return grad


# relu


@given(st.lists(any_float), st.sampled_from([torch.float32, torch.float64, torch.bfloat16]))
def test_relu_equals_pytorchs_for_any_numbers(numbers: list[float], dtype: torch.dtype) -> None:
    z = torch.tensor(numbers, dtype=dtype)
    assert relu(z).dtype == dtype
    torch.testing.assert_close(relu(z), F.relu(z), rtol=0, atol=0, equal_nan=True)


@given(st.lists(any_float), st.sampled_from([torch.float32, torch.float64, torch.bfloat16]))
def test_the_slope_of_relu_equals_pytorchs(numbers: list[float], dtype: torch.dtype) -> None:
    z = torch.tensor(numbers, dtype=dtype)
    torch.testing.assert_close(slope(relu, z), slope(F.relu, z), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (-math.inf, 0.0),
        (-1e-45, 0.0),
        (-0.0, 0.0),
        (0.0, 0.0),
        (1e-45, 1e-45),
        (math.inf, math.inf),
    ],
)
def test_relu_keeps_only_positive_numbers(z: float, expected: float) -> None:
    assert relu(torch.tensor(z)).item() == torch.tensor(expected).item()


def test_relu_of_nan_is_nan() -> None:
    assert math.isnan(relu(torch.tensor(math.nan)).item())


def test_relu_of_minus_zero_is_plus_zero() -> None:
    assert math.copysign(1, relu(torch.tensor(-0.0)).item()) == 1


@pytest.mark.parametrize(
    ("z", "expected"), [(-1.0, 0.0), (-0.0, 0.0), (0.0, 0.0), (1e-45, 1.0), (1.0, 1.0)]
)
def test_the_slope_of_relu_is_1_only_above_0(z: float, expected: float) -> None:
    assert slope(relu, torch.tensor(z)).item() == expected


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_relu_keeps_the_shape_of_integers(shape: tuple[int, ...]) -> None:
    z = torch.full(shape, -2)
    assert torch.equal(relu(z), torch.zeros(shape, dtype=torch.int64))


def test_relu_does_not_change_its_input() -> None:
    z = torch.tensor([-1.0, 2.0])
    relu(z)
    assert z.tolist() == [-1.0, 2.0]


@pytest.mark.filterwarnings("ignore:Sparse .* tensor support is in beta state")
@pytest.mark.parametrize(
    "make",
    [
        Tensor.to_sparse,
        Tensor.to_sparse_csr,
        Tensor.to_sparse_csc,
        lambda z: z.to_sparse_bsr((1, 3)),
        lambda z: z.to_sparse_bsc((1, 3)),
    ],
    ids=["coo", "csr", "csc", "bsr", "bsc"],
)
def test_relu_of_a_sparse_tensor_equals_pytorchs(make: Callable[[Tensor], Tensor]) -> None:
    z = make(MIXED)
    assert relu(z).layout == z.layout
    assert torch.equal(relu(z).to_dense(), F.relu(MIXED))


def test_the_slope_of_relu_of_a_sparse_tensor_equals_pytorchs() -> None:
    ours = slope(lambda z: relu(z.to_sparse()).to_dense(), MIXED)
    assert torch.equal(ours, slope(F.relu, MIXED))


def test_relu_of_an_mkldnn_tensor_equals_pytorchs() -> None:
    z = MIXED.to_mkldnn()
    assert relu(z).layout == z.layout
    assert torch.equal(relu(z).to_dense(), F.relu(MIXED))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_relu_of_a_quantized_tensor_equals_pytorchs() -> None:
    z = torch.quantize_per_tensor(MIXED, scale=0.1, zero_point=10, dtype=torch.quint8)
    assert torch.equal(relu(z).int_repr(), F.relu(z).int_repr())


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage")
def test_relu_of_a_nested_tensor_equals_pytorchs() -> None:
    z = torch.nested.nested_tensor([MIXED, -MIXED[:1]])
    for ours, dense in zip(relu(z).unbind(), (MIXED, -MIXED[:1]), strict=True):
        assert torch.equal(ours, F.relu(dense))


def test_relu_of_complex_numbers_fails_as_in_pytorch() -> None:
    z = torch.tensor([1 + 1j])
    with pytest.raises(RuntimeError) as theirs:
        F.relu(z)
    with pytest.raises(RuntimeError) as ours:
        relu(z)
    assert str(ours.value) == str(theirs.value)


# neuron


@given(samples, moderate)
def test_a_neuron_computes_a_plain_python_sum(
    sample: tuple[list[float], list[float]], b: float
) -> None:
    x, w = (torch.tensor(numbers, dtype=torch.float64) for numbers in sample)
    total = sum(x_i * w_i for x_i, w_i in zip(*sample, strict=True)) + b
    assert neuron(x, w, b, activation=identity).item() == pytest.approx(total, abs=1e-9)
    assert neuron(x, w, b).item() == pytest.approx(max(total, 0.0), abs=1e-9)


def test_the_neurons_of_the_tutorial_give_19_and_22() -> None:
    assert neuron([1.0, 2.0], [5.0, 7.0]).item() == 19.0
    assert neuron([1.0, 2.0], [6.0, 8.0]).item() == 22.0


def test_without_a_bias_nothing_is_added() -> None:
    assert neuron([1.0, 2.0], [5.0, 7.0], activation=identity).item() == 19.0


@pytest.mark.parametrize(
    ("activation", "expected"), [(relu, 0.0), (identity, -9.0), (torch.abs, 9.0)]
)
def test_the_activation_is_applied_to_the_sum(activation: Activation, expected: float) -> None:
    assert neuron([1.0, 2.0], [5.0, -7.0], activation=activation).item() == expected


def test_the_default_activation_is_relu() -> None:
    assert neuron([1.0, 2.0], [5.0, -7.0]).item() == 0.0


@pytest.mark.parametrize(
    "ten", [10, 10.0, torch.tensor(10.0), np.float32(10), np.float64(10), np.array(10.0)]
)
def test_the_bias_is_added_before_the_activation(ten: Any) -> None:
    assert neuron([1.0, 2.0], [5.0, -7.0], ten).item() == 1.0
    assert neuron([1.0, 2.0], [5.0, 7.0], -2 * ten).item() == 0.0


def test_a_python_bias_keeps_its_precision() -> None:
    x = torch.ones(1, dtype=torch.float64)
    assert neuron(x, x, 0.1).item() == 1.1


def test_a_python_bias_with_a_fraction_is_added_to_integers() -> None:
    assert neuron([1, 2], [5, 7], 0.5).item() == 19.5


def test_inputs_may_be_numpy_arrays() -> None:
    x: Any = np.array([1.0, 2.0])
    w: Any = np.array([5.0, 7.0])
    assert neuron(x, w).item() == 19.0


@pytest.mark.parametrize("leading", [(), (4,), (0,), (2, 3)])
def test_any_number_of_dimensions_may_come_before_the_inputs(leading: tuple[int, ...]) -> None:
    x = torch.arange(math.prod(leading) * 3.0).reshape(*leading, 3)
    w = torch.tensor([1.0, -2.0, 3.0])
    torch.testing.assert_close(neuron(x, w, 0.5, activation=identity), x @ w + 0.5)


def test_gradients_reach_all_arguments() -> None:
    x, w, b = (torch.tensor(v, requires_grad=True) for v in ([1.0, 2.0], [5.0, 7.0], 3.0))
    grads = torch.autograd.grad(neuron(x, w, b), (x, w, b))
    assert [grad.tolist() for grad in grads] == [[5.0, 7.0], [1.0, 2.0], 1.0]


@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        (
            torch.zeros(4, 2),
            torch.zeros(3),
            0.0,
            "expected the last dimension of the inputs to be 3 (one for each weight), "
            "got inputs of shape (4, 2)",
        ),
        (
            1.0,
            torch.zeros(1),
            0.0,
            "expected the last dimension of the inputs to be 1 (one for each weight), "
            "got inputs of shape ()",
        ),
        (
            torch.zeros(4, 1),
            torch.zeros(3),
            0.0,
            "expected the last dimension of the inputs to be 3 (one for each weight), "
            "got inputs of shape (4, 1)",
        ),
        (
            np.zeros((4, 2)),
            np.zeros(3),
            0.0,
            "expected the last dimension of the inputs to be 3 (one for each weight), "
            "got inputs of shape (4, 2)",
        ),
        (
            [1.0, 2.0],
            [[5.0, 7.0], [6.0, 8.0]],
            0.0,
            "expected one row of weights, got weights of shape (2, 2)",
        ),
        ([1.0], 5.0, 0.0, "expected one row of weights, got weights of shape ()"),
        (
            torch.zeros(4, 2),
            torch.zeros(2),
            torch.zeros(4),
            "expected one number as the bias, got a bias of shape (4,)",
        ),
        (
            [1.0, 2.0],
            [5.0, 7.0],
            np.array([1.0, 2.0]),
            "expected one number as the bias, got a bias of shape (2,)",
        ),
        (
            [1.0, 2.0],
            [5.0, 7.0],
            [1.0, 2.0],
            "expected one number as the bias, got a bias of shape (2,)",
        ),
        (
            [1.0, 2.0],
            [5.0, 7.0],
            (1.0,),
            "expected one number as the bias, got a bias of shape (1,)",
        ),
    ],
)
def test_a_neuron_rejects_wrong_shapes(x: Any, w: Any, b: Any, message: str) -> None:
    with pytest.raises(ValueError) as error:
        neuron(x, w, b)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        ("ab", [1.0, 2.0], 0.0, "expected numbers as the inputs, got 'ab'"),
        ([1.0, 2.0], ["a", "b"], 0.0, "expected numbers as the weights, got ['a', 'b']"),
        (
            [[1.0], [2.0, 3.0]],
            [1.0],
            0.0,
            "expected numbers as the inputs, got [[1.0], [2.0, 3.0]]",
        ),
        ([1.0, 2.0], [5.0, 7.0], None, "expected numbers as the bias, got None"),
        ([1.0, 2.0], [5.0, 7.0], "1", "expected numbers as the bias, got '1'"),
    ],
)
def test_a_neuron_rejects_arguments_that_are_not_numbers(
    x: Any, w: Any, b: Any, message: str
) -> None:
    with pytest.raises(TypeError) as error:
        neuron(x, w, b)
    assert str(error.value) == message
