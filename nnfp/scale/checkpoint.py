"""Checkpoints that several processes write together and that any number of them can load."""

import json
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load as load_shares
from torch.distributed.checkpoint.state_dict_saver import save as save_shares

Settings = dict[str, str | int]
"""What a run must have in common with the run that it continues."""


def save(
    folder: Path, step: int, net: nn.Module, optimizer: torch.optim.Optimizer, settings: Settings
) -> None:
    """Write a checkpoint of all processes, then remove older ones.

    All processes call this. Each writes its share of the parameters and of the optimizer's state.
    If a process is killed while it writes, a folder that ends in *.part* remains, and the previous
    checkpoint stays the newest one.

    Args:
        folder: Where the checkpoints are. Each is a folder in it, such as *step-100*.
        step: The number of steps that were taken.
        net: The network, as it is or in DDP or FSDP.
        optimizer: The optimizer of its parameters.
        settings: What a run that continues from here must have in common with this one.

    Raises:
        OSError: If a process cannot write.
    """
    unfinished = folder / f"step-{step}.part"
    try:
        save_shares(_state(net, optimizer), storage_writer=FileSystemWriter(unfinished))
    except CheckpointException as error:
        raise OSError(f"expected to write {unfinished}, got: {_reason(error)}") from error
    # All processes have written now. Renaming a folder happens at once or not at all.
    if dist.get_rank() == 0:
        (unfinished / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        unfinished.rename(folder / f"step-{step}")
        for older in _steps(folder)[:-1]:
            shutil.rmtree(folder / f"step-{older}")


def load(folder: Path, net: nn.Module, optimizer: torch.optim.Optimizer, settings: Settings) -> int:
    """Continue from the newest checkpoint, if there is one.

    All processes call this. Their number may differ from that of the processes that wrote it.

    Args:
        folder: Where the checkpoints are.
        net: The network. Its parameters are replaced in place.
        optimizer: The optimizer. Its state and settings are replaced.
        settings: What the run has in common with those that it may continue.

    Returns:
        The number of steps that were taken: 0 without a checkpoint.

    Raises:
        ValueError: If the checkpoint is of a run with other settings, or if not every process
            sees it.
        OSError: If the checkpoint cannot be read.
    """
    if dist.get_rank() == 0:
        for unfinished in folder.glob("step-*.part"):
            shutil.rmtree(unfinished)
    newest = max(_steps(folder), default=0)
    seen: list[int] = [0] * dist.get_world_size()
    dist.all_gather_object(seen, newest)
    if len(set(seen)) > 1:
        raise ValueError(
            f"expected all processes to see the same checkpoints in {folder}, got the steps "
            f"{', '.join(map(str, seen))}: choose a folder that all hosts share"
        )
    if not newest:
        return 0
    path = folder / f"step-{newest}"
    with _expect_whole(path):
        found = json.loads((path / "settings.json").read_text(encoding="utf-8"))
    if found != settings:
        raise ValueError(
            f"expected a checkpoint of {_words(settings)} in {folder}, got one of "
            f"{_words(found)}: choose another folder"
        )
    state = _state(net, optimizer)
    generator = _generator_name()
    with _expect_whole(path):
        there = FileSystemReader(path).read_metadata().state_dict_metadata
        # With more processes than before, some have no generator in the checkpoint.
        if generator not in there:
            del state[generator]
        load_shares(state, storage_reader=FileSystemReader(path))
    set_state_dict(
        net,
        optimizer,
        model_state_dict=state["model"],
        optim_state_dict=state["optimizer"],
    )
    if generator in state:
        torch.set_rng_state(state[generator])
    return newest


def _state(net: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    model, state = get_state_dict(net, optimizer)
    return {"model": model, "optimizer": state, _generator_name(): torch.get_rng_state()}


def _generator_name() -> str:
    return f"generator of rank {dist.get_rank()}"


@contextmanager
def _expect_whole(path: Path) -> Iterator[None]:
    """Raise an `OSError` if the files of a checkpoint are damaged."""
    try:
        yield
    except (CheckpointException, EOFError, json.JSONDecodeError, pickle.UnpicklingError) as error:
        raise OSError(f"expected a whole checkpoint in {path}, got: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """Return what went wrong, for an error of several processes in one of them."""
    if isinstance(error, CheckpointException):
        error, _ = next(iter(error.failures.values()))
    return str(error)


def _steps(folder: Path) -> list[int]:
    """Return the steps of all complete checkpoints, in ascending order."""
    names = [path.name.removeprefix("step-") for path in folder.glob("step-*")]
    return sorted(int(name) for name in names if name.isdecimal())


def _words(settings: Settings) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
