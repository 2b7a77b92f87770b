"""Test that bad settings are rejected before measuring, and that good ones list all cases."""

import os
from dataclasses import replace
from typing import Any

import pytest
import torch

from nnfp.speed import BACKWARD, FORWARD, RUNGS, settings
from nnfp.speed.settings import COPY_SIZES, PRODUCT_SIZES, SWEEP_BATCHES, SWEEP_SIZES, Settings
from tests.nnfp.speed.examples import CPU

GOOD = Settings(CPU, sizes=(2, 3), batches=(1, 4), precisions=("float32",), threads=1, seconds=0.1)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sizes": ()}, "expected sizes of 1 or more, got none"),
        ({"sizes": (2, 0)}, "expected sizes of 1 or more, got 2, 0"),
        ({"batches": ()}, "expected batches of 1 or more, got none"),
        ({"batches": (-1,)}, "expected batches of 1 or more, got -1"),
        ({"precisions": ()}, "expected precisions among float32, tf32, bfloat16, got none"),
        ({"precisions": ("float8",)}, "among float32, tf32, bfloat16, got float8"),
        ({"threads": 0}, "expected 1 to 2 threads, as this machine has 2 processors, got 0"),
        ({"threads": 3}, "expected 1 to 2 threads, as this machine has 2 processors, got 3"),
        ({"seconds": 0}, "expected seconds above 0 and up to 60, got 0"),
        ({"seconds": -1.0}, "expected seconds above 0 and up to 60, got -1"),
        ({"seconds": float("nan")}, "expected seconds above 0 and up to 60, got nan"),
        ({"seconds": 61}, "expected seconds above 0 and up to 60, got 61"),
        ({"sizes": (10**10,)}, "expected room for a layer of 10000000000 x 10000000000 and 4"),
        ({"batches": (1, 10**30)}, f"expected room for a layer of 3 x 3 and {10**30} samples"),
    ],
)
def test_bad_settings_raise_an_error_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], sentence: str
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(ValueError) as refusal:
        replace(GOOD, **changed)
    assert sentence in str(refusal.value)


def test_the_largest_settings_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert replace(GOOD, threads=2, seconds=60).threads == 2


def test_one_processor_is_assumed_if_they_cannot_be_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    with pytest.raises(ValueError, match="expected 1 to 1 threads"):
        replace(GOOD, threads=2)


@pytest.mark.parametrize("free", [2**30, None])
def test_the_error_states_the_available_memory(
    monkeypatch: pytest.MonkeyPatch, free: int | None
) -> None:
    monkeypatch.setattr(settings, "available_memory", lambda device: free)
    has = "1 GiB" if free else "an unknown amount"
    sentence = f"samples, 4.47e.12 GiB, got {has} of free memory on cpu: choose smaller"
    with pytest.raises(ValueError, match=sentence):
        replace(GOOD, sizes=(10**10,))


def test_the_weights_must_fit_as_tensors_plus_python_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a processor: 36 bytes for each weight, and three tensors more.
    needed = (36 + 12) * 1000**2 + (4 + 24) * 1000 * 10
    monkeypatch.setattr(settings, "available_memory", lambda device: needed)
    large = replace(GOOD, sizes=(10, 1000), batches=(10, 1))
    monkeypatch.setattr(settings, "available_memory", lambda device: needed - 1)
    with pytest.raises(ValueError, match="expected room for a layer of 1000 x 1000 and 10 samples"):
        replace(large)


@pytest.mark.parametrize(("device", "needed"), [("cpu", 36), ("cuda", 12)])
def test_each_device_needs_memory_for_its_own_copies(
    monkeypatch: pytest.MonkeyPatch, device: str, needed: int
) -> None:
    free = {"cpu": 2**40, "cuda": 2**40}
    monkeypatch.setattr(settings, "available_memory", lambda device: free[device.type])
    gpu = replace(GOOD, device=torch.device("cuda"), sizes=(1000,), batches=(1,))
    free[device] = needed * 1000**2 + {"cpu": 4, "cuda": 24}[device] * 1000
    replace(gpu)
    free[device] -= 1
    with pytest.raises(ValueError, match=f"of free memory on {device}"):
        replace(gpu)


@pytest.mark.parametrize("full", ["cpu", "cuda"])
def test_a_full_device_is_rejected(monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    free = {"cpu": 2**40, "cuda": 2**40} | {full: 10}
    monkeypatch.setattr(settings, "available_memory", lambda device: free[device.type])
    with pytest.raises(ValueError, match=f"of free memory on {full}"):
        replace(GOOD, device=torch.device("cuda"))


def test_the_ladder_has_each_rung_for_each_size_and_batch_size() -> None:
    found = {(case.rung, case.work, case.size, case.batch) for case in GOOD.ladder()}
    assert found == {
        (rung, work, size, batch)
        for rung in RUNGS
        for work in (FORWARD, BACKWARD)
        for size in (2, 3)
        for batch in (1, 4)
        if (rung, work) != ("three Python loops", BACKWARD)
        if rung != "torch.compile" or (size, batch) == (3, 4)
    }


def test_each_case_is_measured_once() -> None:
    twice = replace(GOOD, sizes=(2, 3, 3), batches=(4, 1, 4), precisions=("float32", "float32"))
    assert sorted(twice.ladder()) == sorted(GOOD.ladder())


def test_the_sweep_is_one_large_layer_in_the_first_precision() -> None:
    sweep = replace(GOOD, precisions=("bfloat16", "float32")).sweep()
    assert [case.batch for case in sweep] == list(SWEEP_BATCHES)
    found = {(case.rung, case.size, case.precision, case.work) for case in sweep}
    assert found == {("nnfp.Linear", SWEEP_SIZES["cpu"], "bfloat16", FORWARD)}


@pytest.mark.parametrize("sizes", [COPY_SIZES, SWEEP_SIZES, PRODUCT_SIZES])
def test_each_kind_of_device_has_large_powers_of_two(sizes: dict[str, Any]) -> None:
    assert set(sizes) == {"cpu", "mps", "cuda"}
    for size in sizes.values():
        for each in size if isinstance(size, tuple) else [size]:
            assert each >= 1024
            assert each.bit_count() == 1
