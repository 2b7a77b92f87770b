"""Test what all optimizers share: closures, states, schedulers, and what they work with."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.optim import Optimizer, lr_scheduler
from torch.utils import _foreach_utils

import nnfp
from nnfp.momentum import GradientOptimizer, base
from tests.nnfp.momentum.twins import (
    STEPS,
    assert_same,
    assert_twins,
    give_gradients,
    groups,
    start,
)

SETTINGS: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True},
    "Adam": {"lr": 0.1, "weight_decay": 0.1},
    "AdamW": {"lr": 0.1, "weight_decay": 0.1},
}
KINDS = pytest.mark.parametrize("kind", SETTINGS)


def ours(kind: str, params: Any, **settings: Any) -> Any:
    return getattr(nnfp, kind)(params, **SETTINGS[kind] | settings)


def theirs(kind: str, params: Any, **settings: Any) -> Any:
    return getattr(torch.optim, kind)(params, **SETTINGS[kind] | settings)


def train(optimizer: Optimizer, params: list[nn.Parameter], steps: range) -> None:
    for step in steps:
        give_gradients(params, step)
        optimizer.step()


# Closures


@KINDS
@pytest.mark.parametrize("outside", [torch.no_grad, torch.enable_grad])
def test_a_closure_is_called_once_with_gradients_on_before_anything_changes(
    kind: str, outside: Callable[[], Any]
) -> None:
    p = nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = ours(kind, [p])
    seen = []

    def closure() -> Tensor:
        seen.append(p.tolist())
        optimizer.zero_grad()
        loss = p.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with outside():
        loss = optimizer.step(closure)
    assert seen == [[1.0, 2.0]]
    assert loss.item() == 5.0
    assert p.tolist() != [1.0, 2.0]


@KINDS
def test_without_a_closure_a_step_returns_nothing(kind: str) -> None:
    optimizer = ours(kind, [nn.Parameter(torch.ones(2))])
    assert optimizer.step() is None


@KINDS
def test_hooks_are_called_around_a_step(kind: str) -> None:
    p = nn.Parameter(torch.ones(2))
    optimizer, calls = ours(kind, [p]), []
    optimizer.register_step_pre_hook(lambda *_: calls.append(p.tolist()))
    optimizer.register_step_post_hook(lambda *_: calls.append(p.tolist()))
    p.grad = torch.ones(2)
    optimizer.step()
    assert calls == [[1.0, 1.0], p.tolist()]


# Parameters


@KINDS
def test_names_of_parameters_are_kept(kind: str) -> None:
    net = nnfp.MLP([2, 3, 1])
    optimizer = ours(kind, net.named_parameters())
    assert optimizer.param_groups[0]["param_names"] == [name for name, _ in net.named_parameters()]


@KINDS
def test_a_parameter_without_a_gradient_gets_no_state(kind: str) -> None:
    p, q = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = ours(kind, [p, q])
    p.grad = torch.ones(2)
    optimizer.step()
    assert list(optimizer.state) == [p]
    assert q.tolist() == [1.0, 1.0]


@KINDS
@pytest.mark.usefixtures("how")
def test_a_group_that_is_added_later_is_trained_like_that_of_pytorch(kind: str) -> None:
    twins = start(), start()
    optimizers = ours(kind, twins[0][:3]), theirs(kind, twins[1][:3])
    for params, optimizer in zip(twins, optimizers, strict=True):
        train(optimizer, params, range(5))
        optimizer.add_param_group({"params": params[3:], "lr": 0.5})
        train(optimizer, params, range(5, STEPS))
    assert_same(*optimizers)


@KINDS
@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("foreach", [False, True])
def test_parameters_of_several_dtypes_are_trained_like_those_of_pytorch(
    kind: str, foreach: bool
) -> None:
    def mixed() -> list[nn.Parameter]:
        return [*start(torch.float32)[:1], *start(torch.float64)[1:4], *start(torch.bfloat16)[4:]]

    twins = mixed(), mixed()
    optimizers = [
        make(kind, p, foreach=foreach) for make, p in zip((ours, theirs), twins, strict=True)
    ]
    for params, optimizer in zip(twins, optimizers, strict=True):
        train(optimizer, params, range(STEPS))
    assert_same(*optimizers)


@KINDS
@pytest.mark.parametrize("bad", [[], [torch.ones(2)], torch.ones(2), [3.0]])
def test_wrong_parameters_are_refused_as_in_pytorch(kind: str, bad: Any) -> None:
    try:
        theirs(kind, bad)
    except (TypeError, ValueError) as expected:
        with pytest.raises(type(expected)) as error:
            ours(kind, bad)
        assert str(error.value) == str(expected)


def test_all_unknown_keywords_are_listed() -> None:
    wrong: Any = {"fused": True, "learning_rate": 0.1}
    with pytest.raises(TypeError) as error:
        nnfp.SGD([nn.Parameter(torch.ones(2))], **wrong)
    assert str(error.value).endswith("for SGD, got fused, learning_rate")


# One by one, or together


class Marked(nn.Parameter):
    pass


@pytest.mark.parametrize(
    ("fast", "foreach", "subclass", "together"),
    [
        (True, None, False, True),
        (True, True, False, True),
        (True, False, False, False),
        (True, None, True, False),
        (True, True, True, True),
        (False, None, False, False),
        (False, True, False, False),
    ],
)
def test_foreach_chooses_how_parameters_are_changed(
    monkeypatch: pytest.MonkeyPatch,
    fast: bool,
    foreach: bool | None,
    subclass: bool,
    together: bool,
) -> None:
    monkeypatch.setattr(base, "FAST", ("cpu",) if fast else ("cuda",))
    calls: list[int] = []
    add = torch._foreach_add_

    def counted(tensors: list[Tensor], *rest: Any, **settings: Any) -> None:
        calls.append(len(tensors))
        add(tensors, *rest, **settings)

    monkeypatch.setattr(torch, "_foreach_add_", counted)
    kind = Marked if subclass else nn.Parameter
    params = [kind(torch.ones(2)), kind(torch.ones(3)), kind(torch.ones(1))]
    sgd = nnfp.SGD(params, foreach=foreach)
    for p in params[:2]:
        p.grad = torch.ones_like(p)
    sgd.step()
    assert calls == ([2] if together else [])
    assert params[0].tolist() == pytest.approx([0.999, 0.999])


def test_lists_are_used_on_devices_on_which_pytorch_uses_them() -> None:
    # PyTorch adds the name of a device that others can register.
    supported = _foreach_utils._get_foreach_kernels_supported_devices()
    assert {*base.FAST} == {*supported} - {torch._C._get_privateuse1_backend_name()}


def test_a_new_rule_needs_only_the_change_of_one_parameter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Sign(GradientOptimizer):
        def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
            p.sub_(group["lr"] * grad.sign())

    monkeypatch.setattr(base, "FAST", ("cpu",))
    params = [nn.Parameter(torch.tensor([5.0, 7.0])), nn.Parameter(torch.tensor([1.0]))]
    optimizer = Sign(params, {"lr": 0.5})
    params[0].grad, params[1].grad = torch.tensor([0.25, -40.0]), torch.tensor([3.0])
    optimizer.step()
    assert [p.tolist() for p in params] == [[4.5, 7.5], [0.5]]


def test_a_step_checks_every_group_before_it_changes_one() -> None:
    class Positive(GradientOptimizer):
        def check(self, params: list[Tensor], group: dict[str, Any]) -> None:
            if group["lr"] < 0:
                raise ValueError(f"expected a positive learning rate, got {group['lr']}")

        def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
            p.sub_(group["lr"] * grad)

    p, q = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    both: list[dict[str, Any]] = [{"params": [p]}, {"params": [q], "lr": -1}]
    optimizer = Positive(both, {"lr": 0.5})
    p.grad, q.grad = torch.ones(2), torch.ones(2)
    with pytest.raises(ValueError, match="expected a positive learning rate, got -1"):
        optimizer.step()
    assert p.tolist() == q.tolist() == [1.0, 1.0]


def test_a_rule_must_be_written() -> None:
    p = nn.Parameter(torch.ones(2))
    optimizer = GradientOptimizer([p], {"lr": 0.5})
    p.grad = torch.ones(2)
    with pytest.raises(NotImplementedError):
        optimizer.step()


# Save and load


def by_state_dict(kind: str, optimizer: Any, params: list[nn.Parameter]) -> Any:
    file = io.BytesIO()
    torch.save({"optimizer": optimizer.state_dict(), "params": params}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    params = saved["params"]
    loaded = getattr(nnfp, kind)(groups(params), lr=7.0)
    loaded.load_state_dict(saved["optimizer"])
    return loaded, params


def by_deepcopy(kind: str, optimizer: Any, params: list[nn.Parameter]) -> Any:
    return copy.deepcopy((optimizer, params))


def by_pickle(kind: str, optimizer: Any, params: list[nn.Parameter]) -> Any:
    return pickle.loads(pickle.dumps((optimizer, params)))


@KINDS
@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("saved", [by_state_dict, by_deepcopy, by_pickle])
@pytest.mark.parametrize("middle", [0, 3, 10])
def test_training_that_is_saved_and_loaded_goes_on_as_if_it_had_not_been(
    kind: str, saved: Callable[..., Any], middle: int, dtype: torch.dtype
) -> None:
    params = start(dtype)
    optimizer = ours(kind, groups(params, lr=0.02))
    train(optimizer, params, range(middle))
    loaded, loaded_params = saved(kind, optimizer, params)
    train(optimizer, params, range(middle, STEPS))
    train(loaded, loaded_params, range(middle, STEPS))
    assert_same(loaded, optimizer)


@KINDS
@pytest.mark.parametrize(("first", "second"), [(ours, theirs), (theirs, ours)])
def test_training_goes_on_with_the_optimizer_of_pytorch_and_back(
    kind: str, first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    twins = start(), start()
    stays, leaves = (first(kind, groups(params, lr=0.02)) for params in twins)
    for params, optimizer in zip(twins, (stays, leaves), strict=True):
        train(optimizer, params, range(10))
    # Other settings, which the loaded ones replace
    other = second(kind, groups(twins[1]), lr=7.0, weight_decay=0.0)
    other.load_state_dict(copy.deepcopy(leaves.state_dict()))
    for params, optimizer in zip(twins, (stays, other), strict=True):
        train(optimizer, params, range(10, STEPS))
    assert_same(stays, other)


@KINDS
def test_states_can_be_saved_and_loaded_again_and_again(kind: str) -> None:
    twins = start(), start()
    optimizer, other = ours(kind, twins[0]), ours(kind, twins[1])
    for step in range(3):
        for params, trained in zip(twins, (optimizer, other), strict=True):
            train(trained, params, range(step, step + 1))
        other.load_state_dict(copy.deepcopy(other.state_dict()))
        other.load_state_dict(pickle.loads(pickle.dumps(other.state_dict())))
    assert_same(optimizer, other)


def test_the_state_of_another_optimizer_is_refused_and_changes_nothing() -> None:
    p = nn.Parameter(torch.ones(2))
    adam, sgd = nnfp.Adam([p]), torch.optim.SGD([p])
    with pytest.raises(ValueError) as error:
        adam.load_state_dict(sgd.state_dict())
    assert str(error.value).startswith(
        "expected the state of Adam, with lr, betas, eps, weight_decay, maximize, foreach, "
        "decoupled_weight_decay in each group, got a group with lr, momentum, dampening, "
    )
    assert adam.param_groups[0]["betas"] == (0.9, 0.999)


# Schedulers

SCHEDULERS: dict[str, Callable[[Optimizer], Any]] = {
    "warm-up and cosine": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.LinearLR(o, 0.1, total_iters=4),
            lr_scheduler.CosineAnnealingLR(o, STEPS - 4),
        ],
        [4],
    ),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, 0.5, STEPS),
    "cyclic": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.5, 3),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, lambda step: 1 / (step + 1)),
    "steps": lambda o: lr_scheduler.StepLR(o, 5),
}


@KINDS
@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("make", SCHEDULERS.values(), ids=SCHEDULERS)
@pytest.mark.parametrize("lr", [0.1, torch.tensor(0.1)], ids=["number", "tensor"])
def test_a_scheduler_drives_it_like_that_of_pytorch(
    kind: str, make: Callable[[Optimizer], Any], lr: Any
) -> None:
    schedulers: dict[Optimizer, Any] = {}

    def after_step(optimizer: Optimizer, step: int) -> None:
        schedulers[optimizer].step()

    def scheduled(optimizer: Optimizer) -> Optimizer:
        schedulers[optimizer] = make(optimizer)
        return optimizer

    rates = [copy.deepcopy(lr) for _ in range(4)]
    assert_twins(
        lambda params: scheduled(ours(kind, groups(params, lr=rates[0]), lr=rates[1])),
        lambda params: scheduled(theirs(kind, groups(params, lr=rates[2]), lr=rates[3])),
        after_step=after_step,
    )
    mine, other = (scheduler.get_last_lr() for scheduler in schedulers.values())
    assert mine == other


@KINDS
def test_a_scheduler_can_watch_the_loss(kind: str) -> None:
    optimizer = ours(kind, [nn.Parameter(torch.ones(2))])
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    for loss in (1.0, 1.0, 1.0):
        optimizer.step()
        scheduler.step(loss)
    assert optimizer.param_groups[0]["lr"] == 0.025


# With other parts of nnfp and PyTorch

X = torch.tensor([[1.0], [2.0], [3.0]])


def as_it_is(net: nn.Module) -> Any:
    return net


def compiled(net: nn.Module) -> Any:
    return torch.compile(net, backend="eager")


@KINDS
@pytest.mark.parametrize("wrap", [as_it_is, compiled, nn.Sequential, nn.DataParallel])
def test_fit_gives_the_losses_that_it_gives_with_pytorch(
    kind: str, wrap: Callable[[nn.Module], Any]
) -> None:
    losses = []
    for make in (ours, theirs):
        torch.manual_seed(0)
        net = wrap(nnfp.MLP([1, 4, 1]))
        optimizer = make(kind, net.named_parameters(), lr=0.01)
        losses.append(nnfp.fit(net, optimizer, [(X, 3 * X)], F.mse_loss, epochs=5))
    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_a_step_can_be_compiled(kind: str) -> None:
    twins = [nn.Parameter(torch.ones(2)) for _ in range(2)]
    optimizers = [ours(kind, [p]) for p in twins]
    steps = optimizers[0].step, torch.compile(optimizers[1].step, backend="eager")
    for p, step in zip(twins, steps, strict=True):
        for _ in range(2):
            p.grad = torch.tensor([0.5, -3.0])
            step()
    torch.testing.assert_close(twins[0], twins[1])


@KINDS
def test_gradients_can_be_clipped_and_scaled(kind: str) -> None:
    def trained(make: Callable[..., Any]) -> list[nn.Parameter]:
        params = start()
        optimizer = make(kind, params)
        scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
        for _ in range(3):
            optimizer.zero_grad()
            loss = sum((p.square().sum() for p in params), torch.zeros(()))
            scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(params, 1.0)
            scaler.step(optimizer)
            scaler.update()
        return params

    torch.testing.assert_close(trained(ours), trained(theirs), rtol=0, atol=0)
