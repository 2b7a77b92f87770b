"""One and the same computation, `A = σ(Z Wᵀ + b)`, in seven ways, beside what the machine can do.

`python -m nnfp.speed` measures them on the machine that it runs on; `--help` tells its options.
"""

import argparse
import json
import platform
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.benchmark import Timer
from tqdm import tqdm

from nnfp.batch import all_at_once
from nnfp.draw import Picture
from nnfp.draw import ladder as _ladder
from nnfp.draw import svg as _svg
from nnfp.layer import Linear

Layer = Callable[[Tensor], Tensor]
Rung = Callable[[nn.Parameter, nn.Parameter], Layer]
Step = Callable[[], Tensor]

FORWARD, BACKWARD = "forward", "forward and backward"
DTYPES = {"float32": torch.float32, "tf32": torch.float32, "bfloat16": torch.bfloat16}
# A product of such a size is large enough to keep the device busy, and a copy of so many numbers
# too large for its caches.
PRODUCT_SIZES = {"cpu": (1024, 2048), "mps": (4096,), "cuda": (8192,)}
COPIED = {"cpu": 2**26, "mps": 2**28, "cuda": 2**28}
# The weights of the layer that is given more and more samples are too large for most caches, too.
SWEEP_SIZE = {"cpu": 4096, "mps": 4096, "cuda": 8192}
SWEEP_BATCHES = (1, 4, 16, 64, 256, 1024)
# How wide the trained networks are, and how many samples a step takes: ordering sets the pace of
# the first, and arithmetic that of the second.
TRAINED = ((128, 32), (4096, 4096))
# As many steps are enough to tell that two ways of training do the same. What is done once, such as
# to choose the fastest product, is done in the first few, before a step is recorded.
STEPS, WARM_UP = 100, 3
# Rungs that share a place are closer to each other than measurements are to the truth.
TIE = 1.25


# The rungs: each takes the parameters of a layer and returns the layer.


def three_loops(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute number by number, in Python: for each sample, each neuron and each input.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the input activations, of shape `(batch, in_features)`. It has no gradient.

    Examples:
        >>> weight = nn.Parameter(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
        >>> bias = nn.Parameter(torch.tensor([-20.0, 0.0]))
        >>> three_loops(weight, bias)(torch.tensor([[1.0, 2.0]]))
        tensor([[ 0., 22.]])
    """
    rows, biases = weight.tolist(), bias.tolist()

    def layer(z: Tensor) -> Tensor:
        out = []
        for sample in z.tolist():
            for row, b in zip(rows, biases, strict=True):
                total = b
                for x, w in zip(sample, row, strict=True):
                    total += x * w
                out.append(max(0.0, total))
        return z.new_tensor(out).reshape(len(z), len(rows))

    return layer


def dot_products(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute a dot product for each sample and neuron; otherwise as [nnfp.speed.three_loops][]."""

    def layer(z: Tensor) -> Tensor:
        rows, biases = weight.unbind(), bias.unbind()
        sums = [
            torch.dot(sample, row) + b for sample in z for row, b in zip(rows, biases, strict=True)
        ]
        return torch.relu(torch.stack(sums).reshape(len(z), len(weight)))

    return layer


def row_by_row(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Send one sample at a time through all neurons; otherwise as [nnfp.speed.three_loops][]."""
    return lambda z: torch.stack([torch.relu(weight @ sample + bias) for sample in z])


def matrix_product(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute by [nnfp.batch.all_at_once][]: one product, one addition, one ReLU."""
    return lambda z: all_at_once(z, weight, bias, torch.relu)


def f_linear(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute by [torch.nn.functional.linear][]: product and addition in one call."""
    return lambda z: torch.relu(F.linear(z, weight, bias))


def own_layer(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute by [nnfp.layer.Linear][]."""
    out_features, in_features = weight.shape
    linear = Linear(in_features, out_features, device="meta")
    linear.weight, linear.bias = weight, bias
    return lambda z: torch.relu(linear(z))


def compiled(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Compute by what [torch.compile][] makes of [nnfp.speed.f_linear][]."""
    layer: Layer = torch.compile(f_linear(weight, bias), dynamic=False)
    return layer


RUNGS: dict[str, Rung] = {
    "three Python loops": three_loops,
    "dot products": dot_products,
    "row by row": row_by_row,
    "matrix product": matrix_product,
    "F.linear": f_linear,
    "nnfp.Linear": own_layer,
    "torch.compile": compiled,
}
# Each sample costs these the same, so that a few tell what many take.
ONE_BY_ONE = ("three Python loops", "dot products", "row by row")


# A step of training, which on NVIDIA's GPUs can be ordered as a whole.


def training_step(device: torch.device, width: int, batch: int) -> Step:
    """Make a network of three layers and a mini-batch, the same ones each time.

    Args:
        device: Where to train.
        width: How many inputs, and how many neurons in each layer.
        batch: How many samples the mini-batch has.

    Returns:
        A function that trains by one step and returns the loss before it, of shape `()`.
    """
    generator = torch.Generator().manual_seed(0)
    first, second, third = (
        Linear(width, width, init=partial(nn.init.kaiming_normal_, generator=generator))
        for _ in range(3)
    )
    net = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third).to(device)
    x, target = torch.randn(2, batch, width, generator=generator).to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)

    def step() -> Tensor:
        loss = F.mse_loss(net(x), target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss.detach()

    return step


def record(step: Step) -> Step:
    """Record what a step orders of an NVIDIA GPU, to be ordered again in one call.

    Args:
        step: The step. It is taken three times before, and not while it is recorded.

    Returns:
        A function that takes such a step. It returns the same tensor each time, filled anew.

    Raises:
        RuntimeError: Where there is no such GPU.

    Source:
        The order of the calls is that of PyTorch's notes on CUDA graphs.
    """
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay() -> Tensor:
        graph.replay()
        return loss

    return replay


# What is measured


@dataclass(frozen=True)
class Timing:
    """How long one rung took.

    Attributes:
        rung: The name of the rung.
        numbers: The type of the numbers: float32, tf32 or bfloat16.
        work: `"forward"`, or `"forward and backward"`.
        size: How many inputs, and how many neurons.
        batch: How many samples the mini-batch has.
        samples: How many of them were computed: fewer, where one by one takes long.
        seconds: The median time.
        spread: The interquartile range of the times, in seconds.
    """

    rung: str
    numbers: str
    work: str
    size: int
    batch: int
    samples: int
    seconds: float
    spread: float

    @property
    def rate(self) -> float:
        """Operations a second: a multiplication and an addition for each weight and sample.

        Backward has two more products of the same size: one for the inputs, one for the weights.
        """
        products = 1 if self.work == FORWARD else 3
        return products * 2 * self.samples * self.size**2 / self.seconds

    @property
    def intensity(self) -> float:
        """Operations for each byte that a forward must read or write at least once."""
        operations = 2 * self.batch * self.size**2
        moved = 2 * self.batch * self.size + self.size**2
        return operations / (moved * DTYPES[self.numbers].itemsize)


@dataclass(frozen=True)
class Training:
    """How long a training step of a network of three layers took.

    Attributes:
        ordered: `"call by call"`, or `"recorded"`: once, and from then on as a whole.
        size: How many inputs, and how many neurons in each layer.
        batch: How many samples the mini-batch has.
        seconds: The median time of a step.
        spread: The interquartile range of the times, in seconds.
        loss: The loss before the 100th step. It tells that both ways do the same.
    """

    ordered: str
    size: int
    batch: int
    seconds: float
    spread: float
    loss: float


@dataclass(frozen=True)
class Measurements:
    """What one run measured, and where.

    Attributes:
        machine: The device, its processor, the threads, the versions and the date.
        products: The operations a second of the largest matrix product, for each type of numbers.
        copy: The bytes a second of the largest copy, read and written.
        call: The seconds of the smallest call: `nnfp.Linear(1, 1)` on one sample.
        peak: What the processor's data sheet would promise, where that can be read: its `cores`,
            `gigahertz`, operations `per_cycle` of one core, and `rate`, the
            operations a second that this makes.
        ladder: All rungs, over sizes and batches.
        sweep: One large layer, given more and more samples.
        training: Steps of training, on NVIDIA's GPUs: other devices cannot record them.
    """

    machine: dict[str, str]
    products: dict[str, float]
    copy: float
    call: float
    peak: dict[str, float] | None
    ladder: list[Timing]
    sweep: list[Timing]
    training: list[Training] = field(default_factory=list)

    def rungs(self, numbers: str = "float32", work: str = FORWARD) -> list[Timing]:
        """List the rungs on the largest layer and mini-batch, from the first to the last.

        Args:
            numbers: The type of the numbers.
            work: `"forward"`, or `"forward and backward"`.

        Returns:
            A timing for each rung that was measured there.
        """
        found = [t for t in self.ladder if (t.numbers, t.work) == (numbers, work)]
        largest = max(((t.size, t.batch) for t in found), default=(0, 0))
        return [t for t in found if (t.size, t.batch) == largest]

    def places(self, numbers: str = "float32", work: str = FORWARD) -> dict[str, int]:
        """Rank the rungs of [nnfp.speed.Measurements.rungs][], the fastest first.

        Rungs whose rates are less than 1.25 times apart share a place: another run may swap them.

        Args:
            numbers: The type of the numbers.
            work: `"forward"`, or `"forward and backward"`.

        Returns:
            The place of each rung, 1 for the fastest.
        """
        places: dict[str, int] = {}
        leader = float("inf")
        for count, timing in enumerate(
            sorted(self.rungs(numbers, work), key=lambda t: t.rate, reverse=True), 1
        ):
            if timing.rate * TIE < leader:
                place, leader = count, timing.rate
            places[timing.rung] = place
        return places

    def limit(self, timing: Timing) -> float:
        """Say how fast the device could be at best, in operations a second.

        Args:
            timing: What was done.

        Returns:
            The rate of the largest product, or what the memory can feed, if that is less.

        Source:
            Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for
            multicore architectures" (2009).
        """
        return min(self.products[timing.numbers], timing.intensity * self.copy)

    def save(self, path: str | Path) -> None:
        """Write everything to a file, as JSON.

        Args:
            path: Where to write; folders that are missing are made.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read(path: str | Path) -> Measurements:
    """Read what [nnfp.speed.Measurements.save][] wrote.

    Args:
        path: The file.

    Returns:
        The measurements.

    Raises:
        ValueError: When the file holds something else.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        for name in ("ladder", "sweep"):
            content[name] = [Timing(**timing) for timing in content[name]]
        content["training"] = [Training(**each) for each in content.get("training", [])]
        return Measurements(**content)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected measurements of nnfp.speed, got {path}: {error}") from error


# How it is measured


def measure(
    device: torch.device | str = "cpu",
    sizes: Sequence[int] = (16, 128, 1024),
    batches: Sequence[int] = (1, 32, 1024),
    numbers: Sequence[str] = ("float32",),
    threads: int = 1,
    seconds: float = 0.1,
) -> Measurements:
    """Measure the ceilings, all rungs and the sweep on a device.

    Args:
        device: Where to compute.
        sizes: How many inputs and neurons the layers have.
        batches: How many samples the mini-batches have.
        numbers: The types of the numbers; the first is that of the sweep.
        threads: How many threads a processor may use.
        seconds: How long each is repeated, at least.

    Returns:
        What was measured.
    """
    device = torch.device(device)
    # The timer waits for the current accelerator alone, so that is to be the one that computes.
    with torch.accelerator.device_index(None if device.type == "cpu" else device.index):
        clock = _Clock(threads, seconds)
        products = {name: _largest_product(clock, device, name) for name in numbers}
        # Read right after the processor was at work: an idle one lowers its clock.
        peak = processor_peak(_cpuinfo(), threads) if device.type == "cpu" else None
        copy = _largest_copy(clock, device)
        call = _time_rung(clock, device, ("nnfp.Linear", numbers[0], FORWARD, 1, 1))
        sweep = [
            ("nnfp.Linear", numbers[0], FORWARD, SWEEP_SIZE[device.type], batch)
            for batch in SWEEP_BATCHES
        ]
        ladder = _ladder_steps(sizes, batches, numbers)
        # disable=None: the bar is for a person at a terminal, not for a file or a test.
        bar = tqdm([*ladder, *sweep], disable=None)
        timings = [_time_rung(clock, device, step) for step in bar]
        return Measurements(
            machine=_describe(device, threads),
            products=products,
            copy=copy,
            call=call.seconds if call else 0.0,
            peak=peak,
            ladder=[timing for timing in timings[: len(ladder)] if timing],
            sweep=[timing for timing in timings[len(ladder) :] if timing],
            training=_time_training(clock, device) if device.type == "cuda" else [],
        )


def fastest(runs: Sequence[Measurements]) -> Measurements:
    """Join runs of the same measurements into the fastest of each.

    On a machine with other work to do, that work slows a run and never speeds it up.

    Args:
        runs: What was measured, at least once.

    Returns:
        The best ceilings and the timings with the lowest medians; `machine` tells how many runs
        there were.
    """
    first = runs[0]
    return Measurements(
        machine=first.machine | {"runs": f"fastest of {len(runs)}"},
        products={name: max(run.products[name] for run in runs) for name in first.products},
        copy=max(run.copy for run in runs),
        call=min(run.call for run in runs),
        peak=first.peak,
        ladder=_fastest_of_each([run.ladder for run in runs]),
        sweep=_fastest_of_each([run.sweep for run in runs]),
        training=[
            min(same, key=lambda each: each.seconds)
            for same in zip(*(run.training for run in runs), strict=True)
        ],
    )


def _fastest_of_each(runs: Sequence[Sequence[Timing]]) -> list[Timing]:
    return [min(same, key=lambda t: t.seconds / t.samples) for same in zip(*runs, strict=True)]


# Rung, numbers, work, size, batch.
_Step = tuple[str, str, str, int, int]


def _ladder_steps(
    sizes: Sequence[int], batches: Sequence[int], numbers: Sequence[str]
) -> list[_Step]:
    largest = (max(sizes), max(batches))
    return [
        (rung, name, work, size, batch)
        for name in numbers
        for work in (FORWARD, BACKWARD)
        for size in sizes
        for batch in batches
        for rung in RUNGS
        # Compiling takes seconds each time, and Python's own numbers have no gradient.
        if rung != "torch.compile" or (size, batch) == largest
        if rung != "three Python loops" or work == FORWARD
    ]


@dataclass
class _Clock:
    """Times a piece of work on so many threads, for at least so many seconds."""

    threads: int
    seconds: float

    def time(self, work: Callable[[], object]) -> tuple[float, float]:
        """Return the median and the spread. The timer waits for a device that runs behind."""
        work()  # the first call is slower than all that follow
        timer = Timer("work()", globals={"work": work}, num_threads=self.threads)
        times = timer.blocked_autorange(min_run_time=self.seconds)
        return times.median, times.iqr


def _time_rung(clock: _Clock, device: torch.device, step: _Step) -> Timing | None:
    rung, numbers, work, size, batch = step
    z, weight, bias = _tensors(device, numbers, size, batch)
    layer = RUNGS[rung](weight, bias)
    with _precision(numbers):
        if rung in ONE_BY_ONE:
            one = _Clock(clock.threads, 0).time(_work(layer, z[:1], weight, bias, work))[0]
            z = z[: max(1, int(clock.seconds / 2 / one))]
        run = _work(layer, z, weight, bias, work)
        try:
            run()
        except Exception as error:  # whatever a compiler may raise
            if rung != "torch.compile":
                raise
            reason = str(error).strip().split("\n")[0]
            print(f"{rung} is left out, as it failed: {reason}", file=sys.stderr)
            return None
        median, spread = clock.time(run)
    return Timing(rung, numbers, work, size, batch, len(z), median, spread)


def _time_training(clock: _Clock, device: torch.device) -> list[Training]:
    timed = []
    for size, batch in TRAINED:
        step = training_step(device, size, batch)
        timed.append(_time_steps(clock, "call by call", size, batch, step, STEPS))
        # The same network, trained from its start again.
        step = record(training_step(device, size, batch))
        steps = STEPS - WARM_UP
        timed.append(_time_steps(clock, "recorded", size, batch, step, steps))
    return timed


def _time_steps(
    clock: _Clock, ordered: str, size: int, batch: int, step: Step, steps: int
) -> Training:
    """Take so many steps, keep the loss of the last, and time those that follow."""
    for _ in range(steps):
        loss = step()
    # Read now: a recorded step fills the same tensor again.
    reached = loss.item()
    return Training(ordered, size, batch, *clock.time(step), reached)


def _tensors(
    device: torch.device, numbers: str, size: int, batch: int
) -> tuple[Tensor, nn.Parameter, nn.Parameter]:
    """Make the inputs, and the parameters of a layer that keeps their spread."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).to(device, DTYPES[numbers])

    weight = nn.Parameter(random(size, size) / size**0.5)
    return random(batch, size), weight, nn.Parameter(random(size))


def _work(layer: Layer, z: Tensor, weight: Tensor, bias: Tensor, work: str) -> Callable[[], object]:
    def forward() -> Tensor:
        with torch.no_grad():
            return layer(z)

    if work == FORWARD:
        return forward
    z = z.clone().requires_grad_()
    ones = torch.ones_like(z)
    return lambda: torch.autograd.grad(layer(z), (z, weight, bias), ones)


@contextmanager
def _precision(numbers: str) -> Iterator[None]:
    """Let products be computed in TF32, if that is what is measured, and in nothing less if not."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if numbers == "tf32" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _largest_product(clock: _Clock, device: torch.device, numbers: str) -> float:
    """Return the operations a second of the fastest product that PyTorch has to offer."""
    with _precision(numbers), torch.no_grad():
        return max(
            2 * size**3 / clock.time(work)[0]
            for size in PRODUCT_SIZES[device.type]
            for work in _products(device, numbers, size)
        )


def _products(device: torch.device, numbers: str, size: int) -> list[Callable[[], object]]:
    z, weight, _ = _tensors(device, numbers, size, size)
    works: list[Callable[[], object]] = [lambda: z @ weight.T]
    if device.type == "cpu" and _has_onednn(numbers):
        # PyTorch's other library for processors, oneDNN; it keeps numbers in an order of its own.
        blocked = z.to_mkldnn()
        works.append(lambda: F.linear(blocked, weight))
    return works


def _has_onednn(numbers: str) -> bool:
    """Tell whether oneDNN is there; it refuses bfloat16 where the processor has no AVX-512."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    return numbers != "bfloat16" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _largest_copy(clock: _Clock, device: torch.device) -> float:
    """Return the bytes a second, read and written, of a copy of many numbers."""
    source = torch.zeros(COPIED[device.type], device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / clock.time(lambda: target.copy_(source))[0]


def _describe(device: torch.device, threads: int) -> dict[str, str]:
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    elif device.type == "mps":
        name = "Apple GPU"
    else:
        name = f"{_processor()}, {threads} thread{'s' if threads > 1 else ''}"
    return {
        "device": name,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", _cpuinfo(), re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def processor_peak(cpuinfo: str, threads: int) -> dict[str, float] | None:
    r"""Compute how many float32 operations a second a processor could do, from what Linux tells.

    A core with AVX-512 or AVX2 is taken to have two units that multiply and add. Each handles 16
    or 8 numbers at once, so that a cycle does 64 or 32 operations. Some processors have one unit
    for the 16; and the clock that a virtual machine tells may be lower than the true one.

    Args:
        cpuinfo: The text of `/proc/cpuinfo`.
        threads: How many threads compute; each is taken to have a core, as far as there are any.

    Returns:
        The `cores` at work, `gigahertz`, operations `per_cycle` of a core, and `rate`, which is how
        many operations a second that makes; `None` where the text does not tell.

    Examples:
        >>> text = "processor : 0\ncpu MHz : 2500.0\nflags : fma avx2"
        >>> processor_peak(text, threads=2)
        {'cores': 1, 'gigahertz': 2.5, 'per_cycle': 32, 'rate': 80000000000.0}
    """
    lines = [line.partition(":") for line in cpuinfo.splitlines()]
    values: dict[str, list[str]] = {}
    for name, _, value in lines:
        values.setdefault(name.strip(), []).append(value.strip())
    flags = values.get("flags", [""])[0].split()
    per_cycle = 64 if "avx512f" in flags else 32 if {"avx2", "fma"} <= set(flags) else 0
    if not per_cycle or "cpu MHz" not in values:
        return None
    # Two threads of one core share its units. Each processor tells its socket and its core there.
    sockets = values.get("physical id", values["processor"])
    ids = values.get("core id", values["processor"])
    cores = min(threads, len(set(zip(sockets, ids, strict=True))))
    gigahertz = max(map(float, values["cpu MHz"])) / 1000
    rate = cores * gigahertz * 1e9 * per_cycle
    return {"cores": cores, "gigahertz": gigahertz, "per_cycle": per_cycle, "rate": rate}


# What is shown


def table(measured: Measurements) -> str:
    """Write measurements as a person would read them.

    Args:
        measured: What was measured.

    Returns:
        A few lines about machine and ceilings, and a table for each type of numbers and work.
    """
    lines = [
        ", ".join(f"{name} {value}" for name, value in measured.machine.items()),
        f"largest copy {measured.copy / 1e9:.3g} GB/s, smallest call {measured.call * 1e6:.2g} µs",
    ]
    for numbers, product in measured.products.items():
        lines.append(f"{numbers}: largest product {product / 1e9:.4g} GFLOP/s")
    if measured.peak:
        peak = measured.peak
        lines.append(
            f"float32: {peak['cores']:g} cores x {peak['gigahertz']:.3g} GHz x "
            f"{peak['per_cycle']:g} operations = {peak['rate'] / 1e9:.4g} GFLOP/s promised"
        )
    for numbers in measured.products:
        for work in (FORWARD, BACKWARD):
            lines += ["", *_ladder_table(measured, numbers, work)]
    first = measured.sweep[0]
    lines += ["", f"{first.rung}, {first.size} x {first.size}, {first.numbers}, {first.work}"]
    lines.append("batch  GFLOP/s  percent of the limit")
    for t in measured.sweep:
        percent = _percent(t.rate / measured.limit(t))
        lines.append(f"{t.batch:5}  {t.rate / 1e9:7.4g}  {percent:>20}")
    if measured.training:
        lines += ["", "a training step of three layers, in microseconds", "size  batch  ordered"]
    for each in measured.training:
        taken = f"{each.ordered:<12}  {each.seconds * 1e6:8.0f}"
        lines.append(f"{each.size:4}  {each.batch:5}  {taken}  loss {each.loss:.6g}")
    return "\n".join(lines)


def _ladder_table(measured: Measurements, numbers: str, work: str) -> list[str]:
    timings = [t for t in measured.ladder if (t.numbers, t.work) == (numbers, work)]
    columns = list(dict.fromkeys((t.size, t.batch) for t in timings))
    places = measured.places(numbers, work)
    lines = [
        f"{numbers}, {work}: percent of the largest product",
        f"{'size':<18}" + "".join(f"{size:>9}" for size, _ in columns),
        f"{'batch':<18}" + "".join(f"{batch:>9}" for _, batch in columns) + "  place",
    ]
    for rung in dict.fromkeys(t.rung for t in timings):
        fractions = {
            (t.size, t.batch): _percent(t.rate / measured.products[numbers])
            for t in timings
            if t.rung == rung
        }
        cells = "".join(f"{fractions.get(column, ''):>9}" for column in columns)
        lines.append(f"{rung:<18}{cells}{places.get(rung, ''):>7}")
    return lines


def _percent(fraction: float) -> str:
    """Write a fraction in one or two digits, and never as a power of ten."""
    percent = 100 * fraction
    if percent < 0.001:
        return "<0.001"
    return f"{percent:.0f}" if percent >= 9.5 else f"{percent:.1g}"


def ladder(measured: Measurements) -> Picture:
    """Draw how fast each rung is on the largest layer and mini-batch, forward, in float32.

    Args:
        measured: What was measured, in float32 too.

    Returns:
        The picture, byte for byte the same for the same measurements.
    """
    title, content, height = _ladder_plot(measured)
    return Picture(title, _svg.document(title, height, content))


def roofline(measured: Measurements) -> Picture:
    """Draw how fast the layer of the sweep is, under the roof of what the device can do.

    Args:
        measured: What was measured.

    Returns:
        The picture, byte for byte the same for the same measurements.
    """
    title, content, height = _roofline_plot(measured)
    return Picture(title, _svg.document(title, height, content))


def both(measured: Measurements) -> Picture:
    """Draw the ladder, and the roofline below it.

    Args:
        measured: What was measured, in float32 too.

    Returns:
        The picture, byte for byte the same for the same measurements.
    """
    (first, upper, height), (second, lower, more) = _ladder_plot(measured), _roofline_plot(measured)
    title = f"{first}. {second}"
    content = f'{upper}<g transform="translate(0 {height:g})">\n{lower}</g>\n'
    return Picture(title, _svg.document(title, height + more, content))


def _ladder_plot(measured: Measurements) -> tuple[str, str, float]:
    rungs = measured.rungs()
    limit = measured.products["float32"]
    about = f"{rungs[0].batch} samples, {rungs[0].size} x {rungs[0].size}, float32, forward"
    content, height = _ladder.draw_ladder(
        {t.rung: t.rate for t in rungs}, limit, [about, *_origin(measured)]
    )
    listed = ", ".join(f"{t.rung} {_ladder.rate(t.rate)}" for t in rungs)
    title = f"Operations a second, {about}: {listed}; largest product {_ladder.rate(limit)}"
    return title, content, height


def _roofline_plot(measured: Measurements) -> tuple[str, str, float]:
    sweep = measured.sweep
    limit = measured.products[sweep[0].numbers]
    about = f"{sweep[0].batch} to {sweep[-1].batch} samples, "
    about += f"{sweep[0].size} x {sweep[0].size}, {sweep[0].numbers}, forward"
    points = [(str(t.batch), t.intensity, t.rate) for t in sweep]
    content, height = _ladder.draw_roofline(
        points, limit, measured.copy, [about, *_origin(measured)]
    )
    listed = ", ".join(f"{t.batch} {_ladder.rate(t.rate)}" for t in sweep)
    title = f"Operations a second, {about}: {listed}; largest product {_ladder.rate(limit)}"
    return title, content, height


def _origin(measured: Measurements) -> list[str]:
    """Say where and when, in two lines that fit below a plot."""
    machine = measured.machine
    return [
        ", ".join(machine[name] for name in ("device", "runs") if name in machine),
        f"torch {machine['torch']}, Python {machine['python']}, {machine['date']}",
    ]


# The command


def choose_device(name: str | None) -> torch.device:
    """Find the device of a name, or the fastest that is there.

    Args:
        name: Such as `"cpu"`, `"cuda"`, `"cuda:1"` or `"mps"`, or none.

    Returns:
        The device.

    Raises:
        ValueError: When there is no such device.
    """
    there = ["cpu"]
    if torch.backends.mps.is_available():
        there.insert(0, "mps")
    if torch.cuda.is_available():
        there.insert(0, "cuda")
    if name is None:
        return torch.device(there[0])
    kind, _, index = name.partition(":")
    count = torch.cuda.device_count() if kind == "cuda" else 1
    if kind not in there or (index and not (index.isdecimal() and int(index) < count)):
        raise ValueError(f"expected a device that is there ({', '.join(there)}), got {name}")
    return torch.device(name)


def types_on(device: torch.device) -> list[str]:
    """List the types of numbers that a device can multiply, without going by another type.

    Args:
        device: The device.

    Returns:
        Some of float32, tf32 and bfloat16. NVIDIA's GPUs have the last two from Ampere (2020) on.
    """
    if device.type == "cuda":
        ampere = torch.cuda.get_device_capability(device) >= (8, 0)
        return ["float32", "tf32", "bfloat16"] if ampere else ["float32"]
    if device.type == "cpu" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return ["float32"]
    return ["float32", "bfloat16"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and show it; `python -m nnfp.speed` comes here.

    Args:
        arguments: The words of the command line, without the first.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        device = choose_device(options.device)
        numbers = options.numbers or types_on(device)
        missing = [name for name in numbers if name not in types_on(device)]
        if missing:
            has = ", ".join(types_on(device))
            raise ValueError(f"expected numbers that {device} has ({has}), got {missing[0]}")
        if options.plot and "float32" not in numbers:
            raise ValueError("expected float32 among the numbers, as the plot shows it")
        runs = [
            measure(
                device, options.sizes, options.batches, numbers, options.threads, options.seconds
            )
            for _ in range(options.runs)
        ]
    except ValueError as error:
        parser.error(str(error))
    except RuntimeError as error:
        # A processor says it with a plain RuntimeError, an accelerator with a kind of its own.
        if "memory" not in str(error):
            raise
        size, batch, copied = max(options.sizes), max(options.batches), COPIED[device.type]
        parser.error(
            f"expected room for a layer of {size} x {size} and {batch} samples, and for a copy of "
            f"{8 * copied / 2**20:g} MiB, and {device} has too little: name smaller --sizes or "
            "--batches, or another --device"
        )
    measured = runs[0] if len(runs) == 1 else fastest(runs)
    print(table(measured))
    if options.json:
        measured.save(options.json)
    if options.plot:
        both(measured).save(options.plot)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nnfp.speed",
        description="Measure one layer of a network, computed in seven ways, beside the largest "
        "product and the largest copy of the machine. With no options it takes about a minute, and "
        "on a GPU a few.",
    )
    add = parser.add_argument
    add("--device", help="cpu, cuda, cuda:1, mps (default: the fastest that is there)")
    add("--sizes", type=_positive, nargs="+", default=[16, 128, 1024], metavar="N",
        help="inputs and neurons of the layers (default: 16 128 1024)")  # fmt: skip
    add("--batches", type=_positive, nargs="+", default=[1, 32, 1024], metavar="N",
        help="samples of the mini-batches (default: 1 32 1024)")  # fmt: skip
    add("--numbers", nargs="+", choices=list(DTYPES),
        help="types of the numbers (default: all that the device has)")  # fmt: skip
    add("--threads", type=_positive, default=torch.get_num_threads(), metavar="N",
        help="threads of the processor (default: %(default)s)")  # fmt: skip
    add("--seconds", type=_seconds, default=0.1,
        help="how long each is repeated, at least (default: 0.1)")  # fmt: skip
    add("--runs", type=_positive, default=1, metavar="N",
        help="measure all so many times, and keep the fastest of each (default: 1)")  # fmt: skip
    add("--json", type=_file, metavar="FILE", help="write the measurements to a file")
    add(
        "--plot",
        type=_file,
        metavar="FILE",
        help="draw the ladder and the roofline into an SVG file",
    )
    return parser


def _positive(word: str) -> int:
    if not word.isdecimal() or int(word) == 0:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {word}")
    return int(word)


def _seconds(word: str) -> float:
    try:
        if 0 < float(word) <= 60:
            return float(word)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected seconds, above 0 and up to 60, got {word}")


def _file(word: str) -> Path:
    path = Path(word)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"expected a file to write, got the folder {word}")
    return path


if __name__ == "__main__":
    main()
