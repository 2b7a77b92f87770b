"""Test `AdamW` by comparing it with that of PyTorch."""

from typing import Any

import pytest
import torch

from nnfp import Adam, AdamW
from tests.nnfp.momentum.twins import (
    Settings,
    adam_combinations,
    assert_all_twins,
    assert_twins,
    parameter,
)

COMBINATIONS = adam_combinations()


@pytest.mark.usefixtures("together")
def test_adamw_equals_that_of_pytorch(dtype: torch.dtype) -> None:
    second: Settings = {"lr": 0.02, "weight_decay": 1, "betas": (0.5, 0.75)}
    assert_all_twins(AdamW, torch.optim.AdamW, COMBINATIONS, dtype, **second)


def test_settings_may_be_given_by_position() -> None:
    settings = (0.1, (0.5, 0.75), 0.1, 0.3)
    assert_twins(
        lambda params: AdamW(params, *settings),
        lambda params: torch.optim.AdamW(params, *settings),
    )


def test_the_defaults_are_those_of_pytorch() -> None:
    ours, theirs = AdamW([parameter()]).defaults, torch.optim.AdamW([parameter()]).defaults
    assert ours == {name: theirs[name] for name in ours}


@pytest.mark.parametrize(
    "settings", [{"lr": -0.1}, {"betas": (1.0, 0.5)}, {"lr": torch.tensor(0.1), "foreach": True}]
)
def test_adamw_refuses_settings_as_pytorch_does(settings: Any) -> None:
    with pytest.raises(ValueError) as expected:
        torch.optim.AdamW([parameter()], **settings)
    with pytest.raises(ValueError) as error:
        AdamW([parameter()], **settings)
    assert str(error.value) == str(expected.value)


@pytest.mark.parametrize("unknown", ["amsgrad", "decoupled_weight_decay"])
def test_adamw_refuses_an_unknown_keyword_by_its_name(unknown: str) -> None:
    wrong: Any = {unknown: True}
    with pytest.raises(TypeError) as error:
        AdamW([parameter()], **wrong)
    assert str(error.value) == (
        "expected only the keywords lr, betas, eps, weight_decay, maximize, foreach for AdamW, "
        f"got {unknown}"
    )


def test_decay_stays_decoupled_when_the_state_comes_from_adam() -> None:
    p = parameter()
    adamw = AdamW([p], 0.5)
    adamw.load_state_dict(Adam([p], 0.5, weight_decay=0.5).state_dict())
    p.grad = torch.zeros(2)
    adamw.step()
    assert p.tolist() == [0.75, 1.5]
