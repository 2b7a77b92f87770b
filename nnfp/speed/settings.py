"""The settings of a run, checked before it begins."""

import os
import sys
from dataclasses import dataclass

import torch

from nnfp.speed.machine import available_memory
from nnfp.speed.results import BACKWARD, DTYPES, FORWARD, Case
from nnfp.speed.rungs import RUNGS

PRODUCT_SIZES = {"cpu": (1024, 2048), "mps": (4096,), "cuda": (8192,)}
"""The sizes of the products, for each type of device: large enough to keep it busy."""
COPY_SIZES = {"cpu": 2**26, "mps": 2**28, "cuda": 2**28}
"""How many float32 values the copy moves, for each type of device: too many for its caches."""
SWEEP_SIZES = {"cpu": 4096, "mps": 4096, "cuda": 8192}
"""The size of the sweep's layer, for each type of device: its weights exceed most caches."""
SWEEP_BATCHES = (1, 4, 16, 64, 256, 1024)
"""The batch sizes of the sweep."""
LONGEST = 60


@dataclass(frozen=True)
class Settings:
    """What to measure, and for how long; a `ValueError` says what cannot be measured.

    Attributes:
        device: Where to compute.
        sizes: The numbers of inputs and neurons of the layers.
        batches: The batch sizes.
        precisions: The precisions; the sweep uses the first.
        threads: How many threads the processor uses.
        seconds: The minimum time for which each timing is repeated.
    """

    device: torch.device
    sizes: tuple[int, ...]
    batches: tuple[int, ...]
    precisions: tuple[str, ...]
    threads: int
    seconds: float

    def __post_init__(self) -> None:
        for name, values in (("sizes", self.sizes), ("batches", self.batches)):
            if not values or min(values) < 1:
                raise ValueError(f"expected {name} of 1 or more, got {_listed(values)}")
        if not self.precisions or not DTYPES.keys() >= set(self.precisions):
            known, got = ", ".join(DTYPES), _listed(self.precisions)
            raise ValueError(f"expected precisions among {known}, got {got}")
        processors = os.cpu_count() or 1
        if not 1 <= self.threads <= processors:
            raise ValueError(
                f"expected 1 to {processors} threads, as this machine has {processors} processors, "
                f"got {self.threads}"
            )
        if not 0 < self.seconds <= LONGEST:
            raise ValueError(f"expected seconds above 0 and up to {LONGEST}, got {self.seconds:g}")
        self._check_memory()

    def _check_memory(self) -> None:
        size, batch = max(self.sizes), max(self.batches)
        # Weights and inputs are drawn in float32 on the processor. There, the Python loops also
        # keep each weight as an object of 24 bytes and a reference of 8 bytes.
        processor = 4 * size * (size + batch) + 32 * size**2
        # Weights, scaled weights and their gradient; inputs, outputs and their gradients.
        layer = 4 * (3 * size**2 + 6 * size * batch)
        needed = {"cpu": processor}
        needed[self.device.type] = layer + needed.get(self.device.type, 0)
        for name, count in needed.items():
            device = self.device if self.device.type == name else torch.device(name)
            free = available_memory(device)
            if count > (sys.maxsize if free is None else free):
                raise ValueError(
                    f"expected room for a layer of {size} x {size} and {batch} samples, "
                    f"{gibibytes(count)}, got {gibibytes(free)} of free memory on {device}: choose "
                    "smaller sizes or batches, or another device"
                )

    def ladder(self) -> list[Case]:
        """List what to time for the ladder: all rungs, for each size and batch size."""
        largest = (max(self.sizes), max(self.batches))
        cases = [
            Case(rung, precision, work, size, batch)
            for precision in self.precisions
            for work in (FORWARD, BACKWARD)
            for size in self.sizes
            for batch in self.batches
            for rung in RUNGS
            # Compiling takes seconds each time, and the Python loops have no gradient.
            if rung != "torch.compile" or (size, batch) == largest
            if rung != "three Python loops" or work == FORWARD
        ]
        return list(dict.fromkeys(cases))

    def sweep(self) -> list[Case]:
        """List what to time for the sweep: one large layer, for growing batch sizes."""
        size = SWEEP_SIZES[self.device.type]
        precision = self.precisions[0]
        return [Case("nnfp.Linear", precision, FORWARD, size, batch) for batch in SWEEP_BATCHES]


def gibibytes(count: int | None) -> str:
    """Write a number of bytes in GiB, or say that it is unknown."""
    return "an unknown amount" if count is None else f"{count / 2**30:.3g} GiB"


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(map(str, values)) or "none"
