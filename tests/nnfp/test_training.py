"""Test `fit`, the training loop, and `evaluate`."""

import io
import sys
import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.optim import Optimizer
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from nnfp import MLP, Net, Solved, evaluate, fit
from tests.nnfp.examples import TRIPLED, X, values, zeroed_net


def by_hand(net: nn.Module, optimizer: Optimizer, batches: Any, epochs: int) -> list[float]:
    losses = []
    for _ in range(epochs):
        for x, target in batches:
            optimizer.zero_grad()
            loss = F.mse_loss(net(x), target)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.item())
    return losses


def seeded_net() -> MLP:
    torch.manual_seed(0)
    return MLP([1, 8, 1])


def sgd(net: nn.Module) -> Optimizer:
    return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


BATCHES = [(X[:2], 3 * X[:2]), (X[2:], 3 * X[2:])]


@pytest.mark.parametrize(
    "batches",
    [
        lambda: BATCHES,
        lambda: tuple(BATCHES),
        lambda: DataLoader(TensorDataset(X, 3 * X), batch_size=2),
        lambda: DataLoader(TensorDataset(X, 3 * X), batch_size=2, shuffle=True),
    ],
    ids=["list", "tuple", "loader", "shuffling loader"],
)
def test_fit_equals_a_loop_written_by_hand(batches: Callable[[], Any]) -> None:
    ours, theirs = seeded_net(), seeded_net()
    torch.manual_seed(1)
    losses = fit(ours, sgd(ours), batches(), F.mse_loss, epochs=5)
    torch.manual_seed(1)
    assert losses == by_hand(theirs, sgd(theirs), batches(), epochs=5)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_each_loss_is_measured_before_its_step() -> None:
    net = zeroed_net()
    losses = fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss, epochs=2)
    # (9 + 36) / 2 before the first step; the second batch finds the answers set.
    assert losses == [22.5, 0.0, 0.0, 0.0]
    assert all(type(loss) is float for loss in losses)


def test_the_default_is_one_epoch() -> None:
    net = zeroed_net()
    assert len(fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss)) == 2


def test_the_loss_function_gets_predictions_before_targets() -> None:
    net = Net(init=nn.init.ones_)
    seen = []

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        seen.append((prediction.tolist(), target.tolist()))
        return F.mse_loss(prediction, target)

    fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn)
    assert seen == [([[1.0], [2.0], [3.0]], [[3.0], [6.0], [9.0]])]


def test_fit_clears_old_gradients() -> None:
    net = Net(init=nn.init.ones_)
    net.fc1.weight.grad = torch.tensor([[1000.0]])
    fit(net, torch.optim.SGD(net.parameters(), lr=0.0), TRIPLED, F.mse_loss)
    # d/dw of mean((w - 3)² x²) at w = 1, over x = 1, 2, 3.
    assert net.fc1.weight.grad is not None
    assert net.fc1.weight.grad.item() == pytest.approx(-4 * 14 / 3)


def test_the_loss_may_have_one_element_of_any_shape() -> None:
    net = zeroed_net()
    losses = fit(
        net, Solved(net.named_parameters()), TRIPLED, lambda y, t: F.mse_loss(y, t).reshape(1, 1)
    )
    assert losses == [42.0]


def test_zero_epochs_change_nothing() -> None:
    net = zeroed_net()
    assert fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss, epochs=0) == []
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


@pytest.mark.parametrize("training", [True, False])
def test_fit_keeps_training_or_evaluation_mode(training: bool) -> None:
    net = zeroed_net().train(training)
    seen: list[bool] = []
    net.register_forward_hook(lambda module, args, output: seen.append(module.training))
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss)
    assert (seen, net.training) == ([training], training)


ITERATOR = (
    "expected batches that every epoch can iterate over, got an iterator, which is empty after "
    "the first: pass a list of batches or a DataLoader"
)


@pytest.mark.parametrize(
    ("batches", "epochs", "message"),
    [
        (TRIPLED, -1, "expected 0 epochs or more, got -1"),
        ([], 1, "expected at least one batch, got none in epoch 1"),
        ((batch for batch in TRIPLED), 1, ITERATOR),
        (zip(X, 3 * X, strict=True), 1, ITERATOR),
    ],
)
def test_fit_rejects_batches_it_cannot_repeat(batches: Any, epochs: int, message: str) -> None:
    net = zeroed_net()
    with pytest.raises(ValueError) as error:
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss, epochs)
    assert str(error.value) == message
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


Batch = namedtuple("Batch", ["x", "target"])


@pytest.mark.parametrize("batch", [(X, 3 * X), [X, 3 * X], Batch(X, 3 * X)])
def test_fit_accepts_any_kind_of_pair(batch: Any) -> None:
    net = zeroed_net()
    assert fit(net, Solved(net.named_parameters()), [batch], F.mse_loss) == [42.0]


@pytest.mark.parametrize(
    ("batches", "got"),
    [
        (
            (X[:2], 3 * X[:2]),
            "a tensor of shape (2, 1): put a single batch in a list, [(x, target)]",
        ),
        (
            DataLoader(X[:2], batch_size=2),  # type: ignore[arg-type]
            "a tensor of shape (2, 1): put a single batch in a list, [(x, target)]",
        ),
        ([{"x": X, "target": 3 * X}], "a dictionary with the keys 'x', 'target'"),
        (
            DataLoader([{"x": x, "target": 3 * x} for x in X]),  # type: ignore[arg-type]
            "a dictionary with the keys 'x', 'target'",
        ),
        ([OrderedDict(x=X, target=3 * X)], "a dictionary with the keys 'x', 'target'"),
        ({"x": X, "target": 3 * X}, "'x'"),
        ("xy", "'x'"),
        (["xy"], "'xy'"),
        ([(X, 3 * X, X)], "a tuple of 3"),
        ([[X]], "a list of 1"),
        ([()], "a tuple of 0"),
        ([None], "None"),
        ([np.array([1, 2])], "array([1, 2])"),
        ([{1, 2}], "{1, 2}"),
        ([5], "5"),
    ],
)
def test_fit_rejects_a_batch_that_is_not_a_pair(batches: Any, got: str) -> None:
    net = zeroed_net()
    with pytest.raises(TypeError) as error:
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss)
    assert str(error.value) == (
        f"expected each batch to be a pair of inputs and targets, got {got}"
    )
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


class Constant(nn.Module):
    """Ignores its input and returns its only parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor([5.0]))

    def forward(self, x: Tensor) -> Tensor:
        return self.value


@pytest.mark.parametrize(
    "loss_fn",
    [
        lambda prediction, target: prediction,
        lambda prediction, target: prediction.squeeze(),
        lambda prediction, target: prediction[0],
        lambda prediction, target: prediction.view(1, 1),
    ],
    ids=["parameter", "squeezed", "element", "view"],
)
def test_losses_that_share_memory_with_a_parameter_are_copied(loss_fn: Any) -> None:
    net = Constant()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    assert fit(net, optimizer, [(X, X)], loss_fn, epochs=3) == [5.0, 4.0, 3.0]


def test_a_loss_that_is_overwritten_is_copied() -> None:
    net = zeroed_net()
    buffer = torch.zeros(())

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        return buffer.detach().copy_(F.mse_loss(prediction, target))

    assert fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn, epochs=2) == [42.0, 0.0]


def test_a_rejected_iterator_keeps_all_its_batches() -> None:
    net = zeroed_net()
    batches = iter(TRIPLED)
    with pytest.raises(ValueError):
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss)
    assert list(batches) == TRIPLED


def test_fit_rejects_a_loader_that_is_empty_after_one_epoch() -> None:
    class OneShot(IterableDataset[tuple[Tensor, Tensor]]):
        def __init__(self) -> None:
            self.samples = iter([(X[0], 3 * X[0])])

        def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
            return self.samples

    net = zeroed_net()
    with pytest.raises(ValueError) as error:
        fit(net, Solved(net.named_parameters()), DataLoader(OneShot()), F.mse_loss, epochs=3)
    assert str(error.value) == "expected at least one batch, got none in epoch 2"


def test_the_graph_of_a_finished_step_is_freed() -> None:
    net = zeroed_net()
    losses: list[weakref.ref[Tensor]] = []
    gone = []

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        gone.append([loss() is None for loss in losses])
        loss = F.mse_loss(prediction, target)
        losses.append(weakref.ref(loss))
        return loss

    fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn, epochs=3)
    assert gone == [[], [True], [True, True]]


def test_an_error_in_the_loss_function_is_passed_on() -> None:
    net = zeroed_net()

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        raise ZeroDivisionError("no loss today")

    with pytest.raises(ZeroDivisionError, match=r"^no loss today$"):
        fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn)
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


# After each epoch


def test_after_epoch_is_called_after_the_last_step_of_each_epoch() -> None:
    net = zeroed_net()
    events: list[str] = []

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        events.append("batch")
        return F.mse_loss(prediction, target)

    optimizer = Solved(net.named_parameters())
    optimizer.register_step_post_hook(lambda *_: events.append("step"))
    fit(net, optimizer, BATCHES, loss_fn, 2, after_epoch=lambda: events.append("end"))
    assert events == ["batch", "step", "batch", "step", "end"] * 2


def test_after_epoch_may_be_the_step_of_a_scheduler() -> None:
    ours, theirs = seeded_net(), seeded_net()
    optimizer = sgd(ours)
    halve = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    losses = fit(ours, optimizer, BATCHES, F.mse_loss, epochs=2, after_epoch=halve.step)
    other = sgd(theirs)
    expected = by_hand(theirs, other, BATCHES, epochs=1)
    other.param_groups[0]["lr"] /= 2
    assert losses == expected + by_hand(theirs, other, BATCHES, epochs=1)


def test_an_epoch_without_batches_is_reported_before_after_epoch_is_called() -> None:
    net = zeroed_net()
    with pytest.raises(ValueError, match="at least one batch"):
        fit(net, sgd(net), [], F.mse_loss, after_epoch=lambda: pytest.fail("called"))


# Optimizers that need a closure


def lbfgs(net: nn.Module) -> Optimizer:
    return torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=4)


def test_fit_with_lbfgs_equals_a_loop_written_by_hand() -> None:
    ours, theirs = seeded_net(), seeded_net()
    losses = fit(ours, lbfgs(ours), BATCHES, F.mse_loss, epochs=3)
    optimizer, expected = lbfgs(theirs), []
    for _ in range(3):
        for x, target in BATCHES:

            def closure(x: Tensor = x, target: Tensor = target) -> Any:
                optimizer.zero_grad()
                loss = F.mse_loss(theirs(x), target)
                loss.backward()  # type: ignore[no-untyped-call]
                return loss.detach()

            expected.append(float(optimizer.step(closure)))
    assert losses == expected
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)
    assert losses[-1] < losses[0] / 10


def test_the_loss_of_a_step_with_a_closure_is_a_copy() -> None:
    net = Constant()
    optimizer = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=1)
    loss_fn = lambda prediction, target: prediction.squeeze()  # noqa: E731
    assert fit(net, optimizer, [(X, X)], loss_fn, epochs=2) == [5.0, 4.0]


class Plain:
    """An optimizer whose `step` takes no argument."""

    def __init__(self, net: nn.Module) -> None:
        self.net = net

    def zero_grad(self) -> None:
        self.net.zero_grad()

    @torch.no_grad()
    def step(self) -> None:
        for p in self.net.parameters():
            assert p.grad is not None
            p.sub_(0.01 * p.grad)


class Late(torch.optim.SGD):
    """An optimizer that accepts a closure but calls it too late."""

    def step(self, closure: Any = None) -> Any:
        super().step()
        return closure and closure()


@pytest.mark.parametrize("make", [Plain, lambda net: Late(net.parameters(), lr=0.01)])
def test_an_optimizer_that_requires_no_closure_gets_none(make: Callable[[Any], Any]) -> None:
    ours, theirs = seeded_net(), seeded_net()
    losses = fit(ours, make(ours), BATCHES, F.mse_loss, epochs=2)
    expected = by_hand(theirs, torch.optim.SGD(theirs.parameters(), lr=0.01), BATCHES, epochs=2)
    torch.testing.assert_close(torch.tensor(losses), torch.tensor(expected))


# Ctrl-C


def interrupted_in_the_loss(net: nn.Module, optimizer: Optimizer) -> list[float]:
    calls = iter([False, False, False, True])

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        if next(calls):
            raise KeyboardInterrupt
        return F.mse_loss(prediction, target)

    return fit(net, optimizer, BATCHES, loss_fn, epochs=9)


class InterruptedBatches:
    """Two batches in the first epoch; Ctrl-C comes after the first one of the second epoch."""

    def __init__(self) -> None:
        self.epochs = 0

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        self.epochs += 1
        yield BATCHES[0]
        if self.epochs == 2:
            raise KeyboardInterrupt
        yield BATCHES[1]


def interrupted_in_the_batches(net: nn.Module, optimizer: Optimizer) -> list[float]:
    return fit(net, optimizer, InterruptedBatches(), F.mse_loss, epochs=9)


@pytest.mark.parametrize("train", [interrupted_in_the_loss, interrupted_in_the_batches])
def test_ctrl_c_ends_the_training_and_leaves_the_losses_so_far(
    train: Callable[[nn.Module, Optimizer], list[float]],
) -> None:
    ours, theirs = seeded_net(), seeded_net()
    losses = train(ours, sgd(ours))
    optimizer = sgd(theirs)
    expected = by_hand(theirs, optimizer, BATCHES, epochs=1)
    assert losses == expected + by_hand(theirs, optimizer, BATCHES[:1], epochs=1)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_ctrl_c_after_an_epoch_keeps_all_its_losses() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    net = zeroed_net()
    losses = fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss, 9, after_epoch=interrupt)
    assert losses == [22.5, 0.0]


@pytest.mark.parametrize("returned", [None, 2.5])
def test_the_loss_is_kept_whatever_a_step_with_a_closure_returns(returned: Any) -> None:
    class Twice(torch.optim.SGD):
        def step(self, closure: Any) -> Any:  # type: ignore[override]
            closure()
            super().step()
            closure()
            return returned

    net = zeroed_net()
    losses = fit(net, Twice(net.parameters(), lr=0.0), TRIPLED, F.mse_loss, epochs=2)
    assert losses == [42.0, 42.0]


# Devices: the device "meta", where tensors have a shape but no numbers, is on every machine.


def test_fit_moves_the_network_and_each_batch_to_the_device() -> None:
    net = seeded_net()
    seen: list[tuple[str, str]] = []
    elsewhere = torch.ones((), requires_grad=True)

    def loss_fn(prediction: Tensor, target: Tensor) -> Tensor:
        seen.append((prediction.device.type, target.device.type))
        return elsewhere * 2

    assert fit(net, sgd(net), BATCHES, loss_fn, device="meta") == [2.0, 2.0]
    assert seen == [("meta", "meta")] * 2
    assert {p.device.type for p in net.parameters()} == {"meta"}


def test_evaluate_moves_each_batch_to_the_device() -> None:
    net, seen = seeded_net().to("meta"), []

    def metric(prediction: Tensor, target: Tensor) -> float:
        seen.append((prediction.device.type, target.device.type))
        return 2.0

    assert evaluate(net, BATCHES, metric, device=torch.device("meta")) == 2.0
    assert seen == [("meta", "meta")] * 2


def test_evaluate_leaves_the_network_where_it_is() -> None:
    net = seeded_net()
    with pytest.raises(RuntimeError):
        evaluate(net, BATCHES, F.mse_loss, device="meta")
    assert {p.device.type for p in net.parameters()} == {"cpu"}


@pytest.mark.parametrize("batch", [([1.0], X), (X, [1.0])], ids=["inputs", "targets"])
def test_what_cannot_be_moved_is_rejected(batch: Any) -> None:
    net = seeded_net()
    with pytest.raises(TypeError, match=r"^expected tensors, .* to a device, got a list$"):
        fit(net, sgd(net), [batch], F.mse_loss, device="meta")


def test_without_a_device_nothing_is_moved() -> None:
    net = seeded_net().to("meta")
    batches = [(x.to("meta"), target.to("meta")) for x, target in BATCHES]
    assert evaluate(net, batches, lambda prediction, target: 1.0) == 1.0


def test_a_rejected_call_moves_nothing() -> None:
    net = seeded_net()
    with pytest.raises(ValueError):
        fit(net, sgd(net), BATCHES, F.mse_loss, epochs=-1, device="meta")
    assert {p.device.type for p in net.parameters()} == {"cpu"}


# Evaluation


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_each_sample_counts_the_same_in_batches_of_any_size(cut: int) -> None:
    net = seeded_net()
    batches = [(X[:cut], 3 * X[:cut]), (X[cut:], 3 * X[cut:])]
    whole = F.mse_loss(net(X), 3 * X).item()
    got = evaluate(net, [batch for batch in batches if len(batch[0])], F.mse_loss)
    assert got == pytest.approx(whole)
    assert type(got) is float


@pytest.mark.parametrize(
    "metric",
    [
        lambda prediction, target: (prediction - target).abs().mean().item(),
        lambda prediction, target: (prediction - target).abs().mean().reshape(1, 1),
        lambda prediction, target: np.abs((prediction - target).numpy()).mean(),
        lambda prediction, target: (prediction - target).abs().mean().to(torch.bfloat16),
    ],
    ids=["float", "one by one", "numpy", "bfloat16"],
)
def test_a_metric_may_return_one_number_of_any_kind(metric: Any) -> None:
    net = Net(init=nn.init.ones_)
    assert evaluate(net, TRIPLED, metric) == 4.0


def test_evaluate_accepts_an_iterator() -> None:
    net = Net(init=nn.init.ones_)
    assert evaluate(net, iter(BATCHES), F.l1_loss) == 4.0


def test_nothing_is_recorded_in_evaluation() -> None:
    net, seen = seeded_net(), []

    def metric(prediction: Tensor, target: Tensor) -> Tensor:
        seen.append(prediction.requires_grad)
        return F.mse_loss(prediction, target)

    evaluate(net, TRIPLED, metric)
    assert seen == [False]
    assert torch.is_grad_enabled()


def mixed_net() -> nn.Sequential:
    """Return a network in training mode, with a part in evaluation mode."""
    net = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5), nn.Dropout(0.5))
    net[2].eval()
    return net


def modes(net: nn.Module) -> list[bool]:
    return [module.training for module in net.modules()]


def test_evaluate_uses_evaluation_mode() -> None:
    net = mixed_net()
    assert evaluate(net, TRIPLED, lambda prediction, target: float(any(modes(net)))) == 0.0


def test_evaluate_restores_the_mode_of_each_module() -> None:
    net = mixed_net()
    evaluate(net, TRIPLED, F.mse_loss)
    assert modes(net) == [True, True, True, False]


def test_evaluate_restores_a_module_with_a_mode_of_its_kind() -> None:
    class Merged(nn.Linear):
        merged = False

        def train(self, mode: bool = True) -> "Merged":
            self.merged = not mode
            return super().train(mode)

    net = nn.Sequential(Merged(1, 1))
    evaluate(net, TRIPLED, F.mse_loss)
    assert net[0].training and not net[0].merged


def test_evaluate_restores_the_modes_after_an_error() -> None:
    net = mixed_net()
    with pytest.raises(ZeroDivisionError):
        evaluate(net, TRIPLED, lambda prediction, target: 1 / 0)
    assert modes(net) == [True, True, True, False]


@pytest.mark.parametrize("batches", [[], [(X[:0], X[:0])]], ids=["no batch", "empty batch"])
def test_evaluate_rejects_batches_without_samples(batches: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected at least one sample, got none$"):
        evaluate(zeroed_net(), batches, F.mse_loss)


def test_evaluate_rejects_a_metric_of_several_numbers() -> None:
    with pytest.raises(ValueError) as error:
        evaluate(zeroed_net(), TRIPLED, lambda prediction, target: prediction - target)
    assert str(error.value) == (
        "expected the metric to return one number, the mean over the batch, got a tensor of shape "
        "(3, 1)"
    )


def test_evaluate_rejects_a_batch_that_is_not_a_pair() -> None:
    with pytest.raises(TypeError, match=r"^expected each batch to be a pair of inputs and targets"):
        evaluate(zeroed_net(), [(X, X, X)], F.mse_loss)  # type: ignore[list-item]


# The progress bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_fit_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    net = zeroed_net()
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss, epochs=3)
    assert capsys.readouterr() == ("", "")


def test_a_bar_counts_the_epochs_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    net = zeroed_net()
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss, epochs=3)
    last = terminal.getvalue().rstrip().rsplit("\r", 1)[-1]
    assert last.startswith("100%")
    assert "3/3" in last
    assert "epoch/s]" in last or "s/epoch]" in last
