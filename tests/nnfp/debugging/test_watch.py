"""Test what is seen of each layer."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from nnfp import Linear, diagnose
from nnfp.debugging.watch import watching
from tests.nnfp.debugging.examples import fresh, task

X, Y, _ = task()


def test_mean_and_deviation_are_those_of_the_outputs() -> None:
    net = fresh()
    rows = diagnose(net, None, X, Y, F.mse_loss).layers
    output = X
    for row, layer in zip(rows, net, strict=True):
        output = layer(output)
        assert row.shape == tuple(output.shape)
        assert row.mean == pytest.approx(output.mean().item(), abs=1e-6)
        assert row.std == pytest.approx(output.std(correction=0).item(), abs=1e-6)


def test_the_deviation_of_large_numbers_is_not_lost_in_their_squares() -> None:
    net = nn.Sequential(nn.Identity())
    x = 3000 + X / 2
    with watching(net) as seen:
        net(x)
    assert seen["0"].mean == pytest.approx(x.double().mean().item())
    assert seen["0"].std == pytest.approx(x.double().std(correction=0).item())


def test_a_layer_that_is_called_twice_has_one_row_for_both_calls() -> None:
    layer = nn.Linear(3, 3)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    rows = diagnose(net, None, X, X, F.mse_loss).layers
    assert [row.name for row in rows] == ["0 (Linear)", "1 (Tanh)"]
    outputs = torch.cat([layer(X), layer(layer(X).tanh())])
    assert rows[0].mean == pytest.approx(outputs.mean().item())
    assert rows[0].std == pytest.approx(outputs.std(correction=0).item())


def test_what_an_operation_in_place_overwrites_is_seen_before() -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU(inplace=True))
    rows = diagnose(net, None, X, torch.ones(12, 2), F.mse_loss).layers
    assert rows[0].mean == pytest.approx(net[0](X).mean().item())
    assert rows[0].mean < rows[1].mean


def test_each_module_is_seen_with_the_record_of_autograd() -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.Flatten())
    with watching(net) as seen:
        net(X)
        net(X.requires_grad_(False))
    assert [(s.label, s.recorded) for s in seen.values()] == [
        ("0 (Linear)", True),
        ("1 (Flatten)", True),
        ("the network (Sequential)", True),
    ]


def test_without_a_record_that_is_seen() -> None:
    net = nn.Linear(3, 2)
    with watching(net) as seen, torch.no_grad():
        net(X)
    assert not seen[""].recorded


def dead_share(net: nn.Module, x: Tensor, target: Tensor) -> list[float | None]:
    return [row.dead for row in diagnose(net, None, x, target, F.mse_loss).layers]


@pytest.mark.parametrize("kind", [nn.Linear, Linear])
def test_dead_neurons_are_counted(kind: type[nn.Linear]) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(kind(3, 8), nn.ReLU(), nn.Linear(8, 1))
    with torch.no_grad():
        net[0].get_parameter("bias").fill_(9.0)[:2] = -9.0
    assert dead_share(net, X, Y) == [0.25, None, 0.0]


def test_a_dead_neuron_of_a_function_without_a_module_is_counted() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.last = nn.Linear(3, 4, bias=False), nn.Linear(4, 1)

        def forward(self, x: Tensor) -> Any:
            return self.last(F.relu(self.hidden(x)))

    net = Functional()
    with torch.no_grad():
        net.hidden.weight.fill_(1.0)
        net.hidden.weight[0] = -1.0
    assert dead_share(net, X.abs(), Y) == [0.25, 0.0]


def test_a_neuron_that_is_busy_in_one_of_two_calls_is_alive() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(1, 1, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return F.relu(self.layer(x)) + F.relu(self.layer(-x))

    assert dead_share(Twice(), torch.ones(3, 1), 9 * torch.ones(3, 1)) == [0.0]


def test_dead_channels_of_a_convolution_are_counted() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 2), nn.ReLU(), nn.Flatten(), nn.Linear(16, 1))
    with torch.no_grad():
        net[0].get_parameter("bias").fill_(9.0)[0] = -9.0
    x, target = torch.rand(5, 1, 3, 3), torch.zeros(5, 1)
    assert dead_share(net, x, target) == [0.25, None, None, 0.0]


def test_dead_channels_of_a_normalization_are_counted() -> None:
    net = nn.Sequential(nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 1))
    with torch.no_grad():
        net[0].get_parameter("bias").fill_(9.0)[0] = -9.0
    assert dead_share(net, X, Y) == [pytest.approx(1 / 3), None, 0.0]


def test_a_negative_output_alone_does_not_make_a_neuron_dead() -> None:
    net = nn.Linear(3, 1)
    with torch.no_grad():
        net.bias.fill_(-9.0)
    assert dead_share(net, X, Y) == [0.0]


def test_a_layer_that_follows_only_zeros_is_not_dead() -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        net[0].get_parameter("bias").fill_(-9.0)
        net[2].get_parameter("bias").fill_(-1.0)
    assert dead_share(net, X, Y) == [1.0, None, 0.0]


@pytest.mark.parametrize(
    ("net", "x"),
    [
        (nn.Embedding(4, 4), torch.tensor([0, 1])),
        (nn.ConvTranspose1d(2, 2, 1), torch.rand(2, 2, 2)),
        (nn.Linear(3, 2), torch.rand(3)),
        (nn.Tanh(), torch.rand(3, 2)),
    ],
)
def test_a_layer_without_rows_of_units_has_no_share(net: nn.Module, x: Tensor) -> None:
    assert dead_share(net, x, torch.zeros_like(net(x).detach())) == [None]


def test_biases_of_another_size_than_the_units_do_not_matter() -> None:
    class Scalar(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(-torch.ones(2, 3))
            self.bias = nn.Parameter(torch.tensor(0.0))

        def forward(self, x: Tensor) -> Tensor:
            return F.relu(x @ self.weight.T) + self.bias

    net = nn.Sequential(Scalar(), nn.Linear(2, 1))
    assert dead_share(net, X.abs(), Y) == [1.0, 0.0]


def test_an_error_says_which_layer_was_running() -> None:
    with pytest.raises(RuntimeError) as raised:
        diagnose(fresh(), None, X.long(), Y, F.mse_loss)
    assert raised.value.__notes__ == [
        "diagnose was running 0 (Linear), whose input was (12, 3) of torch.int64"
    ]


def test_an_error_of_the_loss_function_has_no_note() -> None:
    def broken(output: Tensor, target: Tensor) -> Tensor:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError) as raised:
        diagnose(fresh(), None, X, Y, broken)
    assert not hasattr(raised.value, "__notes__")


def test_an_error_without_a_tensor_says_so() -> None:
    with pytest.raises(Exception) as raised:
        diagnose(nn.Linear(1, 1), None, "text", Y, F.mse_loss)
    assert raised.value.__notes__ == [
        "diagnose was running the network (Linear), whose input was no tensor"
    ]


def test_hooks_are_removed_after_an_error() -> None:
    net = fresh()
    with pytest.raises(ValueError, match="stop"), watching(net):
        raise ValueError("stop")
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
