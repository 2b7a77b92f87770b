"""Test that sharded layers and networks compute what whole ones do, on two ranks and on three."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import Replicate, Shard, distribute_tensor, init_device_mesh
from torch.distributed.tensor.debug import CommDebugMode
from torch.nn import functional as F  # noqa: N812 (the usual name)
from torch.optim import Optimizer

import nnfp
from nnfp import MLP, Linear
from nnfp.sharding import ColumnParallel, RowParallel, bytes_of
from tests.nnfp.ranks import run_ranks

RANKS = pytest.mark.parametrize("ranks", [2, 3])


def assert_equal(
    sharded: nn.Module, whole: Linear, x: Tensor, dim: int | None, **place: Any
) -> None:
    """Compare outputs and all gradients.

    Args:
        sharded: The sharded layer.
        whole: The whole one.
        x: The inputs of the whole layer.
        dim: The dimension along which the weight is cut.
    """


def parts(tensor: Tensor, dim: int) -> Tensor:
    """Return the part of this rank."""
    return tensor.chunk(dist.get_world_size(), dim)[dist.get_rank()]


def outputs_and_slope(layer: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the outputs, and the gradient of a loss with respect to the inputs."""
    x = x.clone().requires_grad_()
    y = layer(x)
    loss = (y.sin() * torch.arange(1.0, 1 + y.shape[-1])).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return y.detach(), x.grad


# ColumnParallel and RowParallel


def compare_with_whole_layers(bias: bool, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.randn(*shape, 6)
    for kind, dim in ((ColumnParallel, 0), (RowParallel, 1)):
        whole = Linear(6, 12, bias, init=nn.init.xavier_normal_)
        if bias:
            nn.init.normal_(whole.bias)
        sharded = kind(whole)
        results, expected = outputs_and_slope(sharded, x), outputs_and_slope(whole, x)
        torch.testing.assert_close(results, expected)
        torch.testing.assert_close(sharded.part.weight.grad, parts(whole.weight.grad, dim))
        if bias:
            gradient = whole.bias.grad if dim else parts(whole.bias.grad, 0)
            torch.testing.assert_close(sharded.bias.grad, gradient)
        else:
            assert sharded.bias is None


@RANKS
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_cut_in_parts_equals_the_whole_one(ranks: int, bias: bool) -> None:
    for shape in ((4,), (), (5, 2)):
        run_ranks(compare_with_whole_layers, ranks, bias, shape)
