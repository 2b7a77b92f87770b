"""Merge several runs of the same measurements into the fastest of each."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from nnfp.speed.results import Case, Measurements, Timing, Training

T = TypeVar("T")


def fastest(runs: Sequence[Measurements]) -> Measurements:
    """Merge runs on one machine: keep the fastest of everything that was measured more than once.

    Other programs can slow a run down but never speed it up. If a run lacks a rung or a precision,
    because it failed there or was interrupted, the other runs supply it.

    Args:
        runs: The runs, at least one.

    Returns:
        The best limits, and for each rung the timing with the lowest median time per sample.
        `machine` says how many runs there were.

    Raises:
        ValueError: If there are no runs, or they are from different devices.
    """
    devices = list(dict.fromkeys(run.machine.get("device") for run in runs))
    if len(devices) != 1:
        got = ", ".join(map(str, devices)) or "none"
        raise ValueError(f"expected runs on one device, got {got}")
    products: dict[str, float] = {}
    for run in runs:
        for precision, rate in run.products.items():
            products[precision] = max(rate, products.get(precision, rate))
    return Measurements(
        machine=runs[0].machine | {"runs": f"fastest of {len(runs)}"},
        products=products,
        copy=max((run.copy for run in runs if run.copy is not None), default=None),
        call=min((run.call for run in runs if run.call is not None), default=None),
        peak=next((run.peak for run in runs if run.peak is not None), None),
        ladder=_fastest([run.ladder for run in runs], _case, _seconds_per_sample),
        sweep=_fastest([run.sweep for run in runs], _case, _seconds_per_sample),
        training=_fastest([run.training for run in runs], _network, lambda each: each.seconds),
    )


def _fastest(
    runs: Iterable[Sequence[T]], key: Callable[[T], Hashable], seconds: Callable[[T], float]
) -> list[T]:
    """Keep the fastest of each key, in the order of the runs."""
    order: list[Hashable] = []
    best: dict[Hashable, T] = {}
    for run in runs:
        # What only a later run has goes right after the entry that precedes it in that run.
        position = 0
        for each in run:
            name = key(each)
            if name not in best:
                order.insert(position, name)
                best[name] = each
            elif seconds(each) < seconds(best[name]):
                best[name] = each
            position = order.index(name) + 1
    return [best[name] for name in order]


def _case(timing: Timing) -> Case:
    return timing.case


def _seconds_per_sample(timing: Timing) -> float:
    """Return the time per sample, as runs may time a slow rung on different numbers of them."""
    return timing.seconds / timing.samples


def _network(training: Training) -> tuple[str, int, int]:
    return training.mode, training.size, training.batch
