"""Measure everything on a device, one thing after another."""

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Never

import torch
from tqdm import tqdm

from nnfp.speed.ceilings import copy_rate, fastest_product
from nnfp.speed.machine import choose_device, describe, processor_peak, read_cpuinfo
from nnfp.speed.results import FORWARD, Case, Measurements, Timing
from nnfp.speed.settings import Settings
from nnfp.speed.timing import Clock, time_rung, time_training


def measure(
    device: torch.device | str = "cpu",
    sizes: Sequence[int] = (16, 128, 1024),
    batches: Sequence[int] = (1, 32, 1024),
    precisions: Sequence[str] = ("float32",),
    threads: int = 1,
    seconds: float = 0.1,
) -> Measurements:
    """Measure the limits of a device, all rungs, and the sweep.

    Args:
        device: Where to compute.
        sizes: The numbers of inputs and neurons of the layers.
        batches: The batch sizes.
        precisions: The precisions; the sweep uses the first.
        threads: How many threads the processor uses.
        seconds: The minimum time for which each timing is repeated.

    Returns:
        What was measured.

    Raises:
        ValueError: If this machine cannot measure this, for example because it lacks the memory.
    """
    if isinstance(device, str):
        device = choose_device(device)
    settings = Settings(device, tuple(sizes), tuple(batches), tuple(precisions), threads, seconds)
    return deque(measure_stepwise(settings), maxlen=1).pop()


def measure_stepwise(settings: Settings) -> Iterator[Measurements]:
    """Yield everything measured so far, after each measurement."""
    device, clock = settings.device, Clock(settings.threads, settings.seconds)
    measured = Measurements(describe(device, settings.threads))
    # The timer waits for the current accelerator only, so make this one the current one.
    with torch.accelerator.device_index(None if device.type == "cpu" else device.index):
        for precision in settings.precisions:
            product = fastest_product(clock, device, precision)
            measured = replace(measured, products=measured.products | {precision: product})
            yield measured
        if device.type == "cpu":
            # Read it while the processor is warm: an idle one lowers its clock.
            measured = replace(measured, peak=processor_peak(read_cpuinfo(), settings.threads))
        measured = replace(measured, copy=copy_rate(clock, device))
        yield measured
        smallest = Case("nnfp.Linear", settings.precisions[0], FORWARD, size=1, batch=1)
        measured = replace(measured, call=time_rung(clock, device, smallest).seconds)
        yield measured
        ladder, sweep = settings.ladder(), settings.sweep()
        # disable=None shows the bar in a terminal only. Without stderr, tqdm would fail.
        hidden = True if sys.stderr is None else None
        with tqdm(total=len(ladder) + len(sweep), disable=hidden) as bar:
            for timing in _timings(clock, device, ladder, bar):
                measured = replace(measured, ladder=[*measured.ladder, timing])
                yield measured
            for timing in _timings(clock, device, sweep, bar):
                measured = replace(measured, sweep=[*measured.sweep, timing])
                yield measured
        if device.type == "cuda":
            for training in time_training(clock, device):
                measured = replace(measured, training=[*measured.training, training])
                yield measured


def _timings(
    clock: Clock, device: torch.device, cases: Sequence[Case], bar: "tqdm[Never]"
) -> Iterator[Timing]:
    for case in cases:
        try:
            timing = time_rung(clock, device, case)
        except Exception as error:  # a compiler may raise anything
            if case.rung != "torch.compile":
                raise
            reason = str(error).strip().split("\n")[0]
            tqdm.write(f"{case.rung} is left out, as it failed: {reason}", file=sys.stderr)
        else:
            yield timing
        bar.update()
