"""What the command can train: networks of the earlier pages, with their data and optimizers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from nnfp.attention import Transformer, sequences
from nnfp.classification import digits
from nnfp.layer import MLP
from nnfp.letters import names
from nnfp.momentum import SGD, AdamW

Pair = tuple[Tensor, Tensor]
"""Inputs and targets, with the samples in the first dimension."""


@dataclass(frozen=True)
class Task:
    """A network, its data, and how it is trained."""

    net: nn.Module
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
    train: Pair
    valid: Pair


def digits_task() -> Task:
    """Return the network that reads handwritten digits, with new weights."""
    train, valid, _ = digits()
    net = MLP([64, 64, 10])
    # Small weights in the last layer make all digits about equally likely at first.
    with torch.no_grad():
        net.layers[-1].get_parameter("weight").mul_(0.1)
    return Task(net, lambda params: SGD(params, lr=0.1, momentum=0.9), train, valid)


def names_task() -> Task:
    """Return the transformer that writes names, with new weights."""
    train, valid = (sequences(part) for part in names())
    return Task(Transformer(), lambda params: AdamW(params, lr=0.003), train, valid)


TASKS = {"digits": digits_task, "names": names_task}
BATCHES = {"digits": 32, "names": 64}
"""The usual size of a mini-batch."""


def total_loss(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy of all answers, added up, and the number of answers.

    Args:
        logits: Shape `(N, C)` or `(N, n, C)`.
        target: The right classes, or −100 where there is no answer: the shape of `logits`
            without C.
    """
    total = F.cross_entropy(logits.flatten(0, -2), target.flatten(), reduction="sum")
    return total, (target >= 0).sum()
