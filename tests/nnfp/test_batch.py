"""Test that both ways to compute a layer agree with PyTorch."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from nnfp.batch import all_at_once, one_at_a_time
from nnfp.neuron import Activation

Compute = Callable[..., Tensor]

X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
WEIGHT = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
both = pytest.mark.parametrize("compute", [one_at_a_time, all_at_once])


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def identity(z: Tensor) -> Tensor:
    return z


@settings(max_examples=50)
@given(
    batch=st.integers(0, 4),
    n_in=st.integers(0, 4),
    n_out=st.integers(0, 4),
    with_bias=st.booleans(),
    activation=st.sampled_from([F.relu, torch.tanh]),
    seed=st.integers(0, 2**32),
)
def test_both_functions_equal_pytorchs_linear(
    batch: int, n_in: int, n_out: int, with_bias: bool, activation: Activation, seed: int
) -> None:
    torch.manual_seed(seed)
    x, weight = random(batch, n_in), random(n_out, n_in)
    bias = random(n_out) if with_bias else None
    expected = activation(F.linear(x, weight, bias))
    torch.testing.assert_close(all_at_once(x, weight, bias, activation), expected)
    torch.testing.assert_close(one_at_a_time(x, weight, bias, activation), expected)


@both
def test_the_mini_batch_of_the_tutorial_gives_19_22_43_50(compute: Compute) -> None:
    assert compute(X, WEIGHT).tolist() == [[19.0, 22.0], [43.0, 50.0]]


@both
def test_inputs_can_be_passed_as_x(compute: Compute) -> None:
    assert compute(x=X, weight=WEIGHT).tolist() == [[19.0, 22.0], [43.0, 50.0]]


@both
@pytest.mark.parametrize(
    ("options", "first"), [({}, [0.0, 22.0]), ({"activation": identity}, [-1.0, 22.0])]
)
def test_the_default_activation_is_relu(
    compute: Compute, options: dict[str, Activation], first: list[float]
) -> None:
    bias = torch.tensor([-20.0, 0.0])
    assert compute(X, WEIGHT, bias, **options).tolist() == [first, [23.0, 50.0]]


@both
def test_the_gradients_equal_pytorchs(compute: Compute) -> None:
    torch.manual_seed(0)
    leaves = random(3, 4), random(5, 4), random(5)
    grads = torch.autograd.grad(compute(*leaves).sum(), leaves)
    expected = torch.autograd.grad(F.relu(F.linear(*leaves)).sum(), leaves)
    torch.testing.assert_close(grads, expected)


@pytest.mark.parametrize("leading", [(), (1,), (0,), (2, 3), (2, 3, 4)])
def test_all_at_once_accepts_any_leading_dimensions(leading: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x, weight, bias = random(*leading, 4), random(5, 4), random(5)
    torch.testing.assert_close(all_at_once(x, weight, bias), F.relu(F.linear(x, weight, bias)))


def test_all_at_once_accepts_integers() -> None:
    assert all_at_once(X.long(), WEIGHT.long()).tolist() == [[19, 22], [43, 50]]


@pytest.mark.parametrize("shape", [(2,), (1, 2, 2)])
def test_one_at_a_time_rejects_all_but_two_dimensions(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError) as error:
        one_at_a_time(torch.zeros(shape), WEIGHT)
    assert str(error.value) == (
        f"expected a mini-batch of shape (batch, in_features), got shape {shape}"
    )


@pytest.mark.parametrize(
    ("compute", "leading"),
    [
        (one_at_a_time, (3,)),
        (all_at_once, ()),
        (all_at_once, (0,)),
        (all_at_once, (3,)),
        (all_at_once, (2, 3)),
    ],
)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.bfloat16, torch.complex64])
def test_weights_of_another_dtype_are_rejected(
    compute: Compute, leading: tuple[int, ...], dtype: torch.dtype
) -> None:
    with pytest.raises(TypeError) as error:
        compute(torch.zeros(*leading, 2), WEIGHT.to(dtype))
    assert str(error.value) == (
        f"expected weights of dtype torch.float32 (the inputs'), got {dtype}"
    )


@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.bfloat16])
def test_all_at_once_rejects_inputs_of_another_dtype(dtype: torch.dtype) -> None:
    with pytest.raises(TypeError) as error:
        all_at_once(X.to(dtype), WEIGHT, torch.zeros(2))
    assert str(error.value) == (
        f"expected weights of dtype {dtype} (the inputs'), got torch.float32"
    )


@pytest.mark.parametrize(
    ("compute", "owner"), [(one_at_a_time, "inputs"), (all_at_once, "weights")]
)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.bfloat16])
def test_biases_of_another_dtype_are_rejected(
    compute: Compute, owner: str, dtype: torch.dtype
) -> None:
    with pytest.raises(TypeError) as error:
        compute(X, WEIGHT, torch.zeros(2, dtype=dtype))
    assert str(error.value) == (
        f"expected biases of dtype torch.float32 (the {owner}'), got {dtype}"
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_under_autocast_inputs_may_have_another_dtype(dtype: torch.dtype) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = all_at_once(X.to(dtype), WEIGHT, torch.zeros(2))
    assert y.tolist() == [[19.0, 22.0], [43.0, 50.0]]


def test_all_at_once_passes_on_other_errors() -> None:
    x, weight = X.bool(), WEIGHT.bool()
    with pytest.raises(RuntimeError) as theirs:
        x @ weight.T
    with pytest.raises(RuntimeError) as ours:
        all_at_once(x, weight)
    assert str(ours.value) == str(theirs.value)


def test_one_at_a_time_rejects_integers() -> None:
    with pytest.raises(TypeError) as error:
        one_at_a_time(X.long(), WEIGHT.long(), activation=torch.tanh)
    assert str(error.value) == "expected floating-point inputs (write 1. for 1), got torch.int64"


@both
@pytest.mark.parametrize(
    ("x", "weight", "bias", "message"),
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
def test_wrong_shapes_are_rejected(
    compute: Compute, x: Tensor, weight: Tensor, bias: Tensor | None, message: str
) -> None:
    with pytest.raises(ValueError) as error:
        compute(x, weight, bias)
    assert str(error.value) == message
