"""Test that `diagnose` measures what training would do, and changes nothing."""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import nnfp
from nnfp import diagnose
from nnfp.debugging.measure import measure
from tests.nnfp.debugging.examples import assert_unchanged, everything, fresh, identities, sgd, task


class Stateful(nn.Module):
    """Keeps its last result, counts its calls, and draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 1)
        self.register_buffer("calls", torch.zeros(1))
        self.calls: Tensor
        self.last: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.calls = self.calls + 1
        self.last = self.layer(x) + random.random() + torch.rand(1)
        return self.last


class Tuples(nn.Module):
    """Takes two inputs, and returns a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 1)

    def forward(self, x: Tensor, factor: Tensor) -> Any:
        return self.lstm(x * factor)


def shared() -> nn.Module:
    layer = nn.Linear(3, 3)
    return nn.Sequential(layer, nn.Tanh(), layer, nn.ReLU(inplace=True), nn.Linear(3, 1))


def first(output: Any, target: Tensor) -> Tensor:
    return F.mse_loss(output[0], target)


X, Y, LABELS = task()
NETWORKS: dict[str, tuple[Callable[[], nn.Module], Any, Any, Any]] = {
    "linear": (fresh, X, Y, F.mse_loss),
    "nnfp": (lambda: nnfp.MLP([3, 4, 1]), X, Y, F.mse_loss),
    "dropout": (lambda: nn.Sequential(fresh(), nn.Dropout(0.5)), X, Y, F.mse_loss),
    "batch norm": (lambda: nn.Sequential(nn.BatchNorm1d(3), fresh()), X, Y, F.mse_loss),
    "shared and in place": (shared, X, Y, F.mse_loss),
    "stateful": (Stateful, X, Y, F.mse_loss),
    "tuples": (Tuples, (X, torch.ones(3)), Y, first),
    "named inputs": (Tuples, {"x": X, "factor": torch.ones(3)}, Y, first),
    "convolution": (
        lambda: nn.Sequential(nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(8, 3)),
        X.reshape(12, 1, 3, 1).expand(12, 1, 3, 2),
        LABELS,
        F.cross_entropy,
    ),
    "transformer": (
        lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True),
        torch.randn(2, 5, 4),
        torch.randn(2, 5, 4),
        F.mse_loss,
    ),
    "spectral norm": (
        lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 1)),
        X,
        Y,
        F.mse_loss,
    ),
    "embedding": (
        lambda: nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 3)),
        torch.tensor([0, 1, 1, 4]),
        torch.tensor([0, 1, 2, 0]),
        F.cross_entropy,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_diagnosis_changes_nothing(name: str) -> None:
    make, x, target, loss_fn = NETWORKS[name]
    torch.manual_seed(0)
    net = make()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    with torch.no_grad():  # some state to keep, and gradients of an earlier step
        for p in net.parameters():
            p.grad = torch.ones_like(p)
    optimizer.step()
    before, ids = everything(net, optimizer), identities(net)
    diagnose(net, optimizer, x, target, loss_fn)
    assert_unchanged(net, optimizer, before)
    assert identities(net) == ids


@pytest.mark.parametrize("name", NETWORKS)
def test_training_goes_on_as_without_a_diagnosis(name: str) -> None:
    make, x, target, loss_fn = NETWORKS[name]
    losses = []
    for diagnosed in (True, False):
        torch.manual_seed(0)
        random.seed(0)
        net = make()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(3):
            loss = loss_fn(
                net(**x) if isinstance(x, dict) else net(*x) if isinstance(x, tuple) else net(x),
                target,
            )
            optimizer.zero_grad()
            if diagnosed:  # even between forward and backward
                diagnose(net, optimizer, x, target, loss_fn)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[:3] == losses[3:]


@pytest.mark.parametrize("reshape", [torch.flatten, torch.squeeze, lambda y: y.unsqueeze(0)])
def test_the_last_operation_is_the_last_that_changes_numbers(reshape: Any) -> None:
    class Reshaped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 1)

        def forward(self, x: Tensor) -> Any:
            return reshape(self.layer(x).relu())

    run = measure(Reshaped(), None, X, None, lambda output, _: output.sum())
    assert run.operation == "ReluBackward0"


def test_an_attribute_that_forward_sets_is_restored() -> None:
    net = Stateful()
    diagnose(net, sgd(net), X, Y, F.mse_loss)
    assert net.last is None
    assert net.calls.item() == 0


def test_nothing_is_left_behind_after_an_error() -> None:
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2), nn.Linear(5, 1))
    optimizer = sgd(net)
    before, ids = everything(net, optimizer), identities(net)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        diagnose(net, optimizer, X, Y, F.mse_loss)
    assert_unchanged(net, optimizer, before)
    assert identities(net) == ids


def test_the_inputs_get_no_gradient() -> None:
    x = X.clone().requires_grad_()
    net = fresh()
    diagnose(net, sgd(net), x, Y, F.mse_loss)
    assert x.grad is None


OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=torch.tensor(0.1)),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.1),
    "Rprop": lambda p: torch.optim.Rprop(p, lr=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_step_is_the_one_that_the_optimizer_takes_next(name: str) -> None:
    net = fresh()
    optimizer = OPTIMIZERS[name](net.parameters())
    for _ in range(3):
        run = measure(net, optimizer, X, Y, F.mse_loss)
        before = copy.deepcopy(dict(net.named_parameters()))
        loss = F.mse_loss(net(X), Y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        assert run.steps is not None
        for key, p in net.named_parameters():
            torch.testing.assert_close(run.steps[key], (p - before[key]).detach())
            torch.testing.assert_close(run.gradients[key], p.grad)
        assert run.loss == loss.item()
        assert run.loss_after == pytest.approx(F.mse_loss(net(X), Y).item())


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.SparseAdam])
def test_sparse_gradients_are_measured(kind: Any) -> None:
    net = nn.Embedding(5, 2, sparse=True)
    x, target = torch.tensor([1, 3]), torch.ones(2, 2)
    diagnosis = diagnose(net, kind(net.parameters(), lr=0.01), x, target, F.mse_loss)
    assert diagnosis.loss_after is not None
    assert diagnosis.loss_after < diagnosis.loss
    net.sparse = False
    dense = diagnose(net, None, x, target, F.mse_loss)
    assert diagnosis.parameters[0].gradient == dense.parameters[0].gradient


def test_a_scheduler_does_not_let_the_original_step() -> None:
    net = fresh()
    optimizer = sgd(net)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    before = everything(net, optimizer)
    diagnose(net, optimizer, X, Y, F.mse_loss)
    assert_unchanged(net, optimizer, before)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_an_optimizer_of_ones_own_is_tried_too() -> None:
    class Plain:
        def __init__(self, parameters: Any) -> None:
            self.parameters = list(parameters)

        @torch.no_grad()
        def step(self) -> None:
            for p in self.parameters:
                p -= 0.01 * p.grad

    net = fresh()
    run, expected = (
        measure(net, optimizer, X, Y, F.mse_loss)
        for optimizer in (Plain(net.parameters()), sgd(net))
    )
    assert run.steps is not None
    torch.testing.assert_close(run.steps, expected.steps)
    assert run.loss_after == pytest.approx(expected.loss_after)


def test_an_optimizer_that_knows_the_answer_is_tried_too() -> None:
    net, x = nnfp.Net(), torch.arange(1.0, 5.0).reshape(4, 1)
    diagnosis = diagnose(net, nnfp.Solved(net.named_parameters()), x, 3 * x, F.mse_loss)
    assert diagnosis.loss_after == 0


@pytest.mark.parametrize("optimizer", [None, torch.optim.LBFGS(fresh().parameters())])
def test_without_a_step_only_the_network_is_measured(optimizer: Any) -> None:
    run = measure(fresh(), optimizer, X, Y, F.mse_loss)
    assert run.steps is None
    assert run.loss_after is None
    assert run.loss == F.mse_loss(fresh()(X), Y).item()


def test_dropout_drops_the_same_neurons_before_and_after_the_step() -> None:
    net = nn.Sequential(fresh(), nn.Dropout(0.5))
    run = measure(net, sgd(net, lr=0), X, Y, F.mse_loss)
    assert run.loss_after == run.loss


def test_the_gradients_are_measured_without_recording_outside() -> None:
    net = fresh()
    with torch.no_grad():
        run = measure(net, sgd(net), X, Y, F.mse_loss)
    assert run.gradients["0.weight"] is not None


def test_the_loss_of_answering_0_is_that_of_equal_probabilities() -> None:
    run = measure(fresh(3), None, X, LABELS, F.cross_entropy)
    assert run.guess == pytest.approx(1.0986, abs=1e-4)  # ln 3
    assert run.shifted == pytest.approx(run.loss)


def test_the_loss_of_other_outputs_is_unknown_where_the_loss_function_rejects_them() -> None:
    net = nn.Sequential(fresh(), nn.Sigmoid())
    run = measure(net, None, X, (Y > 0).float(), F.binary_cross_entropy)
    assert run.guess is not None
    assert run.shifted is None  # a probability above 1 is an error


def test_a_compiled_network_is_diagnosed_as_the_original() -> None:
    net = fresh()
    compiled: Any = torch.compile(net, backend="eager")
    diagnosis = diagnose(compiled, sgd(net), X, Y, F.mse_loss)
    assert [row.name for row in diagnosis.layers] == ["0 (Linear)", "1 (Tanh)", "2 (Linear)"]


def test_a_network_without_parameters_is_diagnosed() -> None:
    assert diagnose(nn.Tanh(), None, X, X, F.mse_loss).parameters == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (X, None, X, Y, F.mse_loss),
            TypeError,
            "expected a network, a torch.nn.Module, first, got Tensor",
        ),
        (
            (fresh(), X, X, Y, F.mse_loss),
            TypeError,
            "expected an optimizer, or None, as the second argument, got Tensor",
        ),
        (
            (nn.LazyLinear(1), None, X, Y, F.mse_loss),
            ValueError,
            "expected parameters with values: call a lazy network once before",
        ),
        (
            (fresh(), None, X, Y, nn.MSELoss(reduction="none")),
            ValueError,
            "expected loss_fn to return a tensor of one number, got shape (12, 1)",
        ),
        (
            (fresh(), None, X, Y, lambda output, target: 0.5),
            ValueError,
            "expected loss_fn to return a tensor of one number, got 0.5",
        ),
    ],
)
def test_wrong_arguments_are_rejected(arguments: Any, error: type, message: str) -> None:
    with pytest.raises(error) as raised:
        diagnose(*arguments)
    assert str(raised.value) == message
