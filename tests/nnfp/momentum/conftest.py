"""Fixtures for the tests of the optimizers."""

import pytest
import torch

from nnfp.momentum import base


@pytest.fixture(params=[torch.float32, torch.float64], ids=str)
def dtype(request: pytest.FixtureRequest) -> torch.dtype:
    found: torch.dtype = request.param
    return found


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change parameters together where `foreach` allows it, as on a GPU."""
    monkeypatch.setattr(base, "FAST", ("cpu",))


@pytest.fixture(params=[base.FAST, ("cpu",)], ids=["one by one", "together"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change parameters one by one, as on a processor, or together, as on a GPU."""
    monkeypatch.setattr(base, "FAST", request.param)
