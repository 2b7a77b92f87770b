"""Train a network of the earlier pages, with its data or itself divided among processes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler, TensorDataset
from tqdm import tqdm

from nnfp.classification import cross_entropy, digits
from nnfp.layer import MLP
from nnfp.letters import Window, names, windows
from nnfp.momentum import SGD, AdamW
from nnfp.scale import checkpoint

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Task:
    """A network, its data, and how it is trained."""

    net: nn.Module
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
    batch: int
    """The number of samples in a mini-batch, those of all processes together."""
    train: Pair
    valid: Pair


def digits_task() -> Task:
    """Return the network that reads handwritten digits."""
    train, valid, _ = digits()
    net = MLP([64, 64, 10])
    with torch.no_grad():
        net.layers[-1].get_parameter("weight").mul_(0.1)
    return Task(net, lambda params: SGD(params, lr=0.1, momentum=0.9), 32, train, valid)


def names_task() -> Task:
    """Return the network that writes names."""
    net = Window()
    train, valid = (windows(part, net.size) for part in names())
    return Task(net, lambda params: AdamW(params, lr=0.003), 64, train, valid)


TASKS = {"digits": digits_task, "names": names_task}


def distribute(net: nn.Module, parallel: str) -> nn.Module:
    """Divide the work on a network among all processes.

    Args:
        net: The network, on the device of this process.
        parallel: With `"ddp"`, each process has a copy of the network, and gradients are averaged.
            With `"fsdp"`, each process also keeps only a part of each parameter, of its gradient
            and of the optimizer's state.

    Returns:
        The network to train. Its gradients are those of the loss over the samples of all processes.
    """
    if parallel == "ddp":
        return DistributedDataParallel(net)
    # From the inside out. Each layer of a list is collected right before it computes.
    for module in reversed(list(net.modules())):
        if isinstance(module, nn.ModuleList):
            for layer in module:
                fully_shard(layer)
    fully_shard(net)
    return net


def batches(data: Pair, size: int, seed: int, start: int = 0) -> Iterator[Pair]:
    """Yield this process's share of each mini-batch, epoch after epoch, without end.

    The shares of a mini-batch have equal sizes. Their union does not depend on the number of
    processes. Samples that do not fill a mini-batch are left out in that epoch.

    Args:
        data: Inputs and targets, with the samples in the first dimension.
        size: The number of samples in a mini-batch, a multiple of the number of processes.
        seed: The order of the samples depends on it, and on the epoch.
        start: The number of mini-batches to skip.
    """
    x, target = data
    sampler = DistributedSampler(TensorDataset(x), seed=seed, drop_last=True)
    share = size // dist.get_world_size()
    first, skipped = divmod(start, len(x) // size)
    for epoch in count(first):
        sampler.set_epoch(epoch)
        for part in torch.tensor(list(sampler)).split(share)[skipped : len(x) // size]:
            yield x[part], target[part]
        skipped = 0


def train(
    task: Task,
    parallel: str,
    epochs: int,
    seed: int,
    device: torch.device,
    folder: Path | None,
    every: int,
    settings: checkpoint.Settings,
) -> tuple[float, float]:
    """Train on all processes, from the newest checkpoint on, and return the scores.

    Args:
        task: What to train.
        parallel: `"ddp"` or `"fsdp"`.
        epochs: The number of passes over the training data, including those before the checkpoint.
        seed: Decides the order of the samples.
        device: The device of this process.
        folder: Where checkpoints are, if they are wanted.
        every: The number of steps between two checkpoints.
        settings: What a run has in common with one that it continues.

    Returns:
        The mean loss and the accuracy over all validation data.
    """
    net = distribute(task.net.to(device), parallel)
    optimizer = task.optimizer(net.parameters())
    start = checkpoint.load(folder, net, optimizer, settings) if folder else 0
    steps = epochs * (len(task.train[0]) // task.batch)
    first = dist.get_rank() == 0
    if first:
        print(f"from step {min(start, steps)} to step {steps}", flush=True)
    todo = range(start + 1, steps + 1)
    # disable=None shows the bar only in a terminal.
    bar = tqdm(todo, total=steps, initial=start, unit="step", disable=None if first else True)
    for step, (x, target) in zip(bar, batches(task.train, task.batch, seed, start), strict=False):
        loss = cross_entropy(net(x.to(device)), target.to(device))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if folder and (step % every == 0 or step == steps):
            checkpoint.save(folder, step, net, optimizer, settings)
    return score(net, task.valid, device)


@torch.no_grad()
def score(net: nn.Module, data: Pair, device: torch.device) -> tuple[float, float]:
    """Return the mean loss and the accuracy over the data, of which each process has a share.

    A loss that one process computes on its share alone is another number on each of them. Here,
    sums and counts are added over all processes, so that unequal shares count as they should.

    Args:
        net: The network to judge.
        data: Inputs and targets: the same data on each process.
        device: The device of this process.
    """
    x, target = (part[dist.get_rank() :: dist.get_world_size()].to(device) for part in data)
    net.eval()
    logits = net(x)
    net.train()
    loss = cross_entropy(logits, target, reduction="sum").double()
    right = (logits.argmax(1) == target).sum().double()
    sums = torch.stack([loss, right, torch.full_like(loss, len(target))])
    dist.all_reduce(sums)
    return (sums[0] / sums[2]).item(), (sums[1] / sums[2]).item()
