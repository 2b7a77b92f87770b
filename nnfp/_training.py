"""A training step of a network: ordered call by call, or recorded once and ordered as a whole."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the field's own name)

from nnfp.layer import Linear

Step = Callable[[], Tensor]

# What is done once, such as to choose the fastest product, is done before the recording.
WARM_UP = 3


def training_step(device: torch.device, width: int, batch: int) -> Step:
    """Make a network of three layers and a mini-batch, the same ones each time.

    Args:
        device: Where to train.
        width: How many inputs, and how many neurons in each layer.
        batch: How many samples the mini-batch has.

    Returns:
        A function that trains by one step and returns the loss before it, of shape `()`.
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
    """Record what a step orders of an NVIDIA GPU, to be ordered again in one call.

    Args:
        step: The step. It is taken three times before, and not while it is recorded.

    Returns:
        A function that takes such a step. It returns the same tensor each time, filled anew.

    Source:
        The order of the calls is that of PyTorch's notes on CUDA graphs.
    """
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay() -> Tensor:
        graph.replay()
        return loss

    return replay
