"""A training step, launched call by call or recorded once as a CUDA graph."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from nnfp.layer import Linear

Step = Callable[[], Tensor]
"""A function that trains a network by one step and returns the loss before it."""

# Width and batch size of the trained networks: launches limit the first, and arithmetic
# the second.
TRAINING_SIZES = ((128, 32), (4096, 4096))
STEPS = 100
"""How many steps to train a network, to see whether both modes reach the same loss."""
# PyTorch chooses its fastest products and allocates memory in the first few steps. A recording must
# not contain that.
WARM_UP = 3


def training_step(device: torch.device, width: int, batch: int) -> Step:
    """Make a network of three layers and a mini-batch; every call makes the same ones.

    Args:
        device: Where to train.
        width: The number of inputs, and of neurons in each layer.
        batch: The batch size.

    Returns:
        A function that takes one training step and returns the loss before it, of shape `()`.
    """
    generator = torch.Generator().manual_seed(0)
    first, second, third = (
        Linear(width, width, init=partial(nn.init.kaiming_normal_, generator=generator))
        for _ in range(3)
    )
    net = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third).to(device)
    x, target = torch.randn(2, batch, width, generator=generator).to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)

    def step() -> Tensor:
        loss = F.mse_loss(net(x), target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss.detach()

    return step


def record(step: Step) -> Step:
    """Record what a step launches on an NVIDIA GPU, so that one call can launch it all again.

    Args:
        step: The step. It is taken three times before the recording, but not by it.

    Returns:
        A function that takes the recorded step. It returns the same tensor each time, with the new
        loss in it.

    Raises:
        RuntimeError: If there is no NVIDIA GPU.

    Source:
        The order of the calls follows PyTorch's notes on CUDA graphs.
    """
    side_stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side_stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side_stream):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(side_stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay() -> Tensor:
        graph.replay()
        return loss

    return replay
