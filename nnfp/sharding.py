"""A layer cut over several processes, and the bytes that training keeps in each of them."""

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from torch.optim import Optimizer

from nnfp.layer import Linear
from nnfp.scale.group import check_process_group


class ColumnParallel(nn.Module):
    """A layer cut by neurons: each rank computes some columns of the output.

    The inputs and the loss must be the same on all ranks, and all ranks must call their layers in
    the same order.

    Args:
        whole: The layer to cut, with the same weights on all ranks. They are copied.
        gather_output: Whether each rank returns the outputs of all neurons, or only of its part.

    Attributes:
        part: The neurons of this rank, as a layer.

    Raises:
        ValueError: If the number of neurons is not a multiple of the number of ranks.
        RuntimeError: If there is no process group.

    Source:
        Shoeybi et al., "Megatron-LM" (2019). Its weights are transposed: a neuron is a column.
    """

    def __init__(self, whole: Linear, *, gather_output: bool = True) -> None:
        super().__init__()
        mine = _share("out_features", whole.out_features)
        self.part = _layer(whole.weight[mine], None if whole.bias is None else whole.bias[mine])
        self.gather_output = gather_output

    def forward(self, x: Tensor) -> Tensor:
        """Send `x`, of shape `(..., in_features)`, through the layer to `(..., out_features)`.

        Without `gather_output`, the last dimension of the result is this rank's part.

        Raises:
            ValueError: If the last dimension of `x` is not `in_features`.
        """
        y: Tensor = self.part(_exchange(x, _copy, _add))
        return _exchange(y, _gather, _cut) if self.gather_output else y


class RowParallel(nn.Module):
    """A layer cut by inputs: each rank computes a partial sum of each output.

    The partial sums are added up over the ranks, and then the bias is added. The loss must be the
    same on all ranks, and all ranks must call their layers in the same order.

    Args:
        whole: The layer to cut, with the same weights on all ranks. They are copied.
        input_is_parallel: Whether each rank gets only its part of the inputs, or all of them.

    Attributes:
        part: The weights of this rank's inputs, as a layer without a bias.
        bias: The bias of the whole layer, the same on all ranks, or `None`.

    Raises:
        ValueError: If the number of inputs is not a multiple of the number of ranks.
        RuntimeError: If there is no process group.

    Source:
        Shoeybi et al., "Megatron-LM" (2019). Its weights are transposed: a row is for an input.
    """

    bias: nn.Parameter | None

    def __init__(self, whole: Linear, *, input_is_parallel: bool = False) -> None:
        super().__init__()
        mine = _share("in_features", whole.in_features)
        self.part = _layer(whole.weight[:, mine], None)
        bias = None if whole.bias is None else nn.Parameter(whole.bias.detach().clone())
        self.register_parameter("bias", bias)
        self.in_features = whole.in_features
        self.input_is_parallel = input_is_parallel

    def forward(self, x: Tensor) -> Tensor:
        """Send `x`, of shape `(..., in_features)`, through the layer to `(..., out_features)`.

        With `input_is_parallel`, the last dimension of `x` is this rank's part.

        Raises:
            ValueError: If `x` has another last dimension.
        """
        if not self.input_is_parallel:
            if x.shape[-1:] != (self.in_features,):
                wanted = f"expected the last dimension to be {self.in_features} (in_features)"
                raise ValueError(f"{wanted}, got an input of shape {tuple(x.shape)}")
            x = _exchange(x, _cut, _gather)
        y = _exchange(self.part(x), _add, _copy)
        return y if self.bias is None else y + self.bias


def bytes_of(module: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    """Count the bytes that training a module keeps on this rank, except for the activations.

    Returns:
        The bytes of the parameters, of their gradients, and of the optimizer's state, which most
            optimizers create in their first step.

    Examples:
        >>> import torch
        >>> from nnfp import Linear
        >>> from nnfp.sharding import bytes_of
        >>> layer = Linear(2, 4)
        >>> adamw = torch.optim.AdamW(layer.parameters())
        >>> layer(torch.ones(3, 2)).sum().backward()
        >>> adamw.step()
        >>> bytes_of(layer, adamw)
        {'parameters': 48, 'gradients': 48, 'optimizer state': 104}
    """
    parameters = list(module.parameters())
    states = [value for p in parameters for value in optimizer.state.get(p, {}).values()]
    return {
        "parameters": sum(map(_bytes, parameters)),
        "gradients": sum(_bytes(p.grad) for p in parameters),
        "optimizer state": sum(map(_bytes, states)),
    }


def _bytes(value: object) -> int:
    local = value.to_local() if isinstance(value, DTensor) else value
    return local.nbytes if isinstance(local, Tensor) else 0


def _share(name: str, size: int) -> slice:
    """Return which of `size` neurons or inputs are those of this rank."""
    check_process_group()
    ranks, rank = dist.get_world_size(), dist.get_rank()
    if size % ranks:
        raise ValueError(f"expected {name} to be a multiple of {ranks} (the ranks), got {size}")
    return slice(rank * size // ranks, (rank + 1) * size // ranks)


def _layer(weight: Tensor, bias: Tensor | None) -> Linear:
    """Return a layer with a copy of this weight and this bias."""
    neurons, inputs = weight.shape
    # init draws no random numbers, so that later ones are those of a program without ranks.
    like = (bias is not None, weight.device, weight.dtype)
    layer = Linear(inputs, neurons, *like, init=nn.init.zeros_)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer


Way = Callable[[Tensor], Tensor]

# What ranks exchange, in two pairs: on the way back, each is replaced by its partner. An input that
# is copied to all ranks gets a slope from each of them, and the slopes add up.


def _copy(x: Tensor) -> Tensor:
    return x.view_as(x)


def _add(x: Tensor) -> Tensor:
    total = x.clone()
    dist.all_reduce(total)
    return total


def _cut(x: Tensor) -> Tensor:
    return x.chunk(dist.get_world_size(), dim=-1)[dist.get_rank()]


def _gather(x: Tensor) -> Tensor:
    parts = [torch.empty_like(x) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, x)
    return torch.cat(parts, dim=-1)


class _Exchange(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, forward: Way, backward: Way) -> Tensor:
        ctx.ways = backward, forward
        return forward(x)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        return _exchange(slopes[0], *ctx.ways), None, None


def _exchange(x: Tensor, forward: Way, backward: Way) -> Tensor:
    y: Tensor = _Exchange.apply(x, forward, backward)  # type: ignore[no-untyped-call]
    return y
