"""Fixtures for the tests of `nnfp.speed`: measurements that take milliseconds."""

import functools
from collections.abc import Iterator

import pytest
import torch

from nnfp.speed import Measurements, command
from nnfp.speed.settings import COPY_SIZES, PRODUCT_SIZES, SWEEP_SIZES, Settings
from tests.nnfp.speed.examples import MEASURED


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure small layers and products, and compile without a C++ compiler."""
    monkeypatch.setitem(PRODUCT_SIZES, "cpu", (8,))
    monkeypatch.setitem(COPY_SIZES, "cpu", 64)
    monkeypatch.setitem(SWEEP_SIZES, "cpu", 8)
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))


@pytest.fixture
def measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if anything is measured."""

    def measure(settings: Settings) -> Iterator[Measurements]:
        raise AssertionError("this measured something")

    monkeypatch.setattr(command, "measure_stepwise", measure)


@pytest.fixture
def measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return fixed measurements at once."""
    monkeypatch.setattr(command, "measure_stepwise", lambda settings: iter([MEASURED]))
