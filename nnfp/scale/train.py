"""Train a network on several processes, from the newest checkpoint on."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler, TensorDataset
from tqdm import tqdm

from nnfp.scale import checkpoint
from nnfp.scale.tasks import TASKS, Pair, total_loss


@dataclass(frozen=True)
class Options:
    """What to train, and how.

    Attributes:
        model: What to train: a key of `TASKS`.
        parallel: `"ddp"` or `"fsdp"`.
        epochs: The number of passes over the training data, those before a checkpoint included.
        batch: The number of samples in a mini-batch, those of all processes together.
        seed: The first weights and the order of the samples depend on it.
        folder: The folder for checkpoints, or `None`.
        every: The number of steps between two checkpoints.
    """

    model: str
    parallel: str
    epochs: int
    batch: int
    seed: int
    folder: Path | None
    every: int


class Scores(NamedTuple):
    """How well a network does on all validation data."""

    loss: float
    accuracy: float
    answers: int


def run(options: Options, device: torch.device) -> Scores:
    """Train on all processes, from the newest checkpoint on, and return the scores.

    All processes call this, in a process group. The first one shows a progress bar if the output is
    a terminal.

    Args:
        options: What to train, and how.
        device: The device of this process.

    Raises:
        ValueError: If a mini-batch is larger than the data, or the newest checkpoint is of
            another run.
        OSError: If a checkpoint cannot be read or written, or the process that started this one
            has ended.
    """
    parent = os.getppid()
    torch.manual_seed(options.seed)
    task = TASKS[options.model]()
    samples = len(task.train[0])
    if options.batch > samples:
        raise ValueError(f"expected a batch of at most {samples:,} samples, got {options.batch:,}")
    net = distribute(task.net.to(device), options.parallel)
    optimizer = task.optimizer(net.parameters())
    settings: checkpoint.Settings = {
        "model": options.model,
        "batch": options.batch,
        "seed": options.seed,
    }
    taken = checkpoint.load(options.folder, net, optimizer, settings) if options.folder else 0
    steps = max(taken, options.epochs * (samples // options.batch))
    first = dist.get_rank() == 0
    if first and taken:
        print(f"continuing after step {taken} of {steps}", flush=True)
    # disable=None shows the bar only in a terminal.
    bar = tqdm(
        range(taken + 1, steps + 1), total=steps, initial=taken, disable=None if first else True
    )
    shares = batches(task.train, options.batch, options.seed, taken)
    for step, share in zip(bar, shares, strict=False):
        take_step(net, optimizer, share, device)
        if options.folder and (step % options.every == 0 or step == steps):
            # Another run may write there now.
            if os.getppid() != parent:
                raise OSError("torchrun has ended, so this process ends without a checkpoint")
            checkpoint.save(options.folder, step, net, optimizer, settings)
    return score(net, task.valid, device)


def distribute(net: nn.Module, parallel: str) -> nn.Module:
    """Divide the work on a network among all processes.

    Args:
        net: The network, on the device of this process.
        parallel: With `"ddp"`, each process has the whole network. With `"fsdp"`, it keeps only a
            part of each parameter, of its gradient and of the optimizer's state. In both cases,
            `backward` averages the gradients over all processes.

    Returns:
        The network to train.
    """
    if parallel == "ddp":
        return DistributedDataParallel(net)
    # It warns that the logits are a view, which must not be changed in place. We never do.
    warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view", UserWarning)
    # Only one layer or block at a time is whole: the one that computes.
    for module in net.children():
        if isinstance(module, nn.ModuleList | nn.Sequential):
            for layer in module:
                fully_shard(layer)
    fully_shard(net)
    return net


def batches(data: Pair, size: int, seed: int, start: int = 0) -> Iterator[Pair]:
    """Yield the share of this process in each mini-batch, epoch after epoch, without end.

    All processes together see the same mini-batches, however many they are. Samples that do not
    fill a mini-batch are left out of their epoch.

    Args:
        data: Inputs and targets.
        size: The number of samples in a mini-batch, a multiple of the number of processes.
        seed: The order of the samples in an epoch depends on it.
        start: How many mini-batches to skip.
    """
    x, target = data
    sampler: DistributedSampler[Any] = DistributedSampler(TensorDataset(x), seed=seed)
    share, per_epoch = size // dist.get_world_size(), len(x) // size
    first, skipped = divmod(start, per_epoch)
    for epoch in count(first):
        sampler.set_epoch(epoch)
        mine = torch.tensor(list(sampler))[: share * per_epoch].view(per_epoch, share)
        for samples in mine[skipped:]:
            yield x[samples], target[samples]
        skipped = 0


def take_step(
    net: nn.Module, optimizer: torch.optim.Optimizer, share: Pair, device: torch.device
) -> None:
    """Change the weights once, by the gradient of the mean loss of a whole mini-batch.

    Names have different lengths, so the shares of a mini-batch have different numbers of answers.
    The mean of the means of the shares is then not the mean of all answers.

    Args:
        net: The network to train.
        optimizer: The optimizer of its parameters.
        share: The part of the mini-batch for this process.
        device: The device of this process.
    """
    x, target = (part.to(device) for part in share)
    total, answers = total_loss(net(x), target)
    dist.all_reduce(answers)
    optimizer.zero_grad()
    # DDP and FSDP divide the sum of the gradients by the number of processes. This undoes it.
    loss = total * dist.get_world_size() / answers
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


@torch.no_grad()
def score(net: nn.Module, data: Pair, device: torch.device) -> Scores:
    """Return the mean loss and the accuracy over the data, of which each process takes a share.

    Sums and counts are added up over all processes. The loss of one process is that of its share,
    and shares differ in size.

    Args:
        net: The network to evaluate.
        data: Inputs and targets, the same on all processes.
        device: The device of this process.
    """
    x, target = (part[dist.get_rank() :: dist.get_world_size()].to(device) for part in data)
    net.eval()
    logits = net(x)
    net.train()
    total, answers = total_loss(logits, target)
    right = (logits.argmax(-1) == target).sum()
    sums = torch.stack([total.double(), right.double(), answers.double()])
    dist.all_reduce(sums)
    loss, accuracy = (sums[:2] / sums[2]).tolist()
    return Scores(loss, accuracy, int(sums[2]))
