"""Test that a run measures everything on its device, one thing after the other."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nnfp.speed import (
    RUNGS,
    Measurements,
    Training,
    machine,
    measure,
    measuring,
    processor_peak,
    settings,
)
from nnfp.speed.measuring import measure_stepwise
from nnfp.speed.results import DTYPES
from nnfp.speed.rungs import Layer
from nnfp.speed.settings import COPY_SIZES, PRODUCT_SIZES, SWEEP_BATCHES, SWEEP_SIZES, Settings
from nnfp.speed.timing import Clock, Work
from tests.nnfp.speed.examples import CPU, CPUINFO, timing

SMALL = Settings(CPU, sizes=(2,), batches=(1,), precisions=("float32",), threads=1, seconds=1e-9)


def count(measured: Measurements) -> int:
    """Count the things measured; each has one number."""
    limits = [measured.copy, measured.call]
    lists = (measured.products, measured.ladder, measured.sweep, measured.training)
    return sum(map(len, lists)) + sum(limit is not None for limit in limits)


def test_by_default_one_thread_measures_in_float32(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cpuinfo").write_text(CPUINFO)
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "cpuinfo")
    measured = measure(sizes=[2], batches=[1], seconds=1e-6)
    assert measured.machine["device"] == "Some Processor, 1 thread"
    assert measured.peak == processor_peak(CPUINFO, threads=1)
    assert {t.precision for t in measured.ladder} == {"float32"}
    assert [t.batch for t in measured.sweep] == list(SWEEP_BATCHES)
    assert measured.training == []


def test_settings_that_cannot_be_measured_are_rejected() -> None:
    with pytest.raises(ValueError, match="expected sizes of 1 or more, got none"):
        measure(sizes=[])
    with pytest.raises(ValueError, match=r"expected a device of this machine \(.*\), got 'xpu'"):
        measure("xpu")


def test_each_step_adds_one_measurement(quick: None) -> None:
    steps = list(measure_stepwise(SMALL))
    assert [count(step) for step in steps] == list(range(1, len(steps) + 1))
    assert len(steps[-1].ladder) == len(SMALL.ladder())
    assert len(steps[-1].sweep) == len(SWEEP_BATCHES)


def fails(message: str) -> Any:
    """Make a rung whose layer raises an error when it is called."""

    def layer(x: Tensor) -> Tensor:
        raise ArithmeticError(message)

    return lambda weight, bias: layer


@pytest.mark.parametrize(
    ("message", "reason"), [("\nno C++ compiler found\nmore", "no C++ compiler found"), ("", "")]
)
def test_without_a_compiler_its_rung_is_left_out(
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    message: str,
    reason: str,
) -> None:
    monkeypatch.setitem(RUNGS, "torch.compile", fails(message))
    measured = measure(sizes=[2], batches=[1], seconds=1e-9)
    assert [t.rung for t in measured.rungs()] == [*RUNGS][:-1]
    sentence = f"torch.compile is left out, as it failed: {reason}\n"
    assert capsys.readouterr() == ("", 2 * sentence)


def test_another_rung_that_fails_is_an_error(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUNGS, "F.linear", fails("wrong"))
    with pytest.raises(ArithmeticError, match="wrong"):
        measure(sizes=[2], batches=[1], seconds=1e-9)


def test_measuring_works_without_stderr(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert measure(sizes=[2], batches=[1], seconds=1e-9).call


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_measuring_a_processor_needs_no_accelerator(
    quick: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delattr(torch._C, "_accelerator_exchangeDevice", raising=False)
    assert measure(name, [2], [1], seconds=1e-9).products["float32"] > 0


class FakeAccelerator:
    """Stand in for an accelerator by the meta device, and note where work is timed.

    Tensors on the meta device have a shape and no values, and refuse those of other devices.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.current: list[int | None] = []
        self.seen: set[tuple[object, ...]] = set()
        for sizes in (PRODUCT_SIZES, COPY_SIZES, SWEEP_SIZES):
            monkeypatch.setitem(sizes, "meta", sizes["cpu"])
        monkeypatch.setattr(torch.accelerator, "device_index", self.device_index)
        monkeypatch.setattr(Clock, "time", lambda clock, work: self.time(work))

    @contextmanager
    def device_index(self, index: int | None) -> Iterator[None]:
        self.current.append(index)
        yield
        self.current.pop()

    def time(self, work: Work) -> tuple[float, float]:
        results: Any = work()
        first = results[0] if isinstance(results, tuple) else results
        self.seen.add((first.device.type, *self.current))
        return 1.0, 0.0


def without_values(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Replace the Python loops, which need values."""
    return lambda x: x


def test_everything_is_computed_on_the_current_accelerator(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RUNGS, "three Python loops", without_values)
    accelerator = FakeAccelerator(monkeypatch)
    measured = measure(torch.device("meta:1"), [2], [1, 4], list(DTYPES))
    assert accelerator.seen == {("meta", 1)}
    assert {t.rung for t in measured.ladder} == set(RUNGS)
    assert measured.peak is None


def test_an_nvidia_gpu_measures_training_too(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = [Training("recorded", size, 32, 1e-4, 0.0, 0.5) for size in (128, 256)]
    monkeypatch.setattr(measuring, "describe", lambda device, threads: {"device": "GPU"})
    monkeypatch.setattr(measuring, "fastest_product", lambda *arguments: 1e12)
    monkeypatch.setattr(measuring, "copy_rate", lambda *arguments: 1e12)
    monkeypatch.setattr(measuring, "time_rung", lambda clock, device, case: timing(case.rung, 1.0))
    monkeypatch.setattr(measuring, "time_training", lambda clock, device: iter(trained))
    monkeypatch.setattr(settings, "available_memory", lambda device: None)
    monkeypatch.setattr(torch.accelerator, "device_index", lambda index: nullcontext())
    *_, almost, measured = measure_stepwise(replace(SMALL, device=torch.device("cuda")))
    assert (almost.training, measured.training) == (trained[:1], trained)
