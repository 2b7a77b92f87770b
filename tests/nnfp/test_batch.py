"""A mini-batch through a layer: one by one or all at once, the numbers are the same."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from nnfp.batch import all_at_once, one_at_a_time

Z = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
WEIGHT = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
both = pytest.mark.parametrize("compute", [one_at_a_time, all_at_once])


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def same(z):
    return z


@settings(deadline=None, max_examples=50)
@given(
    batch=st.integers(0, 4),
    n_in=st.integers(0, 4),
    n_out=st.integers(0, 4),
    with_bias=st.booleans(),
    activation=st.sampled_from([F.relu, torch.tanh]),
    seed=st.integers(0, 2**32),
)
def test_one_by_one_and_all_at_once_are_the_layer_of_pytorch(
    batch, n_in, n_out, with_bias, activation, seed
):
    torch.manual_seed(seed)
    z, weight = random(batch, n_in), random(n_out, n_in)
    bias = random(n_out) if with_bias else None
    expected = activation(F.linear(z, weight, bias))
    torch.testing.assert_close(all_at_once(z, weight, bias, activation), expected)
    torch.testing.assert_close(one_at_a_time(z, weight, bias, activation), expected)


@both
def test_the_mini_batch_of_the_tutorial_gives_19_22_43_50(compute):
    assert compute(Z, WEIGHT).tolist() == [[19.0, 22.0], [43.0, 50.0]]


@both
def test_the_activation_is_relu_unless_another_is_named(compute):
    bias = torch.tensor([-20.0, 0.0])
    assert compute(Z, WEIGHT, bias).tolist() == [[0.0, 22.0], [23.0, 50.0]]
    assert compute(Z, WEIGHT, bias, same).tolist() == [[-1.0, 22.0], [23.0, 50.0]]


@both
def test_the_gradients_are_those_of_pytorch(compute):
    torch.manual_seed(0)
    leaves = random(3, 4), random(5, 4), random(5)
    grads = torch.autograd.grad(compute(*leaves).sum(), leaves)
    expected = torch.autograd.grad(F.relu(F.linear(*leaves)).sum(), leaves)
    torch.testing.assert_close(grads, expected)


@pytest.mark.parametrize("leading", [(), (1,), (0,), (2, 3), (2, 3, 4)])
def test_all_at_once_takes_any_leading_dimensions(leading):
    torch.manual_seed(0)
    z, weight, bias = random(*leading, 4), random(5, 4), random(5)
    torch.testing.assert_close(all_at_once(z, weight, bias), F.relu(F.linear(z, weight, bias)))


@pytest.mark.parametrize("shape", [(2,), (1, 2, 2)])
def test_one_at_a_time_wants_a_mini_batch_and_says_so(shape):
    with pytest.raises(ValueError) as refusal:
        one_at_a_time(torch.zeros(shape), WEIGHT)
    assert str(refusal.value) == (
        f"expected a mini-batch of shape (batch, in_features), got shape {shape}"
    )


@pytest.mark.parametrize(
    ("weight", "bias", "sentence"),
    [
        (
            WEIGHT.long(),
            None,
            "expected weights of dtype torch.float32 (the inputs'), got torch.int64",
        ),
        (
            WEIGHT,
            torch.zeros(2, dtype=torch.float64),
            "expected biases of dtype torch.float32 (the inputs'), got torch.float64",
        ),
    ],
)
def test_one_at_a_time_refuses_mixed_dtypes(weight, bias, sentence):
    with pytest.raises(TypeError) as refusal:
        one_at_a_time(Z, weight, bias)
    assert str(refusal.value) == sentence


def test_one_at_a_time_refuses_integers_which_would_cut_what_an_activation_gives():
    with pytest.raises(TypeError) as refusal:
        one_at_a_time(Z.long(), WEIGHT.long(), activation=torch.tanh)
    assert str(refusal.value) == (
        "expected floating-point inputs (write 1. for 1), got torch.int64"
    )


@both
@pytest.mark.parametrize(
    ("z", "weight", "bias", "sentence"),
    [
        (
            torch.zeros(8, 4),
            torch.zeros(5, 3),
            None,
            "expected the last dimension to be 3 (in_features), got inputs of shape (8, 4)",
        ),
        (
            torch.tensor(1.0),
            torch.zeros(5, 3),
            None,
            "expected the last dimension to be 3 (in_features), got inputs of shape ()",
        ),
        (
            torch.zeros(8, 3),
            torch.zeros(3),
            None,
            "expected weights of shape (out_features, in_features), got (3,)",
        ),
        (
            torch.zeros(8, 3),
            torch.zeros(5, 3),
            torch.zeros(3),
            "expected 5 biases (out_features), got biases of shape (3,)",
        ),
        (
            torch.zeros(8, 3),
            torch.zeros(5, 3),
            torch.zeros(1),
            "expected 5 biases (out_features), got biases of shape (1,)",
        ),
        (
            torch.zeros(5, 3),
            torch.zeros(5, 3),
            torch.zeros(5, 1),
            "expected 5 biases (out_features), got biases of shape (5, 1)",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused_with_a_sentence(compute, z, weight, bias, sentence):
    with pytest.raises(ValueError) as refusal:
        compute(z, weight, bias)
    assert str(refusal.value) == sentence
