"""A neuron multiplies, sums, and puts the sum through an activation; `relu` is PyTorch's."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from nnfp.neuron import neuron, relu

anything = st.floats(width=32)
moderate = st.floats(-100, 100, width=32)
samples = st.integers(0, 6).flatmap(
    lambda n: st.tuples(
        st.lists(moderate, min_size=n, max_size=n), st.lists(moderate, min_size=n, max_size=n)
    )
)


def same(z):
    return z


def slope(function, z):
    z = z.clone().requires_grad_()
    function(z).sum().backward()
    return z.grad


# relu


@settings(deadline=None)
@given(st.lists(anything), st.sampled_from([torch.float32, torch.float64, torch.bfloat16]))
def test_relu_and_its_slope_are_those_of_pytorch_for_any_numbers(numbers, dtype):
    z = torch.tensor(numbers, dtype=dtype)
    expected = F.relu(z)
    assert relu(z).dtype == dtype
    torch.testing.assert_close(relu(z), expected, rtol=0, atol=0, equal_nan=True)
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
def test_relu_keeps_what_is_positive_and_turns_the_rest_into_0(z, expected):
    assert relu(torch.tensor(z)).item() == torch.tensor(expected).item()


def test_relu_of_nan_is_nan():
    assert math.isnan(relu(torch.tensor(math.nan)).item())


def test_relu_of_minus_zero_has_no_minus_sign():
    assert math.copysign(1, relu(torch.tensor(-0.0)).item()) == 1


@pytest.mark.parametrize(
    ("z", "expected"), [(-1.0, 0.0), (-0.0, 0.0), (0.0, 0.0), (1e-45, 1.0), (1.0, 1.0)]
)
def test_the_slope_of_relu_is_1_above_0_and_exactly_0_from_0_down(z, expected):
    assert slope(relu, torch.tensor(z)).item() == expected


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_relu_keeps_shape_and_integers(shape):
    z = torch.full(shape, -2)
    assert torch.equal(relu(z), torch.zeros(shape, dtype=torch.int64))


def test_relu_leaves_its_input_as_it_was():
    z = torch.tensor([-1.0, 2.0])
    relu(z)
    assert z.tolist() == [-1.0, 2.0]


# neuron


@settings(deadline=None)
@given(samples, moderate)
def test_a_neuron_is_a_plain_python_sum(sample, b):
    x, w = sample
    total = sum(x_i * w_i for x_i, w_i in zip(x, w, strict=True)) + b
    double = {"dtype": torch.float64}
    z = neuron(torch.tensor(x, **double), torch.tensor(w, **double), b, activation=same)
    assert z.item() == pytest.approx(total, abs=1e-9)
    a = neuron(torch.tensor(x, **double), torch.tensor(w, **double), b)
    assert a.item() == pytest.approx(max(total, 0.0), abs=1e-9)


def test_the_neurons_of_the_tutorial_give_19_and_22():
    assert neuron([1.0, 2.0], [5.0, 7.0]).item() == 19.0
    assert neuron([1.0, 2.0], [6.0, 8.0]).item() == 22.0


def test_without_a_bias_nothing_is_added():
    assert neuron([1.0, 2.0], [5.0, 7.0], activation=same).item() == 19.0


def test_a_negative_sum_comes_out_as_0_and_through_another_activation_as_it_says():
    assert neuron([1.0, 2.0], [5.0, -7.0]).item() == 0.0
    assert neuron([1.0, 2.0], [5.0, -7.0], activation=same).item() == -9.0
    assert neuron([1.0, 2.0], [5.0, -7.0], activation=torch.abs).item() == 9.0


def test_the_bias_is_added_before_the_activation():
    assert neuron([1.0, 2.0], [5.0, -7.0], b=10.0).item() == 1.0
    assert neuron([1.0, 2.0], [5.0, -7.0], b=torch.tensor(10.0)).item() == 1.0
    assert neuron([1.0, 2.0], [5.0, 7.0], b=-20.0).item() == 0.0


@pytest.mark.parametrize("leading", [(), (4,), (0,), (2, 3)])
def test_a_neuron_answers_each_sample_of_any_leading_dimensions(leading):
    x = torch.arange(math.prod(leading) * 3.0).reshape(*leading, 3)
    w = torch.tensor([1.0, -2.0, 3.0])
    torch.testing.assert_close(neuron(x, w, 0.5, activation=same), x @ w + 0.5)


def test_the_gradients_reach_inputs_weights_and_bias():
    x, w, b = (torch.tensor(v, requires_grad=True) for v in ([1.0, 2.0], [5.0, 7.0], 3.0))
    neuron(x, w, b).backward()
    assert (x.grad.tolist(), w.grad.tolist(), b.grad.item()) == ([5.0, 7.0], [1.0, 2.0], 1.0)


@pytest.mark.parametrize(
    ("x", "w", "b", "sentence"),
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
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(x, w, b, sentence):
    with pytest.raises(ValueError) as refusal:
        neuron(x, w, b)
    assert str(refusal.value) == sentence
