"""Average the gradients of several processes that each have a copy of the model."""

import torch
import torch.distributed as dist
from torch import Tensor, nn

from nnfp.scale.group import check_process_group


@torch.no_grad()
def average_gradients(model: nn.Module, samples: int | None = None) -> None:
    """Replace each gradient by its mean over all ranks, after `backward` and before `step`.

    Every rank must call it in every step, because it waits until all others have called it. All
    gradients travel together, in one `all_reduce`.

    If a parameter has no gradient on some ranks, it counts as zero there. If no rank has one, it
    stays `None`, so that an optimizer skips it.

    Args:
        model: This rank's copy of the model. Its parameters are on one device.
        samples: The number of samples in this rank's shard. If all ranks give it, each gradient
            counts by its number of samples, so the shards may differ in size, and some may be
            empty. The loss must be a mean over the shard.

    Raises:
        RuntimeError: If there is no process group.
        TypeError: If a gradient is sparse.
        ValueError: If `samples` is negative, or 0 on all ranks.

    Examples:
        >>> import torch
        >>> import torch.distributed as dist
        >>> from nnfp import Net
        >>> from nnfp.scale import average_gradients
        >>> net = Net(init=torch.nn.init.ones_)
        >>> net(torch.tensor([[2.0]])).backward()
        >>> dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
        >>> average_gradients(net)  # the mean over a single rank
        >>> net.fc1.weight.grad.item()
        2.0
        >>> dist.destroy_process_group()
    """
    check_process_group()
    if samples is not None and samples < 0:
        raise ValueError(f"expected 0 samples or more, got {samples}")
    parameters = [p for p in model.parameters() if p.requires_grad]
    weight = 1 if samples is None else samples
    rows = [_weighted(parameter, weight) for parameter in parameters]
    # The first number is the weight of this rank, and a 1 follows for each gradient that it has.
    known = [float(p.grad is not None and weight > 0) for p in parameters]
    device = parameters[0].device if parameters else None
    buffer = torch.cat([torch.tensor([weight, *known], device=device), *rows])
    dist.all_reduce(buffer)
    total, *counts = buffer[: 1 + len(parameters)].tolist()
    if total == 0:
        raise ValueError("expected at least one sample on some rank, got none")
    sums = torch.split(buffer[1 + len(parameters) :], [p.numel() for p in parameters])
    for parameter, count, summed in zip(parameters, counts, sums, strict=True):
        if count > 0:
            if parameter.grad is None:
                parameter.grad = torch.empty_like(parameter)
            parameter.grad.copy_(summed.div_(total).view_as(parameter))


def _weighted(parameter: nn.Parameter, weight: int) -> Tensor:
    """Return the gradient of a parameter in one row, times `weight`; zeros if there is none."""
    # A mean over an empty shard is nan, so it is left out and not multiplied by 0.
    if parameter.grad is None or weight == 0:
        return torch.zeros_like(parameter).flatten()
    if parameter.grad.layout != torch.strided:
        raise TypeError(f"expected dense gradients, got one of layout {parameter.grad.layout}")
    row = parameter.grad.flatten()
    return row if weight == 1 else row * weight
