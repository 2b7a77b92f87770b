"""What a run measured: timings of rungs and training steps, and the limits of the machine."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch

FORWARD = "forward"
"""The `work` of timings that compute the outputs only."""
BACKWARD = "forward and backward"
"""The `work` of timings that compute the gradients too."""

# TF32 is a precision of products, not a dtype: its tensors are float32.
DTYPES = {"float32": torch.float32, "tf32": torch.float32, "bfloat16": torch.bfloat16}
# Rungs whose rates are closer than this factor share a rank: another run may swap them.
TIE = 1.25


class Case(NamedTuple):
    """What a timing measures, without the times: the fields are those of `Timing`."""

    rung: str
    precision: str
    work: str
    size: int
    batch: int


@dataclass(frozen=True)
class Timing:
    """How long one rung took.

    Attributes:
        rung: The name of the rung.
        precision: `"float32"`, `"tf32"` or `"bfloat16"`.
        work: `"forward"` or `"forward and backward"`.
        size: The number of inputs, and of neurons.
        batch: The batch size.
        samples: How many samples of the batch were computed: a slow rung computes only some.
        seconds: The median time.
        spread: The interquartile range of the times, in seconds.
    """

    rung: str
    precision: str
    work: str
    size: int
    batch: int
    samples: int
    seconds: float
    spread: float

    @property
    def case(self) -> Case:
        """What was timed."""
        return Case(self.rung, self.precision, self.work, self.size, self.batch)

    @property
    def rate(self) -> float:
        """Operations per second: a multiplication and an addition for each weight and sample.

        Backward adds two products of the same size: one for the gradient of the inputs, and one
        for that of the weights.
        """
        products = 1 if self.work == FORWARD else 3
        return products * 2 * self.samples * self.size**2 / self.seconds

    @property
    def intensity(self) -> float:
        """Operations per byte that a forward pass must read or write at least once."""
        operations = 2 * self.batch * self.size**2
        moved = 2 * self.batch * self.size + self.size**2
        return operations / (moved * DTYPES[self.precision].itemsize)


@dataclass(frozen=True)
class Training:
    """How long a training step of a network of three layers took.

    Attributes:
        mode: `"call by call"`, or `"recorded"` for a step that was recorded once and replayed.
        size: The number of inputs, and of neurons in each layer.
        batch: The batch size.
        seconds: The median time of a step.
        spread: The interquartile range of the times, in seconds.
        loss: The loss before the last of [nnfp.speed.STEPS][] steps, the same in both modes.
    """

    mode: str
    size: int
    batch: int
    seconds: float
    spread: float
    loss: float


@dataclass(frozen=True)
class Measurements:
    """What one run measured, and where. An interrupted run has measured only some of it.

    Attributes:
        machine: The device, the system, the versions and the date.
        products: The operations per second of the fastest matrix product, for each precision.
        copy: The bytes per second of a large copy, read and written.
        call: The seconds of the smallest call, `nnfp.Linear(1, 1)` on one sample.
        peak: What the processor could do in theory, if the system reports enough: its `cores`, its
            `gigahertz`, the operations `per_cycle` of one core, and the `rate` that follows, in
            operations per second.
        ladder: The timings of all rungs, for each size and batch size.
        sweep: The timings of one large layer, for growing batch sizes.
        training: The timings of training steps, on NVIDIA GPUs only: other devices cannot record a
            step.
    """

    machine: dict[str, str]
    products: dict[str, float] = field(default_factory=dict)
    copy: float | None = None
    call: float | None = None
    peak: dict[str, float] | None = None
    ladder: list[Timing] = field(default_factory=list)
    sweep: list[Timing] = field(default_factory=list)
    training: list[Training] = field(default_factory=list)

    def rungs(self, precision: str = "float32", work: str = FORWARD) -> list[Timing]:
        """List the timings of the largest layer and batch size, in the order of the rungs.

        Args:
            precision: `"float32"`, `"tf32"` or `"bfloat16"`.
            work: `"forward"` or `"forward and backward"`.

        Returns:
            A timing for each rung that was measured there.
        """
        found = [t for t in self.ladder if (t.precision, t.work) == (precision, work)]
        largest = max(((t.size, t.batch) for t in found), default=None)
        return [t for t in found if (t.size, t.batch) == largest]

    def ranks(self, precision: str = "float32", work: str = FORWARD) -> dict[str, int]:
        """Rank the timings of [nnfp.speed.Measurements.rungs][], the fastest first.

        Rungs whose rates differ by less than a factor of 1.25 share a rank: another run may swap
        them.

        Args:
            precision: `"float32"`, `"tf32"` or `"bfloat16"`.
            work: `"forward"` or `"forward and backward"`.

        Returns:
            The rank of each rung, 1 for the fastest.
        """
        ranks: dict[str, int] = {}
        rank, leader = 0, math.inf
        fastest_first = sorted(self.rungs(precision, work), key=lambda t: t.rate, reverse=True)
        for position, timing in enumerate(fastest_first, 1):
            if timing.rate * TIE < leader:
                rank, leader = position, timing.rate
            ranks[timing.rung] = rank
        return ranks

    def limit(self, timing: Timing) -> float:
        """Compute how fast the device could be at best.

        Args:
            timing: What was timed.

        Returns:
            Operations per second: the rate of the fastest product, or what the memory can feed, if
            that is less.

        Raises:
            ValueError: If the product or the copy was not measured.

        Source:
            Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for
            multicore architectures" (2009).
        """
        if self.copy is None or timing.precision not in self.products:
            raise ValueError(
                f"expected measurements with a copy and a {timing.precision} product, got none"
            )
        return min(self.products[timing.precision], timing.intensity * self.copy)

    def save(self, path: str | Path) -> None:
        """Write everything to a file, as JSON.

        Args:
            path: Where to write. Missing folders are made, and `~` is the home folder.
        """
        path = Path(path).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
