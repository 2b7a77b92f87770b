"""Test what is found about registration, the optimizer, modes, hooks and autograd's record."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from nnfp.debugging.contents import contents, unregistered
from tests.nnfp.debugging.examples import findings, fresh, sgd, task

X, Y, _ = task()


class Holder(nn.Module):
    """Keeps something in an attribute, next to a layer that is registered."""

    def __init__(self, kept: Any) -> None:
        super().__init__()
        self.kept = kept
        self.layer = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Any:
        return self.layer(x)


def two() -> list[nn.Module]:
    return [nn.Linear(3, 3), nn.Linear(3, 3, bias=False)]


@pytest.mark.parametrize(
    ("kept", "kind", "holder"),
    [
        (two(), "list", "ModuleList"),
        (tuple(two()), "tuple", "ModuleList"),
        ({"a": two()[0], "b": two()[1]}, "dict", "ModuleDict"),
        ([two()], "list", "ModuleList"),
    ],
)
def test_layers_that_are_not_registered_are_found(kept: Any, kind: str, holder: str) -> None:
    assert findings(nn.Sequential(Holder(kept))) == [
        f"0.kept is a plain {kind}, so the network does not find the 3 parameters in it: they are "
        f"not trained, saved or moved. Use nn.{holder} for layers and nn.ParameterList for "
        "parameters."
    ]


@pytest.mark.parametrize("kept", [torch.ones(2), torch.ones(2, requires_grad=True)])
def test_a_plain_tensor_is_found(kept: Tensor) -> None:
    assert findings(Holder(kept)) == [
        "kept is a plain tensor: no optimizer finds it, and it is not saved or moved. Make it an "
        "nn.Parameter if it is to be trained, otherwise call register_buffer."
    ]


@pytest.mark.parametrize(
    "kept",
    [
        None,
        3,
        "text",
        torch.ones(2, dtype=torch.long),
        torch.ones(2, requires_grad=True) * 2,
        nn.Parameter(torch.ones(3)),
        nn.ModuleList(two()),
        [nn.ReLU(), nn.Dropout()],
    ],
)
def test_what_is_registered_or_not_trained_is_not_reported(kept: Any) -> None:
    assert list(unregistered(Holder(kept))) == []


def test_a_list_of_layers_that_are_also_registered_is_not_reported() -> None:
    net = Holder(None)
    net.kept = [net.layer]
    assert list(unregistered(net)) == []


def test_a_list_that_contains_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert list(unregistered(Holder(loop))) == []


NONE_HELD = "The optimizer holds none of the network's parameters. Create it from net.parameters()."


def test_the_optimizer_of_another_network_is_found() -> None:
    assert findings(fresh(), optimizer=sgd(fresh())) == [NONE_HELD]


def test_a_generator_that_has_run_dry_is_found() -> None:
    class Plain:
        def __init__(self, parameters: Any) -> None:
            self.parameters = parameters

        def step(self) -> None:
            for p in self.parameters:
                p.data.zero_()

    net = fresh()
    assert findings(net, optimizer=Plain(net.parameters())) == [NONE_HELD]


def test_a_wrapper_around_an_optimizer_holds_what_that_holds() -> None:
    class Wrapper:
        def __init__(self, optimizer: torch.optim.Optimizer) -> None:
            self.optimizer = optimizer

        def step(self) -> None:
            self.optimizer.step()

    net = fresh()
    assert findings(net, optimizer=Wrapper(sgd(net))) == []


def test_parameters_that_the_optimizer_lacks_are_found() -> None:
    net = fresh()
    optimizer = torch.optim.SGD(net[2].parameters(), lr=0.01)
    assert findings(net, optimizer=optimizer) == [
        "The optimizer does not hold 0.weight, 0.bias. Create it from net.parameters(), after all "
        "layers."
    ]


def test_frozen_parameters_are_found_once() -> None:
    net = fresh()
    net[0].requires_grad_(False)
    frozen = (
        "requires_grad is False for 0.weight, 0.bias, so they stay as they are. If you did not "
        "freeze them on purpose, call requires_grad_()."
    )
    assert findings(net, optimizer=torch.optim.SGD(net[2].parameters(), lr=0.01)) == [frozen]
    assert findings(net) == [frozen]


def test_a_network_that_is_frozen_as_a_whole_needs_no_optimizer() -> None:
    net = fresh().requires_grad_(False)
    assert [finding[:22] for finding in findings(net, optimizer=sgd(fresh()))] == [
        "requires_grad is False"
    ]


def test_evaluation_mode_is_found_where_it_matters() -> None:
    net = nn.Sequential(nn.BatchNorm1d(3), fresh(), nn.Dropout()).eval()
    assert findings(net) == [
        "In evaluation mode: 0 (BatchNorm1d), 2 (Dropout). Call net.train() before training, and "
        "net.eval() only to predict."
    ]
    assert findings(fresh().eval()) == []


def test_hooks_that_are_skipped_are_found() -> None:
    class Direct(Holder):
        def forward(self, x: Tensor) -> Any:
            return self.layer.forward(x)

    expected = (
        "layer (Linear) has hooks, but they did not run. If you call layer.forward(x), call "
        "layer(x) instead."
    )
    net = Direct(None)
    handle = net.layer.register_forward_hook(lambda module, args, output: None)
    assert expected in findings(net)
    handle.remove()
    assert expected not in findings(net)
    net.layer.register_forward_pre_hook(lambda module, args: None)
    assert expected in findings(net)
    called = Holder(None)
    called.layer.register_forward_hook(lambda module, args, output: None)
    assert findings(called) == []


class Cut(nn.Module):
    """Two layers, with the record cut at one of three places."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.first, self.last = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Any:
        if self.place == "not called":
            return self.last(x)
        hidden = self.first(x)
        return self.last(hidden.detach() if self.place == "between" else hidden)


class Careless(nn.Module):
    """A layer that uses its weight, or all of its parameters, through .data."""

    def __init__(self, cut: bool) -> None:
        super().__init__()
        self.cut = cut
        self.weight, self.bias = (
            nn.Parameter(0.1 * torch.ones(1, 3)),
            nn.Parameter(0.1 * torch.ones(1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.data.T + (self.bias.detach() if self.cut else self.bias)


def test_a_layer_that_is_not_called_is_found() -> None:
    assert findings(Cut("not called")) == [
        "first.weight, first.bias: no gradient, because the layer was not called. Call it in "
        "forward, or remove it."
    ]


def test_a_record_that_is_cut_after_a_layer_is_found() -> None:
    assert findings(Cut("between")) == [
        "first.weight, first.bias: no gradient, because autograd's record is cut after first "
        "(Linear). Look there for .data, .detach(), .item(), argmax, NumPy or torch.no_grad(), and "
        "remove it."
    ]
    assert findings(Cut("nowhere")) == []


def test_a_record_that_is_cut_in_a_layer_is_found() -> None:
    advice = (
        "no gradient, although the layer ran. Its forward does not use it, or only through .data, "
        ".detach(), .item(), NumPy or torch.no_grad(). Use it directly."
    )
    assert findings(nn.Sequential(Careless(cut=False))) == [f"0.weight: {advice}"]
    assert findings(Careless(cut=True)) == [f"weight, bias: {advice}"]


def test_a_loss_without_any_record_is_diagnosed() -> None:
    def detached(output: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(output.detach(), target)

    assert findings(fresh(), loss_fn=detached) == [
        "0.weight, 0.bias, 2.weight and 1 more: no gradient, because autograd's record is cut "
        "after 2 (Linear). Look there for .data, .detach(), .item(), argmax, NumPy or "
        "torch.no_grad(), and remove it."
    ]


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"key": value}])
def test_six_levels_of_lists_or_dictionaries_are_searched(wrap: Callable[[Any], Any]) -> None:
    layer: Any = nn.Linear(1, 1)
    value = layer
    for _ in range(6):
        value = wrap(value)
    assert list(contents(value)) == [layer]
    assert list(contents(wrap(value))) == []
