"""Test `fit`, the training loop."""

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

from nnfp import MLP, Net, Solved, fit

X = torch.tensor([[1.0], [2.0], [3.0]])
TRIPLED = [(X, 3 * X)]


def zeroed_net() -> Net:
    return Net(init=nn.init.zeros_)


def values(net: nn.Module) -> dict[str, float]:
    return {name: p.item() for name, p in net.named_parameters()}


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
