"""Test `SGD` by comparing it with that of PyTorch."""

from typing import Any

import pytest
import torch
from torch import nn

from nnfp import SGD
from tests.nnfp.momentum.twins import (
    Settings,
    assert_all_twins,
    assert_twins,
    combinations,
    each,
    foreach_calls,
)

COMBINATIONS = [
    settings
    for settings in combinations(
        lr=[0.1, torch.tensor([0.1])],
        momentum=[0, 0.9],
        dampening=[0, 0.25],
        weight_decay=[0, 0.3],
        nesterov=[False, True],
        maximize=[False, True],
        foreach=[None, False, True],
    )
    if not settings["nesterov"] or (settings["momentum"] > 0 and settings["dampening"] == 0)
]


@pytest.mark.usefixtures("together")
def test_sgd_equals_that_of_pytorch(dtype: torch.dtype) -> None:
    second: Settings = {"lr": 0.02, "weight_decay": 1}
    assert_all_twins(SGD, torch.optim.SGD, COMBINATIONS, dtype, **second)


@pytest.mark.usefixtures("together")
def test_each_operation_of_a_step_is_called_once_for_all_parameters() -> None:
    calls = foreach_calls(SGD, 2)
    assert "aten::_foreach_add_" in calls
    assert foreach_calls(SGD, 5) == calls


def test_settings_may_be_given_by_position() -> None:
    settings = (0.1, 0.9, 0, 0.3, True)
    assert_twins(
        lambda params: SGD(params, *settings), lambda params: torch.optim.SGD(params, *settings)
    )


def test_the_defaults_are_those_of_pytorch() -> None:
    p = nn.Parameter(torch.zeros(2))
    ours, theirs = SGD([p]).defaults, torch.optim.SGD([p]).defaults
    assert ours == {name: theirs[name] for name in ours}


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": -0.1},
        {"lr": torch.tensor([0.1, 0.1])},
        {"lr": torch.tensor(-0.5)},
        {"lr": "0.1"},
        {"momentum": -0.1},
        {"weight_decay": -0.1},
        {"nesterov": True},
        {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
    ],
    ids=str,
)
def test_sgd_refuses_settings_as_pytorch_does(settings: Any) -> None:
    p = nn.Parameter(torch.zeros(2))
    with pytest.raises((ValueError, TypeError)) as expected:
        torch.optim.SGD([p], **settings)
    with pytest.raises(expected.type) as error:
        SGD([p], **settings)
    if expected.type is ValueError:
        assert str(error.value) == str(expected.value)


@pytest.mark.parametrize("unknown", ["fused", "differentiable", "learning_rate"])
def test_sgd_refuses_an_unknown_keyword_by_its_name(unknown: str) -> None:
    wrong: Any = {unknown: False}
    with pytest.raises(TypeError) as error:
        SGD([nn.Parameter(torch.zeros(2))], **wrong)
    assert str(error.value) == (
        "expected only the keywords lr, momentum, dampening, weight_decay, nesterov, maximize, "
        f"foreach for SGD, got {unknown}"
    )


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("weight_decay", [0, 0.3])
@pytest.mark.parametrize("maximize", [False, True])
def test_a_step_leaves_the_gradient_as_it_is(
    nesterov: bool, weight_decay: float, maximize: bool
) -> None:
    p = nn.Parameter(torch.tensor([1.0, 2.0]))
    sgd = SGD([p], 0.1, 0.9, nesterov=nesterov, weight_decay=weight_decay, maximize=maximize)
    p.grad = torch.tensor([3.0, -4.0])
    for _ in range(3):
        sgd.step()
        assert p.grad.tolist() == [3.0, -4.0]


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("nesterov", [False, True])
def test_the_velocity_does_not_share_memory_with_the_gradient(nesterov: bool) -> None:
    p = nn.Parameter(torch.tensor([1.0, 2.0]))
    sgd = SGD([p], 0.1, 0.9, nesterov=nesterov)
    p.grad = torch.tensor([3.0, -4.0])
    sgd.step()
    p.grad.zero_()
    assert sgd.state[p]["momentum_buffer"].tolist() == [3.0, -4.0]


@pytest.mark.usefixtures("together")
@each(combinations(momentum=[0, 0.9], maximize=[False, True], foreach=[False, True]))
def test_sgd_takes_complex_numbers_like_that_of_pytorch(settings: Settings) -> None:
    assert_twins(
        lambda params: SGD(params, 0.1, weight_decay=0.3, **settings),
        lambda params: torch.optim.SGD(params, 0.1, weight_decay=0.3, **settings),
        torch.complex64,
        rtol=1e-6,
    )


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("foreach", [None, True])
@pytest.mark.parametrize("momentum", [0, 0.9])
def test_sgd_takes_sparse_gradients_like_that_of_pytorch(
    momentum: float, foreach: bool | None
) -> None:
    torch.manual_seed(0)
    twins = [nn.Embedding(5, 2, sparse=True) for _ in range(2)]
    twins[1].load_state_dict(twins[0].state_dict())
    ours = SGD(twins[0].parameters(), 0.1, momentum, foreach=foreach)
    theirs = torch.optim.SGD(twins[1].parameters(), 0.1, momentum, foreach=foreach)
    for rows in (torch.tensor([0, 3]), torch.tensor([3, 3, 4])):
        for twin, optimizer in zip(twins, (ours, theirs), strict=True):
            optimizer.zero_grad()
            twin(rows).square().sum().backward()
            optimizer.step()
    assert twins[0].weight.grad is not None
    assert twins[0].weight.grad.is_sparse
    torch.testing.assert_close(twins[0].weight, twins[1].weight, rtol=0, atol=0)


def test_momentum_that_is_switched_on_later_starts_with_the_gradient() -> None:
    def switch(optimizer: torch.optim.Optimizer, step: int) -> None:
        optimizer.param_groups[0]["momentum"] = 0.9 if step >= 4 else 0

    assert_twins(
        lambda params: SGD(params, 0.1),
        lambda params: torch.optim.SGD(params, 0.1),
        after_step=switch,
    )
