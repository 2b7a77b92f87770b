"""Train the same parameters with two optimizers, and compare them after each step."""

import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.profiler import ProfilerActivity, profile

STEPS = 20
SHAPES = [(3, 2), (), (4,), (2, 3, 2), (5,)]
# For each parameter, the steps in which it has a gradient: always, in some, never; in the second
# group, late, and with interruptions.
HAS_GRADIENT: list[Callable[[int], bool]] = [
    lambda step: True,
    lambda step: step % 3 != 1,
    lambda step: False,
    lambda step: step >= 7,
    lambda step: step not in (0, 5, 6),
]

Settings = dict[str, Any]
Make = Callable[..., Optimizer]


def combinations(**choices: Iterable[Any]) -> list[Settings]:
    """List every way to choose one value for each keyword."""
    values = itertools.product(*choices.values())
    return [dict(zip(choices, chosen, strict=True)) for chosen in values]


def adam_combinations(**more: Iterable[Any]) -> list[Settings]:
    """List the settings of Adam and AdamW, with further keywords; some pairs are refused."""
    settings = combinations(
        lr=[0.1, torch.tensor([0.1])],
        betas=[(0.9, 0.999), (0.0, 0.5)],
        eps=[1e-8, 0.1],
        weight_decay=[0, 0.3],
        maximize=[False, True],
        foreach=[None, False, True],
        **more,
    )
    return [each for each in settings if not (each["foreach"] and isinstance(each["lr"], Tensor))]


def parameter() -> nn.Parameter:
    """Make a small parameter for tests that need just one."""
    return nn.Parameter(torch.tensor([1.0, 2.0]))


def each(combinations: list[Settings]) -> pytest.MarkDecorator:
    """Run a test once for each combination of settings."""
    return pytest.mark.parametrize(
        "settings", combinations, ids=lambda s: "-".join(f"{k}={v}" for k, v in s.items())
    )


def copied(settings: Settings) -> Settings:
    """Copy the settings, so that no two optimizers share a learning rate that is a tensor."""
    return {k: v.clone() if isinstance(v, Tensor) else v for k, v in settings.items()}


def start(dtype: torch.dtype = torch.float32) -> list[nn.Parameter]:
    """Make parameters that are the same in each call."""
    # Seeding the global generator would take longer than a step: it prepares for GPUs, too.
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, dtype=dtype, generator=generator)) for shape in SHAPES]


def groups(params: list[nn.Parameter], **second: Any) -> list[dict[str, Any]]:
    """Put the parameters into two groups, the second with other settings."""
    return [{"params": params[:3]}, {"params": params[3:], **copied(second)}]


def give_gradients(params: list[nn.Parameter], step: int) -> None:
    """Set the gradients of a step, which are the same in each call."""
    for i, (p, has_gradient) in enumerate(zip(params, HAS_GRADIENT, strict=True)):
        p.grad = gradient(p.dtype, step, i).clone() if has_gradient(step) else None


@functools.cache
def gradient(dtype: torch.dtype, step: int, i: int) -> Tensor:
    generator = torch.Generator().manual_seed(len(SHAPES) * step + i)
    return torch.randn(SHAPES[i], dtype=dtype, generator=generator)


def assert_same(ours: Optimizer, theirs: Optimizer, rtol: float = 0.0) -> None:
    """Check that parameters and states are equal, by default to the last bit."""
    for group, other in zip(ours.param_groups, theirs.param_groups, strict=True):
        for p, q in zip(group["params"], other["params"], strict=True):
            state, expected = ours.state.get(p, {}), theirs.state.get(q, {})
            assert state.keys() == expected.keys()
            pairs = [(p, q), *((state[name], expected[name]) for name in state)]
            for a, b in pairs:
                assert a.dtype == b.dtype
                assert torch.equal(a, b) or torch.allclose(a, b, rtol=rtol, atol=rtol)


def assert_twins(
    make_ours: Callable[[list[nn.Parameter]], Optimizer],
    make_theirs: Callable[[list[nn.Parameter]], Optimizer],
    dtype: torch.dtype = torch.float32,
    after_step: Callable[[Optimizer, int], None] = lambda optimizer, step: None,
    rtol: float = 0.0,
) -> None:
    """Train twins with both optimizers, and compare them after each step."""
    twins = start(dtype), start(dtype)
    optimizers = make_ours(twins[0]), make_theirs(twins[1])
    for step in range(STEPS):
        for params, optimizer in zip(twins, optimizers, strict=True):
            give_gradients(params, step)
            optimizer.step()
            after_step(optimizer, step)
        assert_same(*optimizers, rtol)
    moved = [not torch.equal(p, q) for p, q in zip(twins[0], start(dtype), strict=True)]
    assert moved == [True, True, False, True, True]


def in_two_groups(
    make: Make, settings: Settings, second: Settings
) -> Callable[[list[nn.Parameter]], Optimizer]:
    """Return a function that makes an optimizer whose second group has other settings."""
    return lambda params: make(groups(params, **second), **copied(settings))


def assert_all_twins(
    ours: Make, theirs: Make, combinations: list[Settings], dtype: torch.dtype, **second: Any
) -> None:
    """Compare both optimizers with each combination of settings; a second group has others.

    A test for each combination would take a third longer.
    """
    assert combinations
    for settings in combinations:
        try:
            assert_twins(
                in_two_groups(ours, settings, second),
                in_two_groups(theirs, settings, second),
                dtype,
            )
        except AssertionError as error:
            error.add_note(f"with {settings}")
            raise


def foreach_calls(make: Make, count: int) -> list[str]:
    """Take a step with this many parameters, and list the operations on all of them at once."""
    params = [parameter() for _ in range(count)]
    for p in params:
        p.grad = torch.ones_like(p)
    optimizer = make(params)
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        optimizer.step()
    return [event.name for event in seen.events() if event.name.startswith("aten::_foreach")]
