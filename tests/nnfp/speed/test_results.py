"""The ladder of speed: each rung computes the same, and what was measured is told as it was."""

import functools
import inspect
import json
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import FrozenInstanceError
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import torch

from nnfp import _ladder, speed
from nnfp.speed import BACKWARD, FORWARD, Measurements, Timing, Training

WEIGHT = torch.nn.Parameter(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
BIAS = torch.nn.Parameter(torch.tensor([-20.0, 0.0]))
each_rung = pytest.mark.parametrize("rung", speed.RUNGS)

# What Linux tells of a server with two sockets of two cores, of two threads each, shortened.
CPUINFO = "".join(
    f"processor\t: {i}\nmodel name\t: Some Processor\ncpu MHz\t\t: {mhz}\nphysical id\t: {socket}\n"
    f"core id\t\t: {core}\nflags\t\t: fpu fma avx2 avx512f\n\n"
    for i, (socket, core, mhz) in enumerate(
        [(0, 0, 800.0), (0, 1, 2500.0)] * 2 + [(1, 0, 2400.0), (1, 1, 900.0)] * 2
    )
)


def timing(rung: str, rate: float, **changed: object) -> Timing:
    """A timing of so many operations a second, on 1000 samples and a layer of 1000 x 1000."""
    told = {"numbers": "float32", "work": FORWARD, "size": 1000, "batch": 1000, "samples": 1000}
    return Timing(rung, **(told | {"seconds": 2e9 / rate, "spread": 0.0} | changed))


RATES = {"three Python loops": 2e7, "row by row": 3e10, "matrix product": 9e10, "F.linear": 1e11}
MEASURED = Measurements(
    machine={"device": "Some Processor, 2 threads", "torch": "2.13", "python": "3.11", "date": "d"},
    products={"float32": 2e11},
    copy=4e10,
    call=5e-6,
    peak={"cores": 2, "gigahertz": 2.5, "per_cycle": 64, "rate": 3.2e11},
    ladder=[timing(rung, rate) for rung, rate in RATES.items()]
    + [timing(rung, 1e9, size=10, batch=1, samples=1, seconds=2e-7) for rung in RATES],
    sweep=[
        timing("nnfp.Linear", rate, batch=batch, samples=batch, seconds=2e6 * batch / rate)
        for batch, rate in [(1, 1.9e10), (64, 1e11), (1024, 1.6e11)]
    ],
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure small things shortly, and compile without a C++ compiler."""
    monkeypatch.setattr(speed, "PRODUCT_SIZES", {"cpu": (8,)})
    monkeypatch.setattr(speed, "COPIED", {"cpu": 64})
    monkeypatch.setattr(speed, "SWEEP_SIZE", {"cpu": 8})
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))


def run(*words: str) -> None:
    speed.main(["--device", "cpu", "--threads", "1", "--seconds", "0.0001", *words])


# The rungs


@each_rung
def test_each_rung_computes_the_mini_batch_of_the_tutorial(quick, rung):
    layer = speed.RUNGS[rung](WEIGHT, BIAS)
    z = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert layer(z).tolist() == [[0.0, 22.0], [23.0, 50.0]]


@each_rung
def test_each_rung_computes_the_layer_of_pytorch(quick, rung):
    torch.manual_seed(0)
    theirs = torch.nn.Linear(3, 5)
    z = torch.randn(4, 3)
    ours = speed.RUNGS[rung](theirs.weight, theirs.bias)(z)
    torch.testing.assert_close(ours, torch.relu(theirs(z)), check_stride=False)


@pytest.mark.parametrize("rung", [name for name in speed.RUNGS if name != "three Python loops"])
def test_what_is_timed_as_backward_finds_the_gradients_of_pytorch(quick, rung):
    torch.manual_seed(0)
    theirs = torch.nn.Linear(3, 3)
    z = torch.randn(4, 3)
    layer = speed.RUNGS[rung](theirs.weight, theirs.bias)
    grads = speed._work(layer, z, theirs.weight, theirs.bias, BACKWARD)()
    z.requires_grad_()
    leaves = (z, theirs.weight, theirs.bias)
    expected = torch.autograd.grad(torch.relu(theirs(z)).sum(), leaves)
    torch.testing.assert_close(grads, expected)


@pytest.mark.parametrize("numbers", speed.DTYPES)
def test_the_largest_product_is_searched_among_products_that_agree(numbers):
    works = speed._products(torch.device("cpu"), numbers, 16)
    with torch.no_grad():
        first, *others = [result.to_dense() for result in (work() for work in works)]
    for other in others:
        torch.testing.assert_close(first, other, check_dtype=False)
    z, weight, _ = speed._tensors(torch.device("cpu"), numbers, 16, 16)
    torch.testing.assert_close(first, z @ weight.T)


def tried(numbers: str) -> int:
    return len(speed._products(torch.device("cpu"), numbers, 16))


def test_one_dnn_is_tried_where_pytorch_has_it(monkeypatch):
    assert tried("float32") == (2 if torch.backends.mkldnn.is_available() else 1)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert tried("float32") == 1


@pytest.mark.parametrize(("supported", "products"), [(True, 2), (False, 1)])
def test_one_dnn_is_tried_with_bfloat16_where_the_processor_can(monkeypatch, supported, products):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: supported)
    assert [tried("bfloat16"), tried("float32"), tried("tf32")] == [products, 2, 2]


def test_the_ceilings_are_operations_and_bytes_a_second(quick):
    clock = SimpleNamespace(time=lambda work: (0.5, work()))
    cpu = torch.device("cpu")
    assert speed._largest_product(clock, cpu, "float32") == 2 * 8**3 / 0.5
    assert speed._largest_copy(clock, cpu) == 2 * 64 * 4 / 0.5


@pytest.mark.parametrize("sizes", [speed.COPIED, speed.SWEEP_SIZE, speed.PRODUCT_SIZES])
def test_each_kind_of_device_has_its_sizes_and_they_are_powers_of_two(sizes):
    assert set(sizes) == {"cpu", "mps", "cuda"}
    for size in sizes.values():
        for each in size if isinstance(size, tuple) else [size]:
            assert each >= 1024 and each.bit_count() == 1


def test_the_compiler_may_rely_on_the_shapes(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda layer, **options: options)
    assert speed.compiled(WEIGHT, BIAS) == {"dynamic": False}


def test_to_make_a_rung_draws_no_random_numbers(quick):
    before = torch.get_rng_state()
    for rung in speed.RUNGS.values():
        rung(WEIGHT, BIAS)
    assert torch.equal(torch.get_rng_state(), before)


def test_tf32_is_allowed_while_it_is_measured_and_only_then():
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        with speed._precision("tf32"):
            assert torch.get_float32_matmul_precision() == "high"
        with pytest.raises(KeyError), speed._precision("float32"):
            assert torch.get_float32_matmul_precision() == "highest"
            raise KeyError
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)


def test_what_is_timed_as_forward_takes_no_notes_for_backward():
    layer = speed.f_linear(WEIGHT, BIAS)
    run = speed._work(layer, torch.ones(1, 2), WEIGHT, BIAS, FORWARD)
    assert layer(torch.ones(1, 2)).requires_grad
    assert not run().requires_grad


def test_the_first_call_is_not_timed(monkeypatch):
    calls = []
    timer = speed.Timer

    def watching(*arguments, **options):
        assert calls == ["called"]
        return timer(*arguments, **options)

    monkeypatch.setattr(speed, "Timer", watching)
    median, spread = speed._Clock(threads=1, seconds=1e-9).time(lambda: calls.append("called"))
    assert len(calls) > 1
    assert median > 0 and spread >= 0


def test_work_is_timed_on_as_many_threads_and_for_as_long_as_is_asked(monkeypatch):
    asked = {}

    class Watching(speed.Timer):
        def blocked_autorange(self, **options):
            asked.update(options)
            return super().blocked_autorange(**options)

    monkeypatch.setattr(speed, "Timer", Watching)
    threads = []
    clock = speed._Clock(threads=2, seconds=1e-9)
    clock.time(lambda: threads.append(torch.get_num_threads()))
    assert threads[-1] == 2
    assert asked == {"min_run_time": 1e-9}


def test_the_layer_that_is_timed_keeps_the_spread_of_its_inputs():
    z, weight, _ = speed._tensors(torch.device("cpu"), "float32", size=256, batch=64)
    assert z.std().item() == pytest.approx(1, abs=0.05)
    assert (z @ weight.T).std().item() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("numbers", "precision"), [("tf32", "high"), ("float32", "highest")])
def test_a_rung_is_timed_in_its_own_precision(monkeypatch, numbers, precision):
    seen = []

    def watching(weight, bias):
        return lambda z: seen.append(torch.get_float32_matmul_precision())

    monkeypatch.setitem(speed.RUNGS, "watching", watching)
    step = ("watching", numbers, FORWARD, 2, 2)
    assert speed._time_rung(speed._Clock(1, 1e-9), torch.device("cpu"), step)
    assert set(seen) == {precision}


# A step of training


CPU = torch.device("cpu")


def test_a_training_step_is_that_of_three_layers_of_pytorch():
    torch.manual_seed(1)
    drawn = torch.random.get_rng_state()
    step = speed.training_step(CPU, width=4, batch=5)
    losses = [step().item() for _ in range(6)]
    assert torch.equal(torch.random.get_rng_state(), drawn)

    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(4, 4, generator=generator) * (2 / 4) ** 0.5 for _ in range(3)]
    x, target = torch.randn(2, 5, 4, generator=generator)
    first, second, third = (torch.nn.Linear(4, 4) for _ in range(3))
    net = torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.ReLU(), third)
    for layer, weight in zip((first, second, third), weights, strict=True):
        torch.nn.init.zeros_(layer.bias)
        layer.weight.data = weight
    theirs = []
    for _ in range(6):
        net.zero_grad()
        loss = ((net(x) - target) ** 2).mean()
        loss.backward()
        theirs.append(loss.item())
        for parameter in net.parameters():
            parameter.data -= 0.5 * parameter.grad
    assert losses == pytest.approx(theirs)
    assert losses[-1] < losses[0]


def test_the_loss_of_a_step_keeps_nothing_of_its_way():
    assert not speed.training_step(CPU, 2, 1)().requires_grad


class FakeGPU:
    """Notes what it is told. What is ordered while it records is done when it is replayed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[object] = []
        self.where = "main"
        self.loss = torch.zeros(())
        fakes = {
            "Stream": lambda: self.stream("aside"),
            "current_stream": lambda: self.stream(self.where),
            "stream": lambda stream: self.at(stream.name),
            "CUDAGraph": lambda: SimpleNamespace(replay=self.replay),
            "graph": lambda graph: self.at("recording"),
        }
        for name, fake in fakes.items():
            monkeypatch.setattr(torch.cuda, name, fake)

    def stream(self, name: str) -> SimpleNamespace:
        def wait(other: SimpleNamespace) -> None:
            self.told.append(f"{name} waits for {other.name}")

        return SimpleNamespace(name=name, wait_stream=wait)

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        before, self.where = self.where, where
        yield
        self.where = before

    def step(self) -> torch.Tensor:
        self.told.append(f"step at {self.where}")
        return self.loss

    def replay(self) -> None:
        self.told.append("replay")
        self.loss.add_(1)


def test_a_step_is_recorded_after_it_was_taken_aside_and_then_replayed(monkeypatch):
    gpu = FakeGPU(monkeypatch)
    replay = speed.record(gpu.step)
    aside = ["aside waits for main", *["step at aside"] * 3, "main waits for aside"]
    assert gpu.told == [*aside, "step at recording"]
    assert [replay().item(), replay().item()] == [1, 2]
    assert gpu.told[-2:] == ["replay", "replay"]


def test_an_nvidia_gpu_trains_alike_both_ways_and_others_say_that_they_cannot():
    if torch.cuda.is_available():
        one, other = (speed.training_step(torch.device("cuda"), 128, 32) for _ in range(2))
        losses = [one().item() for _ in range(10)]
        replay = speed.record(other)
        assert [replay().item() for _ in range(10 - speed.WARM_UP)] == losses[speed.WARM_UP :]
    else:
        with pytest.raises(RuntimeError, match=r"CUDA|NVIDIA"):
            speed.record(speed.training_step(CPU, 128, 32))


def test_both_ways_of_training_are_timed_and_reach_the_same_loss(quick, monkeypatch):
    monkeypatch.setattr(speed, "TRAINED", ((4, 5), (6, 3)))

    def recorded(step: speed.Step) -> speed.Step:
        for _ in range(speed.WARM_UP):
            step()
        filled = torch.zeros(())
        return lambda: filled.copy_(step())

    monkeypatch.setattr(speed, "record", recorded)
    timed = speed._time_training(speed._Clock(1, 1e-9), CPU)
    ways = ("call by call", "recorded")
    told = [(each.ordered, each.size, each.batch) for each in timed]
    assert told == [(way, *sizes) for sizes in speed.TRAINED for way in ways]
    for size, batch, *both in ((4, 5, *timed[:2]), (6, 3, *timed[2:])):
        step = speed.training_step(CPU, size, batch)
        loss = [step().item() for _ in range(100)][-1]
        assert [each.loss for each in both] == [loss, loss]
        assert all(each.seconds > 0 and each.spread >= 0 for each in both)


def test_where_steps_cannot_be_recorded_none_are_timed(quick):
    assert speed.measure("cpu", [2], [1], seconds=1e-9).training == []


def test_what_a_gpu_orders_small_or_as_a_whole_is_timed_there(quick, monkeypatch):
    asked = []
    timed = [Training("recorded", 128, 32, 1e-4, 0.0, 0.5)]

    def training(clock, device):
        asked.append((clock, device))
        return timed

    monkeypatch.setattr(speed, "_time_training", training)
    monkeypatch.setattr(speed, "_largest_product", lambda *asked: 1.0)
    monkeypatch.setattr(speed, "_largest_copy", lambda *asked: 1.0)
    monkeypatch.setattr(speed, "_time_rung", lambda clock, device, step: timing(step[0], 1.0))
    monkeypatch.setattr(speed, "_describe", lambda *asked: {})
    monkeypatch.setattr(speed, "SWEEP_SIZE", {"cuda": 8})
    monkeypatch.setattr(torch.accelerator, "device_index", lambda index: nullcontext())
    measured = speed.measure("cuda", [2], [1], threads=1, seconds=0.5)
    assert measured.training == timed
    assert asked == [(speed._Clock(1, 0.5), torch.device("cuda"))]


# What is told of a timing


def test_the_rate_counts_a_multiplication_and_an_addition_for_each_weight_and_sample():
    t = timing("F.linear", 1, size=10, batch=64, samples=4, seconds=2.0)
    assert t.rate == 2 * 10 * 10 * 4 / 2.0


def test_backward_counts_as_two_more_products():
    forward = timing("F.linear", 1e9)
    assert timing("F.linear", 1e9, work=BACKWARD).rate == 3 * forward.rate


@pytest.mark.parametrize(("numbers", "size_of_one"), [("float32", 4), ("tf32", 4), ("bfloat16", 2)])
def test_the_intensity_is_of_inputs_weights_and_outputs_moved_once(numbers, size_of_one):
    t = timing("F.linear", 1, size=10, batch=3, numbers=numbers)
    assert t.intensity == 2 * 3 * 100 / ((30 + 100 + 30) * size_of_one)


def test_the_limit_is_what_the_memory_feeds_until_the_product_is_reached():
    small, large = timing("F.linear", 1, batch=1), timing("F.linear", 1, batch=1000)
    assert MEASURED.limit(small) == small.intensity * 4e10
    assert MEASURED.limit(large) == 2e11


def test_the_rungs_are_those_on_the_largest_layer_and_mini_batch():
    assert [t.rung for t in MEASURED.rungs()] == list(RATES)
    assert {(t.size, t.batch) for t in MEASURED.rungs()} == {(1000, 1000)}
    assert MEASURED.rungs(work=BACKWARD) == MEASURED.rungs("bfloat16") == []


def test_rungs_that_are_close_share_a_place():
    assert MEASURED.places() == {
        "F.linear": 1,
        "matrix product": 1,
        "row by row": 3,
        "three Python loops": 4,
    }


def test_a_place_is_shared_with_its_fastest_and_not_with_a_neighbor():
    steps = [timing(f"{rate}", rate) for rate in (100.0, 85.0, 72.0)]
    measured = Measurements({}, {}, 1, 1, None, steps, [])
    assert measured.places() == {"100.0": 1, "85.0": 1, "72.0": 3}


def test_measurements_come_back_from_a_file_as_they_were(tmp_path):
    path = tmp_path / "new" / "folder" / "speed.json"
    MEASURED.save(path)
    assert speed.read(path) == MEASURED
    assert json.loads(path.read_text())["machine"]["torch"] == "2.13"


def test_training_comes_back_from_a_file_which_may_lack_it(tmp_path):
    path = tmp_path / "speed.json"
    trained = [Training("recorded", 128, 32, 1e-4, 1e-6, 0.5)]
    told = Measurements(**(vars(MEASURED) | {"training": trained}))
    told.save(path)
    assert speed.read(path) == told
    # As those written before there was any.
    content = json.loads(path.read_text())
    del content["training"]
    path.write_text(json.dumps(content))
    assert speed.read(path) == MEASURED


def test_the_name_of_a_file_may_be_a_text(tmp_path):
    MEASURED.save(f"{tmp_path}/speed.json")
    assert speed.read(f"{tmp_path}/speed.json") == MEASURED


@pytest.mark.parametrize(
    "told", [MEASURED, MEASURED.ladder[0], Training("recorded", 128, 32, 1e-4, 0.0, 0.5)]
)
def test_what_was_measured_cannot_be_changed(told):
    with pytest.raises(FrozenInstanceError):
        told.seconds = 0.0


@pytest.mark.parametrize("content", ["not JSON", "[]", "{}", '{"ladder": [{"a": 1}], "sweep": []}'])
def test_another_file_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"expected measurements of nnfp.speed, got .*other.json"):
        speed.read(path)


# The peak of a processor


def test_the_peak_is_cores_times_clock_times_operations_of_a_cycle():
    peak = speed.processor_peak(CPUINFO, threads=3)
    assert peak == {"cores": 3, "gigahertz": 2.5, "per_cycle": 64, "rate": 3 * 2.5e9 * 64}


def test_the_peak_counts_cores_and_not_their_threads():
    peak = speed.processor_peak(CPUINFO, threads=100)
    assert peak is not None
    assert peak["cores"] == 4


def test_vectors_of_eight_do_half_as_much():
    peak = speed.processor_peak(CPUINFO.replace("avx512f", ""), threads=1)
    assert peak is not None
    assert peak["per_cycle"] == 32


@pytest.mark.parametrize(
    "text", ["", CPUINFO.replace("avx2 avx512f", ""), CPUINFO.replace("cpu MHz", "BogoMIPS")]
)
def test_where_the_peak_cannot_be_read_there_is_none(text):
    assert speed.processor_peak(text, threads=1) is None


# The command


def test_the_command_measures_every_rung_and_writes_what_it_shows(quick, tmp_path, capsys):
    run("--sizes", "2", "3", "--batches", "1", "4", "--numbers", "float32",
        "--json", f"{tmp_path}/s.json", "--plot", f"{tmp_path}/s.svg")  # fmt: skip
    shown, complaints = capsys.readouterr()
    measured = speed.read(tmp_path / "s.json")
    assert shown == speed.table(measured) + "\n"
    assert complaints == ""
    assert (tmp_path / "s.svg").read_text(encoding="utf-8") == speed.both(measured).svg
    found = {(t.rung, t.work, t.size, t.batch) for t in measured.ladder}
    expected = {
        (rung, work, size, batch)
        for rung in speed.RUNGS
        for work in (FORWARD, BACKWARD)
        for size in (2, 3)
        for batch in (1, 4)
        if (rung, work) != ("three Python loops", BACKWARD)
        if rung != "torch.compile" or (size, batch) == (3, 4)
    }
    assert found == expected
    assert [t.batch for t in measured.sweep] == [*speed.SWEEP_BATCHES]
    assert all(t.seconds > 0 and t.samples <= t.batch for t in measured.ladder)
    assert measured.call > 0 and measured.copy > 0 and measured.products["float32"] > 0


HELP = """\
Measure one layer of a network, computed in seven ways, beside the largest product and
the largest copy of the machine. With no options it takes about a minute, and on a GPU a
few.

options:
  -h, --help            show this help message and exit
  --device DEVICE       cpu, cuda, cuda:1, mps (default: the fastest that is there)
  --sizes N [N ...]     inputs and neurons of the layers (default: 16 128 1024)
  --batches N [N ...]   samples of the mini-batches (default: 1 32 1024)
  --numbers {float32,tf32,bfloat16} [{float32,tf32,bfloat16} ...]
                        types of the numbers (default: all that the device has)
  --threads N           threads of the processor (default: 2)
  --seconds SECONDS     how long each is repeated, at least (default: 0.1)
  --runs N              measure all so many times, and keep the fastest of each
                        (default: 1)
  --json FILE           write the measurements to a file
  --plot FILE           draw the ladder and the roofline into an SVG file
"""


def test_the_module_is_a_command_that_tells_its_options(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(sys, "argv", ["speed.py", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_path(speed.__file__, run_name="__main__")
    usage, _, told = capsys.readouterr().out.partition("\n\n")
    assert usage.startswith("usage: python -m nnfp.speed ")
    assert told == HELP


def test_the_command_and_measure_have_the_same_defaults():
    options = vars(speed._parser().parse_args([]))
    assert (options["runs"], options["json"], options["plot"]) == (1, None, None)
    for name in ("sizes", "batches", "seconds"):
        default = inspect.signature(speed.measure).parameters[name].default
        assert options[name] == (list(default) if isinstance(default, tuple) else default)


def test_what_is_not_said_is_measured_on_one_thread_of_the_processor_in_float32(quick, monkeypatch):
    monkeypatch.setattr(speed, "_cpuinfo", lambda: CPUINFO)
    measured = speed.measure(sizes=[2], batches=[1], seconds=1e-6)
    assert measured.machine["device"] == "Some Processor, 1 thread"
    assert measured.peak == speed.processor_peak(CPUINFO, threads=1)
    assert {t.numbers for t in measured.ladder} == {"float32"}


@pytest.mark.parametrize(("machine", "kind"), [("xeon", "cpu"), ("h100", "cuda")])
def test_the_page_shows_what_the_command_measures_by_itself(machine, kind):
    path = Path(__file__).parents[2] / "docs" / "data" / f"speed-{machine}.json"
    shown, options = speed.read(path), speed._parser().parse_args([])
    assert [t.rung for t in shown.rungs()] == list(speed.RUNGS)
    expected = set(product(options.sizes, options.batches))
    assert {(t.size, t.batch) for t in shown.ladder} == expected
    assert {t.size for t in shown.sweep} == {speed.SWEEP_SIZE[kind]}
    assert [t.batch for t in shown.sweep] == list(speed.SWEEP_BATCHES)
    trained = {(each.size, each.batch) for each in shown.training}
    assert trained == (set(speed.TRAINED) if kind == "cuda" else set())


def test_those_that_compute_one_by_one_are_the_first_rungs():
    assert tuple(speed.RUNGS)[: len(speed.ONE_BY_ONE)] == speed.ONE_BY_ONE


def test_what_is_slow_is_measured_on_fewer_samples(quick):
    step = ("dot products", "float32", FORWARD, 16, 64)
    slow = speed._time_rung(speed._Clock(1, 1e-9), torch.device("cpu"), step)
    fast = speed._time_rung(speed._Clock(1, 1e-9), torch.device("cpu"), ("F.linear", *step[1:]))
    assert (slow.samples, slow.batch) == (1, 64)
    assert (fast.samples, fast.batch) == (64, 64)


def test_of_several_runs_the_fastest_of_each_is_kept():
    a, b = timing("F.linear", 1e9), timing("nnfp.Linear", 3e9)
    c, d = timing("F.linear", 2e9), timing("nnfp.Linear", 1e9)
    one = Measurements({"device": "d"}, {"float32": 3.0}, 4, 5, None, [a, b], [b])
    other = Measurements({"device": "d"}, {"float32": 2.0}, 6, 1, None, [c, d], [d])
    assert speed.fastest([one, other]) == Measurements(
        {"device": "d", "runs": "fastest of 2"}, {"float32": 3.0}, 6, 1, None, [c, b], [b]
    )


def test_of_several_trainings_the_fastest_of_each_is_kept():
    slow, fast = (Training("recorded", 128, 32, seconds, 0.0, 0.5) for seconds in (2e-4, 1e-4))
    runs = [
        Measurements(**(vars(MEASURED) | {"training": training}))
        for training in ([slow, fast], [fast, slow])
    ]
    assert speed.fastest(runs).training == [fast, fast]


def test_the_fastest_is_so_for_a_sample_where_runs_took_different_numbers_of_them():
    few = timing("dot products", 1, samples=1, seconds=3.0)
    many = timing("dot products", 1, samples=4, seconds=4.0)
    assert speed._fastest_of_each([[few], [many]]) == [many]


def test_the_command_repeats_all_as_often_as_it_is_told(quick, monkeypatch, capsys):
    rates = iter([1e9, 4e9, 2e9])

    def measured(*arguments):
        return Measurements(**vars(MEASURED) | {"sweep": [timing("nnfp.Linear", next(rates))]})

    monkeypatch.setattr(speed, "measure", measured)
    run("--runs", "3")
    shown = capsys.readouterr().out
    assert "runs fastest of 3" in shown
    assert shown.splitlines()[-1].split() == ["1000", "4", "2"]


def test_without_a_compiler_its_rung_is_left_out_and_the_reason_told(quick, monkeypatch, capsys):
    def fails(layer, dynamic):
        def compile_now(z):
            raise RuntimeError("no C++ compiler found\nmore")

        return compile_now

    monkeypatch.setattr(torch, "compile", fails)
    run("--sizes", "2", "--batches", "1", "--numbers", "float32")
    shown, complaints = capsys.readouterr()
    assert "nnfp.Linear" in shown and "torch.compile" not in shown
    reason = "torch.compile is left out, as it failed: no C++ compiler found\n"
    assert complaints == 2 * reason


def test_another_rung_that_fails_is_not_left_out(quick, monkeypatch):
    def fails(weight, bias):
        return lambda z: 1 / 0

    monkeypatch.setitem(speed.RUNGS, "F.linear", fails)
    with pytest.raises(ZeroDivisionError):
        run("--sizes", "2", "--batches", "1", "--numbers", "float32")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--sizes 0", "expected a whole number of 1 or more, got 0"),
        ("--batches many", "expected a whole number of 1 or more, got many"),
        ("--threads -1", "expected a whole number of 1 or more, got -1"),
        ("--seconds 0", "expected seconds, above 0 and up to 60, got 0"),
        ("--seconds nan", "expected seconds, above 0 and up to 60, got nan"),
        ("--seconds long", "expected seconds, above 0 and up to 60, got long"),
        ("--numbers float8", "invalid choice: 'float8'"),
        ("--json .", "expected a file to write, got the folder ."),
        ("--plot .", "expected a file to write, got the folder ."),
        ("--numbers tf32", "expected numbers that cpu has (float32"),
        ("--device abacus", "expected a device that is there (cpu), got abacus"),
        ("--device cuda", "expected a device that is there (cpu), got cuda"),
        ("--device mps", "expected a device that is there (cpu), got mps"),
        ("--device cpu:1", "expected a device that is there (cpu), got cpu:1"),
        ("--device cpu:x", "expected a device that is there (cpu), got cpu:x"),
        ("--sizes 30000000", "expected room for a layer of 30000000 x 30000000 and 1024 samples"),
    ],
)
def test_bad_arguments_get_a_sentence(quick, monkeypatch, capsys, words, sentence):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(SystemExit) as stop:
        run("--sizes", "2", *words.split())
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_plot_wants_float32(quick, monkeypatch, capsys):
    monkeypatch.setattr(speed, "types_on", lambda device: ["float32", "bfloat16"])
    with pytest.raises(SystemExit):
        run("--numbers", "bfloat16", "--plot", "speed.svg")
    assert "expected float32 among the numbers, as the plot shows it" in capsys.readouterr().err


# Devices that this machine need not have


@pytest.fixture
def accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were two GPUs of NVIDIA and one of Apple."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1", "mps"])
def test_a_device_that_is_there_is_taken_by_its_name(accelerators, name):
    assert speed.choose_device(name) == torch.device(name)


def test_without_a_name_the_fastest_is_taken(accelerators, monkeypatch):
    assert speed.choose_device(None) == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert speed.choose_device(None) == torch.device("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert speed.choose_device(None) == torch.device("cpu")


def test_a_gpu_with_too_high_a_number_is_not_there(accelerators):
    with pytest.raises(ValueError) as refusal:
        speed.choose_device("cuda:2")
    assert str(refusal.value) == "expected a device that is there (cuda, mps, cpu), got cuda:2"


@pytest.mark.parametrize(
    ("capability", "types"),
    [((7, 5), ["float32"]), ((8, 0), ["float32", "tf32", "bfloat16"])],
)
def test_nvidia_s_gpus_have_shorter_numbers_from_ampere_on(monkeypatch, capability, types):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert speed.types_on(torch.device("cuda")) == types


@pytest.mark.parametrize("has", [True, False])
def test_a_processor_has_bfloat16_where_it_multiplies_it_itself(monkeypatch, has):
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: has)
    types = ["float32", "bfloat16"] if has else ["float32"]
    assert speed.types_on(torch.device("cpu")) == types


def test_a_gpu_is_told_by_its_name(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")
    assert speed._describe(torch.device("cuda:1"), threads=2)["device"] == "GPU 1"
    assert speed._describe(torch.device("mps"), threads=2)["device"] == "Apple GPU"


def test_a_processor_is_told_with_its_threads(monkeypatch):
    monkeypatch.setattr(speed, "_cpuinfo", lambda: CPUINFO)
    cpu = torch.device("cpu")
    assert speed._describe(cpu, threads=1)["device"] == "Some Processor, 1 thread"
    described = speed._describe(cpu, threads=2)
    assert described["device"] == "Some Processor, 2 threads"
    assert list(described) == ["device", "system", "python", "torch", "date"]


def test_linux_tells_of_its_processor_in_a_file_and_others_by_python(monkeypatch, tmp_path):
    monkeypatch.setattr(speed, "Path", lambda name: tmp_path / name.removeprefix("/"))
    monkeypatch.setattr(speed.platform, "machine", lambda: "arm64")
    for told in ("", "Apple M9"):
        monkeypatch.setattr(speed.platform, "processor", lambda told=told: told)
        assert speed._cpuinfo() == ""
        assert speed._processor() == (told or "arm64")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "cpuinfo").write_text(CPUINFO, encoding="utf-8")
    assert speed._cpuinfo() == CPUINFO
    assert speed._processor() == "Some Processor"


def test_all_is_computed_on_the_device_that_is_asked_for(quick, monkeypatch):
    # One that PyTorch always has: its tensors know their shapes alone, and refuse those elsewhere.
    device = torch.device("meta:1")
    for name in ("PRODUCT_SIZES", "COPIED", "SWEEP_SIZE"):
        monkeypatch.setattr(speed, name, {"meta": getattr(speed, name)["cpu"]})
    # It asks for the numbers. Taken out of the dictionary itself, it would come back as its last.
    asks = "three Python loops"
    rungs = {name: rung for name, rung in speed.RUNGS.items() if name != asks}
    monkeypatch.setattr(speed, "RUNGS", rungs)
    current, seen = [], set()

    @contextmanager
    def device_index(index: int | None) -> Iterator[None]:
        current.append(index)
        yield
        current.pop()

    def watching(clock, work):
        results = work()
        first = results[0] if isinstance(results, tuple) else results
        seen.add((first.device.type, *current))
        return 1.0, 0.0

    monkeypatch.setattr(torch.accelerator, "device_index", device_index)
    monkeypatch.setattr(speed._Clock, "time", watching)
    measured = speed.measure(device, [2], [1, 4], ["float32", "tf32", "bfloat16"])
    # The timer waits for the current accelerator, so that is this one.
    assert seen == {("meta", 1)}
    assert {t.rung for t in measured.ladder} == set(speed.RUNGS)
    assert measured.peak is None


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_a_processor_needs_no_accelerator(quick, monkeypatch, name):
    monkeypatch.delattr(torch._C, "_accelerator_exchangeDevice", raising=False)
    assert speed.measure(name, [2], [1], seconds=1e-9).products["float32"] > 0


def test_an_accelerator_without_room_is_told_so(quick, monkeypatch, capsys):
    def full(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB")

    monkeypatch.setattr(speed, "COPIED", {"cpu": 2**26})
    monkeypatch.setattr(speed, "measure", full)
    with pytest.raises(SystemExit):
        run("--sizes", "1024")
    sentence = "1024 x 1024 and 1024 samples, and for a copy of 512 MiB, and cpu has too little"
    assert f"expected room for a layer of {sentence}" in capsys.readouterr().err


def test_an_error_of_another_kind_is_not_hidden(quick, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("something else")

    monkeypatch.setattr(speed, "measure", broken)
    with pytest.raises(RuntimeError, match="something else"):
        run()


# What is shown


TABLE = """\
device Some Processor, 2 threads, torch 2.13, python 3.11, date d
largest copy 40 GB/s, smallest call 5 µs
float32: largest product 200 GFLOP/s
float32: 2 cores x 2.5 GHz x 64 operations = 320 GFLOP/s promised

float32, forward: percent of the largest product
size                   1000       10
batch                  1000        1  place
three Python loops     0.01      0.5      5
row by row               15      0.5      4
matrix product           45      0.5      1
F.linear                 50      0.5      1
torch.compile            35               3
dot products                     0.5

float32, forward and backward: percent of the largest product
size                   1000
batch                  1000  place
F.linear                 45      1

nnfp.Linear, 1000 x 1000, float32, forward
batch  GFLOP/s  percent of the limit
    1       19                    95
   64      100                    50
 1024      160                    80"""


def test_the_table_tells_fractions_of_the_largest_product():
    backward = timing("F.linear", 9e10, work=BACKWARD, seconds=6e9 / 9e10)
    compiled = timing("torch.compile", 7e10)
    small = timing("dot products", 1e9, size=10, batch=1, samples=1, seconds=2e-7)
    ladder = [*MEASURED.ladder, compiled, small, backward]
    lines = speed.table(Measurements(**vars(MEASURED) | {"ladder": ladder})).splitlines()
    assert [line.rstrip() for line in lines] == TABLE.splitlines()


def test_the_table_tells_the_training_where_there_is_some():
    trained = [
        Training("call by call", 128, 32, 6.656e-4, 0.0, 0.16120683),
        Training("recorded", 4096, 4096, 2.1977e-2, 0.0, 1.0075),
    ]
    shown = speed.table(Measurements(**(vars(MEASURED) | {"training": trained})))
    assert shown == speed.table(MEASURED) + (
        "\n\na training step of three layers, in microseconds\n"
        "size  batch  ordered\n"
        " 128     32  call by call       666  loss 0.161207\n"
        "4096   4096  recorded         21977  loss 1.0075"
    )


def test_the_table_does_without_a_peak():
    without = Measurements(**(vars(MEASURED) | {"peak": None}))
    assert "promised" not in speed.table(without)


@pytest.mark.parametrize(
    ("fraction", "written"),
    [(1.0, "100"), (0.347, "35"), (0.097, "10"), (0.0347, "3"), (2e-5, "0.002"), (3e-6, "<0.001")],
)
def test_percents_are_written_without_powers_of_ten(fraction, written):
    assert speed._percent(fraction) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *[(0.5, "0.5"), (999, "999"), (1e3, "1 k"), (30e6, "30 M"), (2.5e9, "2.5 G")],
        *[(999.5, "1 k"), (999.5e3, "1 M"), (999.5e6, "1 G"), (999.5e9, "1 T"), (1e15, "1e+03 T")],
    ],
)
def test_a_rate_is_written_as_people_do(value, written):
    assert _ladder.rate(value) == written


def test_a_scale_counts_in_tens_and_has_at_least_one():
    assert _ladder.decades(20, 3000) == [10, 100, 1000, 10000]
    assert _ladder.decades(10, 10) == [10, 100]


def test_a_short_scale_has_every_label():
    svg, _ = _ladder.draw_ladder({"a": 1e3, "b": 2e4}, 1e5, [])
    assert all(f">{label}<" in svg for label in ("1 k", "10 k", "100 k"))


PLOTS = pytest.mark.parametrize("draw", [speed.ladder, speed.roofline, speed.both])


@PLOTS
def test_each_plot_says_device_versions_and_date(draw):
    written = [text.text for text in ElementTree.fromstring(draw(MEASURED).svg).iter() if text.text]
    assert "Some Processor, 2 threads" in written
    assert "torch 2.13, Python 3.11, d" in written


@PLOTS
def test_a_plot_stays_within_its_frame(draw):
    root = ElementTree.fromstring(draw(MEASURED).svg)
    width, height = map(float, root.get("viewBox", "").split()[2:])
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 <= float(text.get("x", "")) <= width
        assert 0 <= float(text.get("y", "")) <= height


def dots(picture: speed.Picture) -> list[tuple[float, float]]:
    circles = ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}circle")
    return [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in circles]


def test_the_ladder_goes_down_the_rungs_and_right_with_their_speed():
    places = dots(speed.ladder(MEASURED))
    assert len(places) == len(RATES)
    assert places == sorted(places)
    assert [y for _, y in places] == sorted(y for _, y in places)
    # Ten times as fast is as far apart everywhere: 2e7 to 3e10 is 3.18 tens, to 1e11 3.70 tens.
    first, second, _, last = [x for x, _ in places]
    assert (second - first) / (last - first) == pytest.approx(3.176 / 3.699, abs=0.002)


def test_the_sweep_stays_under_the_roof():
    places = dots(speed.roofline(MEASURED))
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    assert all(t.rate <= MEASURED.limit(t) for t in MEASURED.sweep)


@pytest.mark.parametrize(("rate", "above"), [(1.3e11, False), (1.5e11, True)])
def test_the_name_of_a_point_stands_where_the_roof_does_not(rate, above):
    point = timing("nnfp.Linear", rate, batch=7)
    picture = speed.roofline(Measurements(**vars(MEASURED) | {"sweep": [point]}))
    [(_, dot)] = dots(picture)
    written = ElementTree.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")
    [name] = [text for text in written if text.text == "7"]
    assert (MEASURED.limit(point) < rate) == above
    assert (float(name.get("y", "")) < dot) == above


def test_both_are_the_ladder_and_below_it_the_roofline():
    upper, lower, both = speed.ladder(MEASURED), speed.roofline(MEASURED), speed.both(MEASURED)
    assert both.title == f"{upper.title}. {lower.title}"
    height = ElementTree.fromstring(upper.svg).get("height")
    [group] = ElementTree.fromstring(both.svg).iter("{http://www.w3.org/2000/svg}g")
    assert group.get("transform") == f"translate(0 {height})"
    assert f"{group.text}{group.tail}".strip() == ""
    assert dots(both) == dots(upper) + dots(lower)


@PLOTS
def test_a_plot_has_the_same_bytes_again_and_its_title_says_it_in_words(draw):
    picture = draw(MEASURED)
    assert picture == draw(MEASURED)
    assert picture.title.startswith("Operations a second, ")
    assert "largest product 200 G" in picture.title


def test_a_plot_needs_no_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert speed.both(MEASURED).svg
