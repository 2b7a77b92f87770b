"""Measure training steps on one, two and four processes, and the link between two of them.

python -m benchmarks.scale

It takes about a minute and a half, prints what it measures, and writes nnfp/data/scale-cpu.json,
which the page on scale reads. Each process computes on one thread.
"""

import json
import multiprocessing
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from nnfp import MLP
from nnfp.scale import average_gradients
from nnfp.speed.machine import describe, processor_name
from pages.project import ROOT

RESULT = ROOT / "nnfp/data/scale-cpu.json"
BATCH = 256
# The neurons of each hidden layer, and how many steps are timed together.
WIDTHS = {64: 20, 512: 4, 2048: 1}
FEW, MANY = 1024, 4 * 1024 * 1024  # how many float32 numbers a short and a long all-reduce has
# By the number of processes. All cases take their turn in each round, so that other programs slow
# all of them down alike.
ROUNDS = {2: 50, 4: 15}

Case = tuple[Callable[[], object], int]
"""What to time, and how many times in a row."""


def take_step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    """Take a training step on this rank alone, or with DDP."""
    optimizer.zero_grad()
    mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def take_averaged_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """Take a training step in which the ranks average their gradients."""
    optimizer.zero_grad()
    mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]
    average_gradients(model)
    optimizer.step()


def cases(ranks: int) -> dict[str, Case]:
    """Return what to time, by name."""
    product = partial(torch.mm, torch.randn(BATCH, BATCH), torch.randn(BATCH, BATCH))
    few, many = torch.zeros(FEW), torch.zeros(MANY)
    found: dict[str, Case] = {
        # Between products, as between the steps of a training: ranks that do nothing but wait for
        # a message answer sooner.
        "product": (product, 20),
        "product and few": (lambda: (product(), dist.all_reduce(few)), 20),
        "many": (partial(dist.all_reduce, many), 1),
    }
    for width, times in WIDTHS.items():
        model = MLP([64, width, width, 10])
        ddp = DistributedDataParallel(MLP([64, width, width, 10]))
        sgd, ddp_sgd = (torch.optim.SGD(each.parameters(), lr=1e-3) for each in (model, ddp))
        x, y = torch.randn(BATCH, 64), torch.randn(BATCH, 10)
        shard = x[: BATCH // ranks], y[: BATCH // ranks]
        found[f"alone {width}"] = partial(take_step, model, sgd, x, y), times
        found[f"arithmetic {width}"] = partial(take_step, model, sgd, *shard), times
        found[f"averaged {width}"] = partial(take_averaged_step, model, sgd, *shard), times
        found[f"ddp {width}"] = partial(take_step, ddp, ddp_sgd, *shard), times
    return found


def measure(folder: str, rank: int, ranks: int) -> dict[str, float]:
    """Return the median seconds of each case, as this rank measures them."""
    torch.set_num_threads(1)
    method = f"file://{folder}/ranks"
    dist.init_process_group("gloo", init_method=method, rank=rank, world_size=ranks)
    seconds: dict[str, list[float]] = defaultdict(list)
    everything = cases(ranks)
    # disable=None shows the bar only in a terminal.
    for turn in tqdm(range(ROUNDS[ranks] + 1), f"{ranks} processes", disable=rank > 0 or None):
        for name, (run, times) in everything.items():
            dist.barrier()
            start = time.perf_counter()
            # The others wait, so that rank 0 has the machine for itself.
            if rank == 0 or not name.startswith("alone"):
                for _ in range(times):
                    run()
            if turn > 0:  # the first round warms up
                seconds[name].append((time.perf_counter() - start) / times)
    del everything, run  # DDP must go before the connection that it uses
    dist.destroy_process_group()
    return {name: median(each) for name, each in seconds.items()}


def measure_ranks(ranks: int) -> dict[str, float]:
    """Start the processes, and return what rank 0 measures."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(ranks, context) as pool:
        first, *others = [pool.submit(measure, folder, rank, ranks) for rank in range(ranks)]
        for each in others:
            each.result()
        return first.result()


def main() -> None:
    begin = time.perf_counter()
    os.environ["OMP_NUM_THREADS"] = "1"
    seconds = {ranks: measure_ranks(ranks) for ranks in ROUNDS}
    # A ring of two takes two turns, and a rank sends half of the numbers in each.
    latency = (seconds[2]["product and few"] - seconds[2]["product"]) / 2
    bandwidth = 4 * MANY / (seconds[2]["many"] - 2 * latency)
    steps: list[dict[str, Any]] = []
    for ranks, times in seconds.items():
        for width in WIDTHS:
            parameters = sum(p.numel() for p in MLP([64, width, width, 10]).parameters())
            names = ("alone", "arithmetic", "averaged", "ddp")
            timings = {name: times[f"{name} {width}"] for name in names}
            steps.append({"ranks": ranks, "width": width, "parameters": parameters} | timings)
            print(steps[-1])
    cores = len(os.sched_getaffinity(0))
    about = describe(torch.device("cpu"), 1) | {"device": f"{processor_name()}, {cores} cores"}
    link = {"bandwidth": bandwidth, "latency": latency}
    print(link)
    result = {"machine": about, "cores": cores, "batch": BATCH, "link": link, "steps": steps}
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
