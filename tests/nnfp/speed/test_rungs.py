"""Test that each way to compute the layer returns what PyTorch returns."""

from typing import Any

import pytest
import torch

from nnfp.speed.rungs import ONE_BY_ONE, RUNGS, Layer, compiled
from tests.nnfp.speed.examples import BIAS, WEIGHT, relu_of

each_rung = pytest.mark.parametrize("rung", RUNGS)


@each_rung
def test_each_rung_computes_the_mini_batch_of_the_tutorial(quick: None, rung: str) -> None:
    layer = RUNGS[rung](WEIGHT, BIAS)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert layer(x).tolist() == [[0.0, 22.0], [23.0, 50.0]]


@each_rung
def test_each_rung_computes_the_layer_of_pytorch(quick: None, rung: str) -> None:
    torch.manual_seed(0)
    theirs = torch.nn.Linear(3, 5)
    x = torch.randn(4, 3)
    ours = RUNGS[rung](theirs.weight, theirs.bias)(x)  # type: ignore[arg-type]
    torch.testing.assert_close(ours, relu_of(x, theirs), check_stride=False)


def test_making_a_rung_draws_no_random_numbers(quick: None) -> None:
    before = torch.get_rng_state()
    for rung in RUNGS.values():
        rung(WEIGHT, BIAS)
    assert torch.equal(torch.get_rng_state(), before)


def test_compiling_is_specialized_for_the_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def watch(layer: Layer, **options: Any) -> Layer:
        seen.update(options)
        return layer

    monkeypatch.setattr(torch, "compile", watch)
    compiled(WEIGHT, BIAS)
    assert seen == {"dynamic": False}


def test_the_first_rungs_are_those_that_compute_one_sample_at_a_time() -> None:
    assert tuple(RUNGS)[: len(ONE_BY_ONE)] == ONE_BY_ONE
