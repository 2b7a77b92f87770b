"""Time a rung or a training step on a device."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from nnfp.speed.results import DTYPES, FORWARD, Case, Timing, Training
from nnfp.speed.rungs import ONE_BY_ONE, RUNGS, Layer
from nnfp.speed.steps import STEPS, TRAINING_SIZES, WARM_UP, Step, record, training_step

Work = Callable[[], object]


@dataclass(frozen=True)
class Clock:
    """Times a piece of work on `threads` threads, for at least `seconds` seconds."""

    threads: int
    seconds: float

    def time(self, work: Work) -> tuple[float, float]:
        """Return the median and the interquartile range, in seconds.

        The timer waits until the device has finished, and not only until Python has.
        """
        work()  # the first call is slower than all others
        timer = Timer("work()", globals={"work": work}, num_threads=self.threads)
        times = timer.blocked_autorange(min_run_time=self.seconds)
        return times.median, times.iqr


def time_rung(clock: Clock, device: torch.device, case: Case) -> Timing:
    """Time one rung; time a slow one on only as many samples as it computes in half the time."""
    x, weight, bias = make_tensors(device, case.precision, case.size, case.batch)
    layer = RUNGS[case.rung](weight, bias)
    with matmul_precision(case.precision):
        if case.rung in ONE_BY_ONE:
            one, _ = Clock(clock.threads, 0).time(make_work(layer, x[:1], weight, bias, case.work))
            # Backward keeps a node of the graph for each call: more of them could fill the memory.
            x = x[: max(1, int(min(clock.seconds, 1) / 2 / one))]
        median, spread = clock.time(make_work(layer, x, weight, bias, case.work))
    return Timing(*case, samples=len(x), seconds=median, spread=spread)


def time_training(clock: Clock, device: torch.device) -> Iterator[Training]:
    """Train each network call by call, then from the same start with a recorded step."""
    for size, batch in TRAINING_SIZES:
        step = training_step(device, size, batch)
        yield _time_steps(clock, "call by call", size, batch, step, STEPS)
        step = record(training_step(device, size, batch))
        yield _time_steps(clock, "recorded", size, batch, step, STEPS - WARM_UP)


def _time_steps(clock: Clock, mode: str, size: int, batch: int, step: Step, steps: int) -> Training:
    """Take some steps, keep the loss of the last, and time the steps after it."""
    for _ in range(steps):
        loss = step()
    # Read it now: the next recorded step overwrites this tensor.
    reached = loss.item()
    seconds, spread = clock.time(step)
    return Training(mode, size, batch, seconds, spread, reached)


def make_tensors(
    device: torch.device, precision: str, size: int, batch: int
) -> tuple[Tensor, nn.Parameter, nn.Parameter]:
    """Make the inputs, and the parameters of a layer that keeps their spread."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(device, DTYPES[precision])

    weight = nn.Parameter(random(size, size) / size**0.5)
    return random(batch, size), weight, nn.Parameter(random(size))


def make_work(layer: Layer, x: Tensor, weight: Tensor, bias: Tensor, work: str) -> Work:
    """Make the function to time: it returns the outputs, or the gradients of their sum."""

    def forward() -> Tensor:
        with torch.no_grad():
            return layer(x)

    if work == FORWARD:
        return forward
    x = x.clone().requires_grad_()
    ones = torch.ones_like(x)
    return lambda: torch.autograd.grad(layer(x), (x, weight, bias), ones)


@contextmanager
def matmul_precision(precision: str) -> Iterator[None]:
    """Compute float32 products in TF32 if that is the precision to measure, else in full."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
