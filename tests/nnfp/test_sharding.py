"""Test that sharded layers and networks compute what whole ones do, on two ranks and on three."""

from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.nn import functional as F  # noqa: N812 (the usual name)
from torch.optim import Optimizer

import nnfp
from nnfp import MLP, Linear
from nnfp.sharding import ColumnParallel, RowParallel, bytes_of
from tests.nnfp.scale.ranks import run_ranks

on_two_and_three_ranks = pytest.mark.parametrize("ranks", [2, 3])


def own(tensor: Tensor | None, dim: int) -> Tensor:
    """Return this rank's part of a tensor."""
    assert tensor is not None
    return tensor.chunk(dist.get_world_size(), dim)[dist.get_rank()]


def backward(y: Tensor) -> None:
    """Go back from a loss to which each output counts differently."""
    weights = torch.linspace(-1, 2, y.numel(), dtype=y.dtype).reshape(y.shape)
    (y.sin() * weights).sum().backward()  # type: ignore[no-untyped-call]


# ColumnParallel, RowParallel


def compare_with_the_whole_layer(bias: bool, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    for kind, dim in ((ColumnParallel, 0), (RowParallel, 1)):
        whole = Linear(6, 12, bias, dtype=dtype)
        if bias:
            nn.init.normal_(whole.bias)
        sharded = kind(whole)
        x = torch.randn(*shape, 6, dtype=dtype, requires_grad=True)
        copy = x.detach().clone().requires_grad_()
        y, expected = sharded(x), whole(copy)
        torch.testing.assert_close(y, expected)
        backward(y)
        backward(expected)
        torch.testing.assert_close(x.grad, copy.grad)
        torch.testing.assert_close(sharded.part.weight.grad, own(whole.weight.grad, dim))
        biases = [parameter for name, parameter in sharded.named_parameters() if "bias" in name]
        assert len(biases) == bias
        for each in biases:
            gradient = whole.bias.grad if dim else own(whole.bias.grad, 0)
            torch.testing.assert_close(each.grad, gradient)


def compare_with_whole_layers() -> None:
    torch.manual_seed(0)
    compare_with_the_whole_layer(True, (4,), torch.float32)
    compare_with_the_whole_layer(False, (5, 2), torch.float64)
    compare_with_the_whole_layer(True, (), torch.float64)


@on_two_and_three_ranks
def test_a_cut_layer_has_the_outputs_and_gradients_of_the_whole_one(ranks: int) -> None:
    run_ranks(compare_with_whole_layers, ranks)


def cut_network(whole: MLP) -> nn.Sequential:
    """Cut an MLP of two layers: the first by neurons, the second by inputs."""
    first, second = whole.layers
    assert isinstance(first, Linear) and isinstance(second, Linear)
    return nn.Sequential(
        ColumnParallel(first, gather_output=False),
        nn.ReLU(),
        RowParallel(second, input_is_parallel=True),
    )


def compare_with_the_whole_network() -> list[int]:
    # Here, because it takes long to load, and only this function needs it.
    from torch.distributed.tensor.debug import CommDebugMode

    torch.manual_seed(0)
    whole = MLP([4, 6, 5])
    net = cut_network(whole)
    x = torch.randn(3, 4, requires_grad=True)
    copy = x.detach().clone().requires_grad_()
    forward, back = CommDebugMode(), CommDebugMode()  # type: ignore[no-untyped-call]
    with forward:
        y = net(x)
    with back:
        backward(y)
    backward(whole(copy))
    torch.testing.assert_close(y, whole(copy))
    torch.testing.assert_close(x.grad, copy.grad)
    for sharded, layer, dim in ((net[0], whole.layers[0], 0), (net[2], whole.layers[1], 1)):
        assert isinstance(layer, Linear) and isinstance(sharded, ColumnParallel | RowParallel)
        torch.testing.assert_close(sharded.part.weight.grad, own(layer.weight.grad, dim))
    exchanges = [dict(mode.get_comm_counts()) for mode in (forward, back)]
    assert all(set(counts) == {torch.ops.c10d.allreduce_} for counts in exchanges)
    return [mode.get_total_counts() for mode in (forward, back)]


@on_two_and_three_ranks
def test_two_layers_need_one_all_reduce_in_each_direction(ranks: int) -> None:
    assert run_ranks(compare_with_the_whole_network, ranks) == [[1, 1]] * ranks


def compare_second_derivatives() -> None:
    torch.manual_seed(0)
    whole = MLP([4, 6, 5], activation=torch.sin)
    first, second = whole.layers
    assert isinstance(first, Linear) and isinstance(second, Linear)
    column, row = ColumnParallel(first), RowParallel(second)
    x = torch.randn(3, 4, requires_grad=True)
    results = []
    for y in (row(column(x).sin()), whole(x)):
        (slope,) = torch.autograd.grad(y.sin().sum(), x, create_graph=True)
        results.append(torch.autograd.grad(slope.square().sum(), x))
    torch.testing.assert_close(*results)


def test_second_derivatives_are_those_of_the_whole_network() -> None:
    run_ranks(compare_second_derivatives, 2)


def backward_of_transposed_slopes() -> None:
    torch.manual_seed(0)
    for kind in (ColumnParallel, RowParallel):
        whole = Linear(6, 6, init=nn.init.xavier_normal_)
        sharded, x = kind(whole), torch.randn(6, 6)
        sharded(x.T).T.contiguous().square().sum().backward()
        whole(x.T).square().sum().backward()
        dim = 0 if kind is ColumnParallel else 1
        torch.testing.assert_close(sharded.part.weight.grad, own(whole.weight.grad, dim))


def test_numbers_may_be_in_another_order_in_memory() -> None:
    run_ranks(backward_of_transposed_slopes, 2)


def cut_and_change() -> None:
    torch.manual_seed(0)
    whole = Linear(6, 12)
    before, drawn = whole.weight.clone(), torch.get_rng_state()
    for kind in (ColumnParallel, RowParallel):
        sharded = kind(whole)
        with torch.no_grad():
            for parameter in sharded.parameters():
                parameter.add_(1)
    assert torch.equal(whole.weight, before) and not whole.bias.any()
    assert torch.equal(torch.get_rng_state(), drawn)


def test_cutting_a_layer_changes_nothing_else() -> None:
    run_ranks(cut_and_change, 2)


def refusals() -> list[str]:
    sentences = []
    layers = (
        lambda: ColumnParallel(Linear(6, 5)),
        lambda: RowParallel(Linear(5, 6)),
        lambda: ColumnParallel(Linear(6, 6))(torch.ones(2, 5)),
        lambda: RowParallel(Linear(6, 6))(torch.ones(2, 3)),
        lambda: RowParallel(Linear(6, 6))(torch.tensor(1.0)),
        lambda: RowParallel(Linear(6, 6), input_is_parallel=True)(torch.ones(2, 6)),
    )
    for layer in layers:
        with pytest.raises(ValueError) as caught:
            layer()
        sentences.append(str(caught.value))
    return sentences


def test_sizes_that_do_not_fit_are_refused() -> None:
    first, second = run_ranks(refusals, 2)
    assert (
        first
        == second
        == [
            "expected out_features to be a multiple of 2 (the ranks), got 5",
            "expected in_features to be a multiple of 2 (the ranks), got 5",
            "expected the last dimension to be 6 (in_features), got 5: input of shape (2, 5)",
            "expected the last dimension to be 6 (in_features), got an input of shape (2, 3)",
            "expected the last dimension to be 6 (in_features), got an input of shape ()",
            "expected the last dimension to be 3 (in_features), got 6: input of shape (2, 6)",
        ]
    )


@pytest.mark.parametrize("kind", [ColumnParallel, RowParallel])
def test_a_layer_is_not_cut_without_a_process_group(kind: type[nn.Module]) -> None:
    with pytest.raises(RuntimeError, match=r"^expected a process group, got none: .*torchrun"):
        kind(Linear(6, 6))


# DTensor


def compare_dtensors() -> list[str]:
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    torch.manual_seed(0)
    placed = []
    for cut, cut_bias, cut_x in (
        (Shard(0), Shard(0), Replicate()),
        (Shard(1), Replicate(), Shard(1)),
    ):
        whole, layer = Linear(4, 7), Linear(4, 7)
        nn.init.normal_(whole.bias)
        layer.load_state_dict(whole.state_dict())
        layer.weight = nn.Parameter(distribute_tensor(layer.weight.detach(), mesh, [cut]))
        layer.bias = nn.Parameter(distribute_tensor(layer.bias.detach(), mesh, [cut_bias]))
        x = torch.randn(3, 4)
        y = layer(distribute_tensor(x, mesh, [cut_x]))
        placed.append(str(*y.placements))
        torch.testing.assert_close(y.full_tensor(), whole(x))
        backward(y.full_tensor())
        backward(whole(x))
        for parameter, expected in zip(layer.parameters(), whole.parameters(), strict=True):
            assert isinstance(parameter.grad, DTensor)
            torch.testing.assert_close(parameter.grad.full_tensor(), expected.grad)
    return placed


@on_two_and_three_ranks
def test_our_layer_computes_with_cut_parameters(ranks: int) -> None:
    assert run_ranks(compare_dtensors, ranks) == [["S(1)", "P(sum)"]] * ranks


# fully_shard


def steps(net: nn.Module, optimizer: Optimizer, shard: slice, count: int = 4) -> list[float]:
    """Train on this shard of each mini-batch of six samples."""
    generator = torch.Generator().manual_seed(1)
    losses = []
    for _ in range(count):
        x = torch.randn(6, 4, generator=generator)
        target = torch.randint(5, (6,), generator=generator)
        loss = F.cross_entropy(net(x[shard]), target[shard])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses


def network(seed: int = 0) -> MLP:
    torch.manual_seed(seed)
    return MLP([4, 8, 5])


def fully_sharded(seed: int = 0) -> MLP:
    net = network(seed)
    for layer in net.layers:
        fully_shard(layer)
    fully_shard(net)
    return net


def own_samples() -> slice:
    each = 6 // dist.get_world_size()
    return slice(each * dist.get_rank(), each * (dist.get_rank() + 1))


def train(optimizer: type[Optimizer]) -> tuple[list[float], list[Tensor], dict[str, int]]:
    net = fully_sharded()
    adamw = optimizer(net.parameters(), lr=0.01)  # type: ignore[call-arg]
    losses = steps(net, adamw, own_samples())
    parameters = [p.full_tensor().detach() for p in net.parameters() if isinstance(p, DTensor)]
    return losses, parameters, bytes_of(net, adamw)


OPTIMIZERS = (torch.optim.AdamW, nnfp.AdamW, nnfp.SGD)


def train_with_each() -> list[tuple[list[float], list[Tensor], dict[str, int]]]:
    return [train(optimizer) for optimizer in OPTIMIZERS]


@on_two_and_three_ranks
def test_a_fully_sharded_network_learns_what_one_process_learns(ranks: int) -> None:
    for optimizer, *results in zip(OPTIMIZERS, *run_ranks(train_with_each, ranks), strict=True):
        whole = network()
        single = optimizer(whole.parameters(), lr=0.01)
        expected = torch.tensor(steps(whole, single, slice(6)))
        losses = torch.tensor([losses for losses, _, _ in results])
        torch.testing.assert_close(losses.mean(0), expected)
        for _, parameters, _ in results:
            torch.testing.assert_close(parameters, [p.detach() for p in whole.parameters()])


@on_two_and_three_ranks
def test_the_parts_of_all_ranks_are_as_large_as_the_whole(ranks: int) -> None:
    whole = network()
    single = torch.optim.AdamW(whole.parameters())
    steps(whole, single, slice(6), count=1)
    expected = bytes_of(whole, single)
    parts = [part for _, _, part in run_ranks(train, ranks, torch.optim.AdamW)]
    for name in ("parameters", "gradients"):
        assert sum(part[name] for part in parts) == expected[name]
    # Each rank counts the steps of each parameter.
    counters = 4 * len(list(whole.parameters()))
    states = [part["optimizer state"] - counters for part in parts]
    assert sum(states) == expected["optimizer state"] - counters
    assert max(sum(part.values()) for part in parts) < sum(expected.values()) * 2 / 3


# bytes_of


def test_a_parameter_costs_16_bytes_with_adamw() -> None:
    net = network()
    adamw = torch.optim.AdamW(net.parameters())
    steps(net, adamw, slice(6), count=1)
    size = 4 * 8 + 8 + 8 * 5 + 5
    assert bytes_of(net, adamw) == {
        "parameters": 4 * size,
        "gradients": 4 * size,
        "optimizer state": 8 * size + 4 * 4,
    }


def test_what_is_not_there_takes_no_bytes() -> None:
    net = network()
    sgd = torch.optim.SGD(net.parameters())
    assert bytes_of(net, sgd) == {"parameters": 340, "gradients": 0, "optimizer state": 0}
    steps(net, sgd, slice(6), count=1)  # plain SGD keeps no tensors
    assert bytes_of(net, sgd) == {"parameters": 340, "gradients": 340, "optimizer state": 0}


def test_only_tensors_count() -> None:
    net = network()
    sgd = torch.optim.SGD(net.parameters())
    sgd.state[next(net.parameters())] = {"steps": 3, "rule": "plain"}
    assert bytes_of(net, sgd)["optimizer state"] == 0


def test_parameters_of_another_network_do_not_count() -> None:
    net, other = network(), network()
    adamw = torch.optim.AdamW(other.parameters())
    steps(other, adamw, slice(6), count=1)
    assert bytes_of(net, adamw) == {"parameters": 340, "gradients": 0, "optimizer state": 0}


# torch.distributed.checkpoint


def write_checkpoint(folder: Path) -> list[float]:
    net = fully_sharded()
    adamw = torch.optim.AdamW(net.parameters(), lr=0.01)
    steps(net, adamw, own_samples())
    state, optimizer_state = get_state_dict(net, adamw)
    save({"net": state, "optimizer": optimizer_state}, checkpoint_id=folder)
    return steps(net, adamw, own_samples())


def go_on(folder: Path, sharded: bool) -> list[float]:
    net = fully_sharded(seed=1) if sharded else network(seed=1)
    adamw = torch.optim.AdamW(net.parameters(), lr=0.01)
    state, optimizer_state = get_state_dict(net, adamw)
    load({"net": state, "optimizer": optimizer_state}, checkpoint_id=folder)
    set_state_dict(net, adamw, model_state_dict=state, optim_state_dict=optimizer_state)
    return steps(net, adamw, own_samples())


@pytest.mark.parametrize(("ranks", "sharded"), [(1, False), (3, True)])
def test_a_checkpoint_of_two_ranks_is_continued_by_another_number(
    tmp_path: Path, ranks: int, sharded: bool
) -> None:
    expected = torch.tensor(run_ranks(write_checkpoint, 2, tmp_path)).mean(0)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        ".metadata",
        "__0_0.distcp",
        "__1_0.distcp",
    ]
    losses = torch.tensor(run_ranks(go_on, ranks, tmp_path, sharded)).mean(0)
    torch.testing.assert_close(losses, expected)
