"""Test that the right work is timed, on the right threads and in the right precision."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.benchmark import Timer

from nnfp.speed import BACKWARD, FORWARD, RUNGS, steps, timing
from nnfp.speed.results import Case
from nnfp.speed.steps import STEPS, WARM_UP, Step, training_step
from nnfp.speed.timing import (
    Clock,
    make_tensors,
    make_work,
    matmul_precision,
    time_rung,
    time_training,
)
from tests.nnfp.speed.examples import BIAS, CPU, WEIGHT, relu_of

SHORT = Clock(threads=1, seconds=1e-9)


@pytest.mark.parametrize("rung", [name for name in RUNGS if name != "three Python loops"])
def test_backward_computes_the_gradients_of_pytorch(quick: None, rung: str) -> None:
    torch.manual_seed(0)
    theirs = torch.nn.Linear(3, 3)
    x = torch.randn(4, 3)
    layer = RUNGS[rung](theirs.weight, theirs.bias)  # type: ignore[arg-type]
    grads = make_work(layer, x, theirs.weight, theirs.bias, BACKWARD)()
    x.requires_grad_()
    leaves = (x, theirs.weight, theirs.bias)
    torch.testing.assert_close(grads, torch.autograd.grad(relu_of(x, theirs).sum(), leaves))


def test_forward_builds_no_graph() -> None:
    layer = RUNGS["F.linear"](WEIGHT, BIAS)
    x = torch.ones(1, 2)
    assert layer(x).requires_grad
    outputs = make_work(layer, x, WEIGHT, BIAS, FORWARD)()
    assert isinstance(outputs, Tensor)
    assert not outputs.requires_grad


def test_the_layer_keeps_the_spread_of_its_inputs() -> None:
    x, weight, _ = make_tensors(CPU, "float32", size=256, batch=64)
    assert x.std().item() == pytest.approx(1, abs=0.05)
    assert (x @ weight.T).std().item() == pytest.approx(1, abs=0.05)


def test_the_tensors_are_the_same_each_time() -> None:
    before = torch.get_rng_state()
    first, again = (make_tensors(CPU, "float32", size=3, batch=4) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert torch.equal(torch.get_rng_state(), before)


def test_tf32_is_allowed_only_while_it_is_measured() -> None:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        with matmul_precision("tf32"):
            assert torch.get_float32_matmul_precision() == "high"
        with pytest.raises(KeyError), matmul_precision("float32"):
            assert torch.get_float32_matmul_precision() == "highest"
            raise KeyError
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize(("precision", "used"), [("tf32", "high"), ("float32", "highest")])
def test_a_rung_is_timed_in_its_precision(
    monkeypatch: pytest.MonkeyPatch, precision: str, used: str
) -> None:
    seen = set()

    def watch(x: Tensor) -> Tensor:
        seen.add(torch.get_float32_matmul_precision())
        return x

    monkeypatch.setitem(RUNGS, "watch", lambda weight, bias: watch)
    time_rung(SHORT, CPU, Case("watch", precision, FORWARD, 2, 2))
    assert seen == {used}


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the options of each timer that is used from now on."""
    used: list[dict[str, Any]] = []

    class Watched(Timer):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            used.append(options)
            super().__init__(*arguments, **options)

        def blocked_autorange(self, callback: Any = None, min_run_time: float = 0.2) -> Any:
            used[-1]["min_run_time"] = min_run_time
            return super().blocked_autorange(callback, min_run_time)

    monkeypatch.setattr(timing, "Timer", Watched)
    return used


def test_work_is_timed_on_the_threads_of_the_clock(timers: list[dict[str, Any]]) -> None:
    threads = []
    Clock(threads=2, seconds=1e-9).time(lambda: threads.append(torch.get_num_threads()))
    assert threads[-1] == 2
    assert timers[0]["num_threads"] == 2


def test_work_is_timed_for_the_seconds_of_the_clock(timers: list[dict[str, Any]]) -> None:
    median, spread = Clock(threads=1, seconds=1e-7).time(lambda: None)
    assert median > 0 <= spread
    assert timers[0]["min_run_time"] == 1e-7


def test_the_first_call_comes_before_the_timer(timers: list[dict[str, Any]]) -> None:
    calls: list[int] = []
    SHORT.time(lambda: calls.append(len(timers)))
    assert calls[0] == 0
    assert set(calls[1:]) == {1}


class Sixteenth(Clock):
    """A clock on which all work takes a sixteenth of a second."""

    def time(self, work: timing.Work) -> tuple[float, float]:
        work()
        return 1 / 16, 0.0


@pytest.mark.parametrize(
    ("rung", "seconds", "samples"),
    [
        ("dot products", 0.5, 4),
        ("dot products", 0.1, 1),
        ("dot products", 60.0, 8),
        ("three Python loops", 1.0, 8),
        ("row by row", 1.0, 8),
        ("F.linear", 0.1, 64),
    ],
)
def test_a_slow_rung_is_timed_on_fewer_samples(
    monkeypatch: pytest.MonkeyPatch, rung: str, seconds: float, samples: int
) -> None:
    monkeypatch.setattr(timing, "Clock", Sixteenth)
    found = time_rung(Sixteenth(1, seconds), CPU, Case(rung, "float32", FORWARD, 2, 64))
    assert (found.samples, found.batch) == (samples, 64)
    assert found.case == Case(rung, "float32", FORWARD, 2, 64)


def test_both_modes_of_training_reach_the_loss_before_step_100(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = ((4, 5), (6, 3))
    monkeypatch.setattr(timing, "TRAINING_SIZES", sizes)

    def record(step: Step) -> Step:
        """Warm up and overwrite one tensor, as a recording does."""
        for _ in range(WARM_UP):
            step()
        loss = torch.zeros(())
        return lambda: loss.copy_(step())

    monkeypatch.setattr(timing, "record", record)
    found = list(time_training(SHORT, CPU))
    modes = ("call by call", "recorded")
    assert [(each.mode, each.size, each.batch) for each in found] == [
        (mode, *size) for size in sizes for mode in modes
    ]
    for size, batch in sizes:
        step = training_step(CPU, size, batch)
        loss = [step().item() for _ in range(STEPS)][-1]
        assert {each.loss for each in found if each.size == size} == {loss}
    assert STEPS == 100
    assert steps.TRAINING_SIZES[0][0] < steps.TRAINING_SIZES[1][0]
