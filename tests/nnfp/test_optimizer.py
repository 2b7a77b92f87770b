"""Test `Solved`, the fake optimizer."""

import copy
import io
import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_optimizer_state_dict,
    get_state_dict,
    set_optimizer_state_dict,
)
from torch.nn import functional as F  # noqa: N812
from torch.optim import Optimizer, lr_scheduler, swa_utils

from nnfp import MLP, Net, Solved, fit
from tests.nnfp.examples import TRIPLED, X, values, zeroed_net


class Wrapper(nn.Module):
    """A wrapper like DataParallel, which puts a prefix before the names of the net."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module


# Solved


def test_solved_sets_the_answers() -> None:
    net = Net(init=nn.init.ones_)
    nn.init.ones_(net.fc1.bias)
    Solved(net.named_parameters()).step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 0.0}


def test_after_one_epoch_the_loss_is_zero() -> None:
    net = zeroed_net()
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss)
    assert F.mse_loss(net(X), 3 * X).item() == 0.0


def test_solved_can_step_many_times() -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    for _ in range(3):
        nn.init.zeros_(net.fc1.weight)
        solver.step()
        assert net.fc1.weight.item() == 3.0


def test_an_answer_fills_only_its_own_parameter() -> None:
    net = MLP([2, 4, 3])
    before = copy.deepcopy(net.state_dict())
    Solved(net.named_parameters(), answers={"layers.1.weight": 0.5}).step()
    after = net.state_dict()
    assert torch.equal(after.pop("layers.1.weight"), torch.full((3, 4), 0.5))
    del before["layers.1.weight"]
    torch.testing.assert_close(after, before, rtol=0, atol=0)


def test_solved_ignores_gradients() -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    solver.step()
    assert net.fc1.weight.grad is None
    net.fc1.weight.grad = torch.tensor([[5.0]])
    solver.step()
    assert torch.equal(net.fc1.weight.grad, torch.tensor([[5.0]]))


def test_changing_the_answers_afterwards_changes_nothing() -> None:
    net = zeroed_net()
    answers = {"fc1.weight": 3.0}
    solver = Solved(net.named_parameters(), answers)
    answers["fc1.weight"] = 4.0
    solver.step()
    assert net.fc1.weight.item() == 3.0


@pytest.mark.parametrize("surroundings", [torch.enable_grad, torch.no_grad])
def test_autograd_does_not_record_a_step(
    surroundings: Callable[[], AbstractContextManager[object]],
) -> None:
    net = zeroed_net()
    with surroundings():
        Solved(net.named_parameters()).step()
    assert net.fc1.weight.item() == 3.0
    assert net.fc1.weight.is_leaf and net.fc1.weight.grad_fn is None


def test_without_a_closure_step_returns_none() -> None:
    assert Solved(Net().named_parameters()).step() is None


@pytest.mark.parametrize("surroundings", [torch.enable_grad, torch.no_grad])
def test_the_closure_is_called_before_the_step(
    surroundings: Callable[[], AbstractContextManager[object]],
) -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    seen = []

    def closure() -> Tensor:
        seen.append((net.fc1.weight.item(), torch.is_grad_enabled()))
        solver.zero_grad()
        loss = F.mse_loss(net(X), 3 * X)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with surroundings():
        loss = solver.step(closure)
        assert torch.is_grad_enabled() is (surroundings is torch.enable_grad)
    assert seen == [(0.0, True)]
    assert loss.item() == 42.0
    assert net.fc1.weight.item() == 3.0


def test_a_closure_that_fails_leaves_the_parameters_unchanged() -> None:
    net = zeroed_net()

    def closure() -> Tensor:
        raise RuntimeError("no loss today")

    with pytest.raises(RuntimeError, match=r"^no loss today$"):
        Solved(net.named_parameters()).step(closure)
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_zero_grad_sets_gradients_to_none() -> None:
    net = Net(init=nn.init.ones_)
    net(X).sum().backward()
    assert net.fc1.weight.grad is not None
    Solved(net.named_parameters()).zero_grad()
    assert net.fc1.weight.grad is None


def test_parameters_may_come_in_groups() -> None:
    net = zeroed_net()
    weight, bias = net.named_parameters()
    solver = Solved(
        [{"params": [weight]}, {"params": [bias]}], {"fc1.weight": 3.0, "fc1.bias": 1.0}
    )
    assert [group["param_names"] for group in solver.param_groups] == [["fc1.weight"], ["fc1.bias"]]
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 1.0}


def test_a_group_added_later_is_set_too() -> None:
    net = zeroed_net()
    weight, bias = net.named_parameters()
    solver = Solved([weight], answers={"fc1.weight": 3.0})
    solver.add_param_group({"params": [bias], "answers": {"fc1.bias": 1.0}})
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 1.0}


def test_a_state_dict_carries_the_answers_to_another_optimizer() -> None:
    net = zeroed_net()
    saved = Solved(net.named_parameters(), {"fc1.weight": 7.0}).state_dict()
    file = io.BytesIO()
    torch.save(saved, file)
    file.seek(0)
    other = Solved(net.named_parameters())
    other.load_state_dict(torch.load(file, weights_only=True))
    other.step()
    assert values(net) == {"fc1.weight": 7.0, "fc1.bias": 0.0}
    assert other.state_dict() == saved


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copy_of_an_optimizer_with_its_net_is_independent(copied: Callable[[Any], Any]) -> None:
    net = zeroed_net()
    twin, solver = copied((net, Solved(net.named_parameters())))
    solver.step()
    assert values(twin) == {"fc1.weight": 3.0, "fc1.bias": 0.0}
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_step_hooks_run_around_the_step() -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    calls = []
    solver.register_step_pre_hook(lambda *_: calls.append(net.fc1.weight.item()))
    solver.register_step_post_hook(lambda *_: calls.append(net.fc1.weight.item()))
    solver.step()
    assert calls == [0.0, 3.0]


@pytest.mark.parametrize(
    "params",
    [
        lambda net: net.parameters(),
        lambda net: [{"params": list(net.parameters())}],
        lambda net: net.fc1.weight,
    ],
    ids=["parameters", "group", "parameter"],
)
def test_solved_rejects_parameters_without_names(params: Callable[[nn.Module], Any]) -> None:
    with pytest.raises(ValueError) as error:
        Solved(params(Net()))
    assert str(error.value) == (
        "expected pairs of a name and a parameter, got parameters alone: "
        "pass net.named_parameters()"
    )


@pytest.mark.parametrize(
    ("wrapped", "prefix"),
    [
        (Wrapper, "module"),
        (nn.Sequential, "0"),
        (lambda net: torch.compile(net, backend="eager"), "_orig_mod"),
    ],
)
def test_solved_rejects_names_with_a_prefix(
    wrapped: Callable[[nn.Module], Any], prefix: str
) -> None:
    net = zeroed_net()
    with pytest.raises(ValueError) as error:
        Solved(wrapped(net).named_parameters())
    assert str(error.value) == (
        "expected parameters named fc1.weight, fc1.bias, "
        f"got {prefix}.fc1.weight, {prefix}.fc1.bias"
    )
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_solved_rejects_one_missing_name() -> None:
    with pytest.raises(ValueError) as error:
        Solved(Net().named_parameters(), answers={"fc1.weight": 3.0, "fc2.weight": 1.0})
    assert str(error.value) == "expected parameters named fc2.weight, got fc1.weight, fc1.bias"


def test_solved_rejects_an_exhausted_generator() -> None:
    named = Net().named_parameters()
    Solved(named)
    with pytest.raises(ValueError, match=r"^optimizer got an empty parameter list$"):
        Solved(named)


# Answers of groups

Named = tuple[str, nn.Parameter]


def group(*params: Named, **options: Any) -> dict[str, Any]:
    return {"params": list(params), **options}


def weight_and_bias(net: Net) -> tuple[Named, Named]:
    return ("fc1.weight", net.fc1.weight), ("fc1.bias", net.fc1.bias)


def test_groups_with_their_own_answers_need_no_others() -> None:
    net = MLP([1, 2])
    groups = [{"params": [(name, p)], "answers": {name: 7.0}} for name, p in net.named_parameters()]
    Solved(groups).step()
    assert [p.tolist() for p in net.parameters()] == [[[7.0], [7.0]], [7.0, 7.0]]


def test_a_group_without_answers_stays_unchanged() -> None:
    net = MLP([1, 2])
    before = next(net.parameters()).tolist()
    weight, bias = net.named_parameters()
    Solved([group(weight), group(bias, answers={"layers.0.bias": 7.0})]).step()
    assert [p.tolist() for p in net.parameters()] == [before, [7.0, 7.0]]


@pytest.mark.parametrize("answers", [None, {"fc1.weight": 3.0}])
def test_a_group_uses_its_own_answers_instead_of_the_common_ones(answers: Any) -> None:
    net = zeroed_net()
    weight, bias = weight_and_bias(net)
    Solved([group(weight), group(bias, answers={"fc1.bias": 7.0})], answers).step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 7.0}


def test_a_group_with_empty_answers_stays_unchanged() -> None:
    net = zeroed_net()
    weight, bias = weight_and_bias(net)
    Solved([group(weight, answers={}), group(bias)], {"fc1.bias": 7.0}).step()
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 7.0}


@pytest.mark.parametrize("name", ["fc1.wieght", "fc1.bias"], ids=["misspelled", "other group"])
@pytest.mark.parametrize("common", [None, {}, {"fc1.weight": 3.0, "fc1.bias": 0.0}])
def test_solved_rejects_a_name_that_is_not_in_its_group(name: str, common: Any) -> None:
    net = zeroed_net()
    weight, bias = weight_and_bias(net)
    groups = [group(weight, answers={name: 3.0}), group(bias)]
    with pytest.raises(ValueError) as error:
        Solved(groups, common)
    assert str(error.value) == f"expected parameters named {name}, got fc1.weight"


def test_solved_rejects_a_common_answer_that_no_group_has() -> None:
    net = zeroed_net()
    weight, bias = weight_and_bias(net)
    groups = [group(weight, answers={"fc1.weight": 3.0}), group(bias)]
    with pytest.raises(ValueError) as error:
        Solved(groups, {"fc2.bias": 3.0})
    assert str(error.value) == "expected parameters named fc2.bias, got fc1.weight, fc1.bias"


@pytest.mark.parametrize(
    ("answers", "kind", "message"),
    [
        ({"fc1.bais": 1.0}, ValueError, "expected parameters named fc1.bais, got fc1.bias"),
        ({"fc1.bias": "1"}, TypeError, "expected a number as the answer for fc1.bias, got '1'"),
    ],
)
def test_a_rejected_group_is_not_added(answers: Any, kind: type[Exception], message: str) -> None:
    net = zeroed_net()
    weight, bias = weight_and_bias(net)
    solver = Solved([weight], {"fc1.weight": 3.0})
    with pytest.raises(kind) as error:
        solver.add_param_group(group(bias, answers=answers))
    assert str(error.value) == message
    assert [group["param_names"] for group in solver.param_groups] == [["fc1.weight"]]
    solver.add_param_group(group(bias, answers={"fc1.bias": 7.0}))
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 7.0}


def test_changing_the_answers_of_a_group_afterwards_changes_nothing() -> None:
    net = zeroed_net()
    answers = {"fc1.weight": 3.0}
    solver = Solved([group(weight_and_bias(net)[0], answers=answers)])
    answers["fc1.weight"] = 4.0
    solver.step()
    assert net.fc1.weight.item() == 3.0


# Answers that are numbers, or not


@pytest.mark.parametrize(
    "three",
    [3, 3.0, torch.tensor(3.0), torch.tensor(3), np.float64(3.0), np.float32(3), np.array(3.0)],
)
def test_an_answer_may_be_any_kind_of_number(three: Any) -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters(), {"fc1.weight": three})
    file = io.BytesIO()
    torch.save(solver.state_dict(), file)
    file.seek(0)
    solver.load_state_dict(torch.load(file, weights_only=True))
    solver.step()
    assert net.fc1.weight.item() == 3.0


def test_an_answer_may_be_as_large_as_the_dtype_of_its_parameter_allows() -> None:
    net = zeroed_net().double()
    Solved(net.named_parameters(), {"fc1.weight": 1e300}).step()
    assert net.fc1.weight.item() == 1e300


def test_changing_an_answer_that_is_a_tensor_afterwards_changes_nothing() -> None:
    net = zeroed_net()
    three: Any = torch.tensor(3.0)
    solver = Solved(net.named_parameters(), {"fc1.weight": three})
    three.zero_()
    solver.step()
    assert net.fc1.weight.item() == 3.0


def test_an_answer_keeps_the_precision_of_its_parameter() -> None:
    net = zeroed_net().double()
    Solved(net.named_parameters(), {"fc1.weight": 0.1}).step()
    assert net.fc1.weight.item() == 0.1


NO_NUMBER = "expected a number as the answer for fc1.bias, got "


@pytest.mark.parametrize("in_group", [False, True], ids=["common", "group"])
@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ("1", TypeError, NO_NUMBER + "'1'"),
        (np.str_("1"), TypeError, NO_NUMBER + repr(np.str_("1"))),
        (None, TypeError, NO_NUMBER + "None"),
        ([1.0], TypeError, NO_NUMBER + "[1.0]"),
        ([[1.0, 2.0], [3.0, 4.0]], TypeError, NO_NUMBER + "[[1.0, 2.0], [3.0, 4.0]]"),
        (
            torch.ones(2, 2),
            ValueError,
            "expected one number as the answer for fc1.bias, got shape (2, 2)",
        ),
        (
            torch.ones(1),
            ValueError,
            "expected one number as the answer for fc1.bias, got shape (1,)",
        ),
        (
            np.ones((2, 3)),
            ValueError,
            "expected one number as the answer for fc1.bias, got shape (2, 3)",
        ),
        (
            1e300,
            ValueError,
            "expected a number that fits torch.float32 as the answer for fc1.bias, got 1e+300",
        ),
        (
            10**400,
            ValueError,
            f"expected a number that fits torch.float32 as the answer for fc1.bias, got {10**400}",
        ),
        (
            1j,
            ValueError,
            "expected a number that fits torch.float32 as the answer for fc1.bias, got 1j",
        ),
    ],
    ids=[
        *("string", "numpy string", "none", "list", "list of lists", "matrix", "vector", "array"),
        *("too large", "far too large", "complex"),
    ],
)
def test_solved_rejects_an_answer_that_is_not_a_number(
    in_group: bool, answer: Any, kind: type[Exception], message: str
) -> None:
    net = zeroed_net()
    answers = {"fc1.weight": 3.0, "fc1.bias": answer}
    with pytest.raises(kind) as error:
        if in_group:
            Solved([group(*net.named_parameters(), answers=answers)])
        else:
            Solved(net.named_parameters(), answers)
    assert str(error.value) == message


@pytest.mark.parametrize("answers", ["fc1.weight", ["fc1.weight"], 3.0, [("fc1.weight", 3.0)]])
@pytest.mark.parametrize("in_group", [False, True], ids=["common", "group"])
def test_solved_rejects_answers_without_names(in_group: bool, answers: Any) -> None:
    named = list(zeroed_net().named_parameters())
    with pytest.raises(TypeError) as error:
        if in_group:
            Solved([group(*named, answers=answers)])
        else:
            Solved(named, answers)
    assert str(error.value) == (
        f"expected answers as a dictionary of names and numbers, got {answers!r}"
    )


# Learning rate, schedulers and checkpoints


@pytest.mark.parametrize("lr", [1e-9, 0.5, 1, 100.0, torch.tensor(0.5)])
def test_solved_sets_the_answers_at_any_learning_rate(lr: Any) -> None:
    net = zeroed_net()
    solver = Solved([group(*net.named_parameters(), lr=lr)])
    solver.step()
    assert net.fc1.weight.item() == 3.0


@pytest.mark.parametrize("zero", [0, 0.0, torch.tensor(0.0)])
def test_a_group_with_learning_rate_0_stays_unchanged(zero: Any) -> None:
    net = Net(init=nn.init.ones_)
    weight, bias = weight_and_bias(net)
    solver = Solved([group(weight, lr=zero), group(bias)], {"fc1.weight": 3.0, "fc1.bias": 7.0})
    solver.step()
    assert values(net) == {"fc1.weight": 1.0, "fc1.bias": 7.0}


SCHEDULERS: dict[str, Callable[[Optimizer], Any]] = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 2),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [1, 3]),
    "ConstantLR": lr_scheduler.ConstantLR,
    "LinearLR": lr_scheduler.LinearLR,
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "PolynomialLR": lr_scheduler.PolynomialLR,
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 5),
    "CosineAnnealingWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (epoch + 1)),
    "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, lambda epoch: 0.9),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, cycle_momentum=False),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 1.0, 9, cycle_momentum=False),
    "ChainedScheduler": lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ConstantLR(o)]),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.ConstantLR(o), lr_scheduler.ExponentialLR(o, 0.9)], [2]
    ),
    "SWALR": lambda o: swa_utils.SWALR(o, 0.5),
}


@pytest.mark.parametrize("make", SCHEDULERS.values(), ids=SCHEDULERS)
def test_a_scheduler_changes_the_learning_rate_like_that_of_sgd(
    make: Callable[[Optimizer], Any],
) -> None:
    net, other = zeroed_net(), zeroed_net()
    solver, sgd = Solved(net.named_parameters()), torch.optim.SGD(other.parameters(), lr=1.0)
    schedulers = [make(optimizer) for optimizer in (solver, sgd)]
    for _ in range(4):
        for optimizer, scheduler in zip((solver, sgd), schedulers, strict=True):
            optimizer.step()
            scheduler.step()
        assert solver.param_groups[0]["lr"] == sgd.param_groups[0]["lr"]
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 0.0}


def test_a_scheduler_can_watch_the_loss() -> None:
    solver = Solved(zeroed_net().named_parameters())
    scheduler = lr_scheduler.ReduceLROnPlateau(solver, factor=0.5, patience=0)
    for loss in (1.0, 1.0, 1.0):
        solver.step()
        scheduler.step(loss)
    assert solver.param_groups[0]["lr"] == 0.25


def test_a_scheduler_that_needs_momentum_raises_an_error() -> None:
    with pytest.raises(ValueError, match="optimizer must support momentum"):
        lr_scheduler.OneCycleLR(Solved(zeroed_net().named_parameters()), 1.0, 9)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_reading_a_distributed_state_dict_changes_nothing(flat: bool, full: bool) -> None:
    net = Net(init=nn.init.ones_)
    solver = Solved(net.named_parameters())
    options = StateDictOptions(flatten_optimizer_state_dict=flat, full_state_dict=full)
    get_optimizer_state_dict(net, solver, options=options)
    assert values(net) == {"fc1.weight": 1.0, "fc1.bias": 0.0}
    assert net.fc1.weight.grad is None
    assert solver.param_groups[0]["lr"] == 1.0


@pytest.mark.parametrize("flat", [False, True])
def test_loading_a_distributed_state_dict_changes_only_the_answers(flat: bool) -> None:
    options = StateDictOptions(flatten_optimizer_state_dict=flat)
    source, net = Net(), Net(init=nn.init.ones_)
    saved = Solved(source.named_parameters(), {"fc1.weight": 7.0})
    solver = Solved(net.named_parameters())
    state = get_optimizer_state_dict(source, saved, options=options)
    set_optimizer_state_dict(net, solver, state, options=options)
    assert values(net) == {"fc1.weight": 1.0, "fc1.bias": 0.0}
    solver.step()
    assert values(net) == {"fc1.weight": 7.0, "fc1.bias": 0.0}


def test_reading_a_distributed_state_with_that_of_the_net_changes_nothing() -> None:
    net = Net(init=nn.init.ones_)
    get_state_dict(net, Solved(net.named_parameters()))
    assert values(net) == {"fc1.weight": 1.0, "fc1.bias": 0.0}


def test_a_state_dict_without_learning_rates_can_be_loaded() -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    state = solver.state_dict()
    del state["param_groups"][0]["lr"]
    solver.load_state_dict(state)
    assert solver.param_groups[0]["lr"] == 1.0
    solver.step()
    assert net.fc1.weight.item() == 3.0


def test_solved_rejects_the_state_of_another_optimizer() -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    state = torch.optim.Rprop(net.parameters()).state_dict()
    with pytest.raises(ValueError) as error:
        solver.load_state_dict(state)
    assert str(error.value).startswith(
        "expected the state of a Solved optimizer, with answers in each group, "
        "got a group with lr, etas, step_sizes, "
    )
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 0.0}


@pytest.mark.parametrize(
    ("answers", "kind"),
    [({"fc1.wieght": 7.0}, ValueError), ({"fc1.weight": "7"}, TypeError), ("7", TypeError)],
)
def test_solved_rejects_a_state_dict_with_wrong_answers(
    answers: Any, kind: type[Exception]
) -> None:
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    state = copy.deepcopy(solver.state_dict())
    state["param_groups"][0]["answers"] = answers
    with pytest.raises(kind, match=r"^expected "):
        solver.load_state_dict(state)
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 0.0}
