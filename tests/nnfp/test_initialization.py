"""Test that starting values equal those of torch.nn.init, bit by bit."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import nnfp
from nnfp.initialization import GAINS

XAVIER = ("xavier_uniform_", "xavier_normal_")
KAIMING = ("kaiming_uniform_", "kaiming_normal_")
ALL = (*XAVIER, *KAIMING, "torch_default_")
# Sixteen numbers or more are drawn in another way than fewer.
shapes = st.lists(st.integers(1, 7), min_size=2, max_size=5)
dtypes = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.float16])
seeds = st.integers(0, 2**32)
gains = st.floats(0, 100)
slopes = st.floats(-10, 10) | st.integers(-3, 3)
modes = st.sampled_from(["fan_in", "fan_out"])
nonlinearities = st.sampled_from([*GAINS, "leaky_relu"])


def assert_same_numbers(
    name: str, shape: list[int], dtype: torch.dtype, seed: int, **options: Any
) -> None:
    """Compare with torch, once with the global random generator and once with another."""
    ours, torchs = getattr(nnfp, name), getattr(nn.init, name)
    results = []
    for fill in (ours, torchs):
        weight = torch.empty(shape, dtype=dtype)
        # torch.manual_seed prepares GPUs as well, which takes longer than all the rest.
        torch.default_generator.manual_seed(seed)
        assert fill(weight, **options) is weight
        with_generator = torch.empty(shape, dtype=dtype)
        fill(with_generator, **options, generator=torch.Generator().manual_seed(seed))
        assert torch.equal(weight, with_generator)
        results.append((weight, torch.get_rng_state()))
    (weight, state), (expected, expected_state) = results
    assert torch.equal(weight, expected)
    assert torch.equal(state, expected_state)


@settings(max_examples=100)
@given(st.sampled_from(XAVIER), shapes, dtypes, seeds, gains)
def test_xavier_equals_torch(
    name: str, shape: list[int], dtype: torch.dtype, seed: int, gain: float
) -> None:
    assert_same_numbers(name, shape, dtype, seed, gain=gain)


@settings(max_examples=200)
@given(st.sampled_from(KAIMING), shapes, dtypes, seeds, slopes, modes, nonlinearities)
def test_kaiming_equals_torch(
    name: str,
    shape: list[int],
    dtype: torch.dtype,
    seed: int,
    a: float,
    mode: str,
    nonlinearity: str,
) -> None:
    assert_same_numbers(name, shape, dtype, seed, a=a, mode=mode, nonlinearity=nonlinearity)


@pytest.mark.parametrize("name", [*XAVIER, *KAIMING])
def test_the_defaults_and_the_order_of_arguments_are_those_of_torch(name: str) -> None:
    ours, torchs = getattr(nnfp, name), getattr(nn.init, name)
    options = [(), (2,)] if name in XAVIER else [(), (0.5, "fan_out", "tanh")]
    for args in options:
        torch.manual_seed(1)
        weight = ours(torch.empty(3, 4), *args)
        torch.manual_seed(1)
        assert torch.equal(weight, torchs(torch.empty(3, 4), *args))


sizes = st.integers(1, 30)


@settings(max_examples=100)
@given(sizes, sizes, seeds, st.booleans(), st.sampled_from([torch.float32, torch.float64]))
def test_the_default_equals_that_of_a_new_linear_layer(
    in_features: int, out_features: int, seed: int, has_bias: bool, dtype: torch.dtype
) -> None:
    torch.default_generator.manual_seed(seed)
    layer = nn.Linear(in_features, out_features, has_bias, dtype=dtype)
    weight = torch.empty(out_features, in_features, dtype=dtype)
    bias = torch.empty(out_features, dtype=dtype) if has_bias else None
    generator = torch.Generator().manual_seed(seed)
    assert nnfp.torch_default_(weight, bias, generator) is weight
    assert torch.equal(weight, layer.weight)
    assert bias is None or torch.equal(bias, layer.bias)


def test_the_default_leaves_the_bias_of_a_layer_without_inputs_at_zero() -> None:
    bias = torch.ones(3)
    nnfp.torch_default_(torch.empty(3, 0), bias)
    assert bias.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_weight_is_left_alone(name: str, shape: tuple[int, int]) -> None:
    state = torch.get_rng_state()
    weight = torch.empty(shape)
    assert getattr(nnfp, name)(weight) is weight
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", ALL)
def test_filling_a_parameter_leaves_no_record_for_gradients(name: str) -> None:
    parameter = nn.Parameter(torch.zeros(3, 4))
    assert getattr(nnfp, name)(parameter) is parameter
    assert parameter.requires_grad and parameter.is_leaf
    assert parameter.abs().min() > 0


@pytest.mark.parametrize("name", ALL)
def test_a_layer_can_start_with_each(name: str) -> None:
    torch.manual_seed(2)
    layer = nnfp.Linear(5, 4, init=getattr(nnfp, name))
    torch.manual_seed(2)
    assert torch.equal(layer.weight, getattr(nnfp, name)(torch.empty(4, 5)))
    assert layer.bias.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (nnfp.xavier_uniform_, math.sqrt(2 / 1300)),
        (nnfp.xavier_normal_, math.sqrt(2 / 1300)),
        (nnfp.kaiming_uniform_, math.sqrt(2 / 500)),
        (nnfp.kaiming_normal_, math.sqrt(2 / 500)),
        (nnfp.torch_default_, 1 / math.sqrt(3 * 500)),
    ],
)
def test_the_standard_deviation_is_the_promised_one(
    fill: Callable[[Tensor], Tensor], expected: float
) -> None:
    torch.manual_seed(0)
    weight = fill(torch.empty(800, 500))
    assert weight.std().item() == pytest.approx(expected, rel=0.01)
    assert weight.mean().item() == pytest.approx(0, abs=0.01 * expected)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("tensor", "sentence"),
    [
        (torch.ones(()), r"expected a weight of two or more dimensions, got \(\)"),
        (torch.ones(3), r"expected a weight of two or more dimensions, got \(3,\)"),
        (torch.ones(3, 4, dtype=torch.int64), "a floating-point dtype, got torch.int64"),
        (torch.ones(3, 4, dtype=torch.complex64), "a floating-point dtype, got torch.complex64"),
    ],
)
def test_a_tensor_that_cannot_be_filled_is_rejected(
    name: str, tensor: Tensor, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        getattr(nnfp, name)(tensor)
    assert (tensor == 1).all()


@pytest.mark.parametrize("name", ALL)
def test_something_else_than_a_tensor_is_rejected(name: str) -> None:
    with pytest.raises(TypeError, match=r"expected a tensor to fill, got \[\[1\.0\]\]"):
        getattr(nnfp, name)([[1.0]])


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        *(
            (name, {"gain": -1.0}, "expected a finite gain of 0 or more, got -1.0")
            for name in XAVIER
        ),
        ("xavier_normal_", {"gain": math.inf}, "a finite gain of 0 or more, got inf"),
        ("xavier_normal_", {"gain": math.nan}, "a finite gain of 0 or more, got nan"),
        *((name, {"a": math.nan}, "expected a finite slope as a, got nan") for name in KAIMING),
        *(
            (name, {"mode": "fan_all"}, "expected fan_in or fan_out as mode, got 'fan_all'")
            for name in KAIMING
        ),
        *(
            (
                name,
                {"nonlinearity": "swish"},
                r"one of \['sigmoid', .*'leaky_relu'\] as nonlinearity, got 'swish'",
            )
            for name in KAIMING
        ),
    ],
)
def test_an_unusable_option_is_rejected(name: str, options: dict[str, Any], sentence: str) -> None:
    weight = torch.ones(3, 4)
    with pytest.raises(ValueError, match=sentence):
        getattr(nnfp, name)(weight, **options)
    assert (weight == 1).all()
