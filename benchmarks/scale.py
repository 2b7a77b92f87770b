"""Measure training steps on one, two and four processes, and the connection between them.

python -m benchmarks.scale

It takes about a minute and a half, prints what it measures, and writes `nnfp/data/scale-cpu.json`, which
the page on scale reads. Each process computes on one thread.
"""

import json
import multiprocessing
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from nnfp import MLP
from nnfp.scale import average_gradients
from nnfp.speed.machine import describe, processor_name
from pages.project import ROOT

RESULT = ROOT / "nnfp/data/scale-cpu.json"
# The neurons of each hidden layer, and how many steps are timed together.
WIDTHS = {64: 20, 512: 4, 2048: 1}
BATCH = 256
LARGE = 4 * 1024 * 1024
# For each number of processes. In every round, all cases take their turn, so that other programs
# slow all of them down alike.
ROUNDS = {2: 50, 4: 15}


def cases(ranks: int, rank: int) -> dict[str, Callable[[], object]]:
    """Return what a rank times, by name. A case that starts with *alone* is for rank 0."""
    one, large = torch.zeros(1), torch.zeros(LARGE)
    found: dict[str, Callable[[], object]] = {
        "all_reduce one": lambda: dist.all_reduce(one),
        "all_reduce many": lambda: dist.all_reduce(large),
    }
    for width in WIDTHS:
        x, target = torch.randn(BATCH, 64), torch.randn(BATCH, 10)
        shard = slice(BATCH // ranks)
        found[f"alone {width}"] = step(width, x, target)
        found[f"at once {width}"] = step(width, x[shard], target[shard])
        found[f"average {width}"] = step(width, x[shard], target[shard], average_gradients)
        found[f"ddp {width}"] = step(width, x[shard], target[shard], ddp=True)
    return found


def step(
    width: int,
    x: torch.Tensor,
    target: torch.Tensor,
    average: Callable[[nn.Module], object] = lambda model: None,
    ddp: bool = False,
) -> Callable[[], object]:
    """Return a function that takes a training step."""
    torch.manual_seed(0)
    model: nn.Module = MLP([64, width, width, 10])
    if ddp:
        model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def take() -> None:
        optimizer.zero_grad()
        mse_loss(model(x), target).backward()  # type: ignore[no-untyped-call]
        average(model)
        optimizer.step()

    return take


def measure(folder: str, rank: int, ranks: int) -> dict[str, float]:
    """Return the median seconds of each case, as rank 0 measures them."""
    torch.set_num_threads(1)
    store = f"file://{folder}/{ranks}"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=ranks)
    times: dict[str, list[float]] = defaultdict(list)
    everything = cases(ranks, rank)
    # disable=None shows the bar only in a terminal.
    for turn in tqdm(range(ROUNDS[ranks] + 1), f"{ranks} processes", disable=rank > 0 or None):
        for name, run in everything.items():
            repeats = {"one": 20, "many": 1}.get(name.split()[-1]) or WIDTHS[int(name.split()[-1])]
            dist.barrier()
            start = time.perf_counter()
            if rank == 0 or not name.startswith("alone"):
                for _ in range(repeats):
                    run()
            if turn > 0:  # the first round warms up
                times[name].append((time.perf_counter() - start) / repeats)
    dist.destroy_process_group()
    return {name: median(each) for name, each in times.items()}


def run(ranks: int) -> dict[str, float]:
    """Measure on a number of processes, and return what rank 0 measured."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(ranks, context) as pool:
        futures = [pool.submit(measure, folder, rank, ranks) for rank in range(ranks)]
        everyone = [future.result() for future in futures]
        return everyone[0]


def main() -> None:
    start = time.perf_counter()
    os.environ["OMP_NUM_THREADS"] = "1"
    steps: list[dict[str, Any]] = []
    for ranks in (2, 4):
        seconds = run(ranks)
        if ranks == 2:
            # A ring of two takes two turns, and in each, a rank sends half of the numbers.
            latency = seconds["all_reduce one"] / 2
            bandwidth = 4 * LARGE / (seconds["all_reduce many"] - 2 * latency)
        for width in WIDTHS:
            model = MLP([64, width, width, 10])
            names = ("alone", "at once", "average", "ddp")
            steps.append(
                {"ranks": ranks, "width": width}
                | {"parameters": sum(p.numel() for p in model.parameters())}
                | {name: seconds[f"{name} {width}"] for name in names}
            )
            print(steps[-1])
    cores = len(os.sched_getaffinity(0))
    machine = describe(torch.device("cpu"), 1) | {"device": f"{processor_name()}, {cores} cores"}
    link = {"bandwidth": bandwidth, "latency": latency}
    result = {"machine": machine, "batch": BATCH, "link": link, "steps": steps}
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(link, f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
