"""Bring the processes that `torchrun` has started together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]


def rank() -> int:
    """Return the number of this process, from 0 on, as `torchrun` has set it."""
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    """Return the number of processes on all hosts, as `torchrun` has set it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def process_group() -> Iterator[torch.device]:
    """Join the group of all processes, and leave it unless there was an error.

    If this host has a GPU for each process, each gets one, and they exchange tensors by NCCL.
    Otherwise, they compute on the processor and use Gloo.

    Yields:
        The device of this process.
    """
    local = int(os.environ["LOCAL_RANK"])
    if torch.cuda.device_count() >= int(os.environ["LOCAL_WORLD_SIZE"]):
        device, backend = torch.device("cuda", local), "nccl"
        torch.cuda.set_device(device)
    else:
        device, backend = torch.device("cpu"), "gloo"
    # The processes find each other's addresses in a store that torchrun itself keeps. After a
    # restart, it still holds the addresses of processes that have ended, and a process that reads
    # one of them fails or waits forever. So each start puts its own prefix before the names there.
    # On several hosts, each torchrun counts its own restarts, and the counts may differ.
    if _shares_the_store_of_torchrun() and os.environ["GROUP_WORLD_SIZE"] == "1":
        address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        store = TCPStore(address, port, is_master=False)
        start = PrefixStore(f"start {os.environ['TORCHELASTIC_RESTART_COUNT']}", store)
        dist.init_process_group(backend, store=start, rank=rank(), world_size=world_size())
    else:
        dist.init_process_group(backend)
    yield device
    # Not after an error: it would wait for processes that may wait for this one.
    dist.destroy_process_group()


def _shares_the_store_of_torchrun() -> bool:
    return os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
