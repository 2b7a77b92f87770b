"""Examples that the tests of several modules share."""

import torch
from torch import nn

from nnfp import Net

X = torch.tensor([[1.0], [2.0], [3.0]])
TRIPLED = [(X, 3 * X)]


def zeroed_net() -> Net:
    """Make a network whose parameters are zero."""
    return Net(init=nn.init.zeros_)


def values(net: nn.Module) -> dict[str, float]:
    """Return the value of each parameter of a network that has one number in each."""
    return {name: p.item() for name, p in net.named_parameters()}
