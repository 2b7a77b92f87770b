"""Run a function on several ranks, each in a separate process, for the tests."""

import multiprocessing
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch.distributed as dist

# Far longer than any test takes on a busy machine, but it ends a test that hangs.
LIMIT = timedelta(seconds=120)


def run_ranks(function: Callable[..., Any], ranks: int, *arguments: Any) -> list[Any]:
    """Call a function of a module, with the same arguments, in a process for each rank.

    Returns:
        What each rank returned. An error that a rank raised is raised here. When this function
        returns, the processes have ended.
    """
    context = multiprocessing.get_context("forkserver")
    # Each process is a fork of one that has imported these, which takes seconds. Optimizers import
    # torch._dynamo when they are made.
    parts = ["checkpoint", "fsdp", "tensor.debug"]
    context.set_forkserver_preload(
        ["nnfp.scale.train", "torch._dynamo", "pytest", *(f"torch.distributed.{p}" for p in parts)]
    )
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(ranks, context) as pool:
        store = str(Path(folder, "store"))
        futures = [
            pool.submit(_run, store, rank, ranks, function, arguments) for rank in range(ranks)
        ]
        return [future.result() for future in futures]


def _run(
    path: str, rank: int, ranks: int, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> Any:
    dist.init_process_group(
        "gloo", init_method=f"file://{path}", rank=rank, world_size=ranks, timeout=LIMIT
    )
    # A rank that leaves while another still connects to it would fail the other.
    dist.barrier()
    try:
        return function(*arguments)
    finally:
        dist.destroy_process_group()
