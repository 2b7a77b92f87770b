"""Test `Adam` by comparing it with that of PyTorch."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from nnfp import Adam
from tests.nnfp.momentum.twins import (
    Settings,
    adam_combinations,
    assert_all_twins,
    assert_twins,
    combinations,
    each,
    foreach_calls,
    parameter,
)

COMBINATIONS = adam_combinations(decoupled_weight_decay=[False, True])


@pytest.mark.usefixtures("together")
def test_adam_equals_that_of_pytorch(dtype: torch.dtype) -> None:
    second: Settings = {"lr": 0.02, "weight_decay": 1, "betas": (0.5, 0.75)}
    assert_all_twins(Adam, torch.optim.Adam, COMBINATIONS, dtype, **second)


@pytest.mark.usefixtures("together")
def test_each_operation_of_a_step_is_called_once_for_all_parameters() -> None:
    calls = foreach_calls(Adam, 2)
    assert "aten::_foreach_lerp_" in calls
    assert foreach_calls(Adam, 5) == calls


def test_settings_may_be_given_by_position() -> None:
    settings = (0.1, (0.5, 0.75), 0.1, 0.3)
    assert_twins(
        lambda params: Adam(params, *settings), lambda params: torch.optim.Adam(params, *settings)
    )


def test_the_defaults_are_those_of_pytorch() -> None:
    ours, theirs = Adam([parameter()]).defaults, torch.optim.Adam([parameter()]).defaults
    assert ours == {name: theirs[name] for name in ours}


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": -0.1},
        {"lr": float("nan")},
        {"lr": torch.tensor([0.1, 0.1])},
        {"lr": torch.tensor(0.1), "foreach": True},
        {"lr": "0.1"},
        {"eps": -0.1},
        {"betas": (-0.1, 0.5)},
        {"betas": (1.0, 0.5)},
        {"betas": (0.5, -0.1)},
        {"betas": (0.5, 1.0)},
        {"weight_decay": -0.1},
    ],
    ids=str,
)
def test_adam_refuses_settings_as_pytorch_does(settings: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as expected:
        torch.optim.Adam([parameter()], **settings)
    with pytest.raises(expected.type) as error:
        Adam([parameter()], **settings)
    if expected.type is ValueError:
        assert str(error.value) == str(expected.value)


@pytest.mark.parametrize(
    "betas", [(0, 0.5), (0.5, 0), (torch.tensor(0.5), torch.tensor(0.5)), (0.5,), (0.5, 0.5, 0.5)]
)
def test_adam_refuses_betas_that_are_not_two_floats(betas: Any) -> None:
    with pytest.raises(ValueError) as error:
        Adam([parameter()], betas=betas)
    assert str(error.value) == f"expected two floats as betas, got {betas}"


@pytest.mark.parametrize("unknown", ["amsgrad", "fused", "capturable", "differentiable"])
def test_adam_refuses_an_unknown_keyword_by_its_name(unknown: str) -> None:
    wrong: Any = {unknown: False}
    with pytest.raises(TypeError) as error:
        Adam([parameter()], **wrong)
    assert str(error.value) == (
        "expected only the keywords lr, betas, eps, weight_decay, maximize, foreach, "
        f"decoupled_weight_decay for Adam, got {unknown}"
    )


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("weight_decay", [0, 0.3])
@pytest.mark.parametrize("maximize", [False, True])
def test_a_step_leaves_the_gradient_as_it_is(weight_decay: float, maximize: bool) -> None:
    p = parameter()
    adam = Adam([p], 0.1, weight_decay=weight_decay, maximize=maximize)
    p.grad = torch.tensor([3.0, -4.0])
    for _ in range(3):
        adam.step()
        assert p.grad.tolist() == [3.0, -4.0]


@pytest.mark.usefixtures("together")
@each(combinations(decoupled_weight_decay=[False, True], foreach=[False, True]))
def test_adam_takes_complex_numbers_like_that_of_pytorch(settings: Settings) -> None:
    assert_twins(
        lambda params: Adam(params, 0.1, weight_decay=0.3, **settings),
        lambda params: torch.optim.Adam(params, 0.1, weight_decay=0.3, **settings),
        torch.complex64,
        rtol=1e-6,
    )


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_a_sparse_gradient_is_refused_before_anything_changes(kind: str) -> None:
    import nnfp

    first, table = parameter(), nn.Embedding(5, 2, sparse=True)
    before = table.weight.detach().clone()
    optimizer = getattr(nnfp, kind)([{"params": [first]}, {"params": [table.weight]}])
    first.grad = torch.ones(2)
    table(torch.tensor([0, 3])).sum().backward()
    with pytest.raises(RuntimeError) as error:
        optimizer.step()
    assert str(error.value) == (
        f"{kind} does not support sparse gradients, please consider SparseAdam instead"
    )
    assert first.tolist() == [1.0, 2.0]
    assert torch.equal(table.weight, before)
    assert not optimizer.state


def test_a_tensor_as_learning_rate_of_a_group_with_foreach_is_refused_as_in_pytorch() -> None:
    messages = []
    for kind in (Adam, torch.optim.Adam):
        p = parameter()
        optimizer = kind([{"params": [p], "lr": torch.tensor(0.1)}], foreach=True)
        p.grad = torch.ones(2)
        with pytest.raises(RuntimeError) as error:
            optimizer.step()
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_a_state_with_amsgrad_is_refused_at_the_next_step() -> None:
    p = parameter()
    adam = Adam([p])
    adam.load_state_dict(torch.optim.Adam([p], amsgrad=True).state_dict())
    p.grad = torch.ones(2)
    with pytest.raises(ValueError) as error:
        adam.step()
    assert str(error.value) == "expected groups without amsgrad, which Adam does not have"
    assert p.tolist() == [1.0, 2.0]


def test_a_step_is_not_captured_in_a_cuda_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    adam = Adam([parameter()])
    on_gpu: Any = SimpleNamespace(grad=None, is_cuda=True)
    adam.check([parameter()], adam.param_groups[0])
    with pytest.raises(RuntimeError) as error:
        adam.check([parameter(), on_gpu], adam.param_groups[0])
    assert str(error.value) == "expected a step outside of CUDA graphs: Adam counts its steps"


def test_steps_are_counted_on_the_processor_in_float32_for_every_dtype() -> None:
    p = nn.Parameter(torch.ones(2, dtype=torch.bfloat16))
    adam = Adam([p])
    p.grad = torch.ones_like(p)
    adam.step()
    assert adam.state[p]["step"].dtype == torch.float32
    assert adam.state[p]["exp_avg"].dtype == torch.bfloat16
