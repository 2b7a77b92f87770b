"""Measure how long the parts of this project take, each compared with an alternative.

Run it with `make bench` on a machine that is otherwise idle. It takes half an hour, most of it
for the pages and the tests, and writes `docs/data/bench.json` for the page *about/bench*.

The two sides of a comparison take turns on one thread, so that a slow moment of the machine affects
both. Their ratio is the median of the ratios of all rounds: at 1, both take equally long.
"""

import contextlib
import io
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any
from xml.etree import ElementTree

import torch
from torch import Tensor, nn
from tqdm import tqdm

import nnfp
from benchmarks.larger_site import Row, build
from nnfp.speed.machine import processor_name
from pages.page import Block, Page, read_page
from pages.project import ROOT
from pages.prove.compare import expects_error

RESULT = ROOT / "docs/data/bench.json"

SIZES = (1, 16, 64, 256, 1024)
BATCH = 4
ROUNDS = 200
SECONDS_PER_ROUND = 0.005
STEPS = 50
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "Nesterov": ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.0001}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
}
PAGE_ROUNDS = 3  # a page takes seconds, which vary less than milliseconds

Work = Callable[[], object]


def seconds(work: Work, repeats: int = 1) -> float:
    """Return the mean time of one call."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def side_by_side(ours: Work, theirs: Work, rounds: int) -> dict[str, float]:
    """Time both in turns; return the median of each, and the median of the ratios."""
    for work in (ours, theirs):
        work()  # the first call is slower than all others
    # Repeat short work until the resolution of the clock no longer matters.
    repeats = max(1, int(SECONDS_PER_ROUND / seconds(theirs, 10 if rounds == ROUNDS else 1)))
    pairs = []
    for i in range(rounds):
        # Swap the order each round, so that being first is no advantage.
        order = (ours, theirs) if i % 2 == 0 else (theirs, ours)
        took = {work: seconds(work, repeats) for work in order}
        pairs.append((took[ours], took[theirs]))
    a, b = zip(*pairs, strict=True)
    ratio = statistics.median(x / y for x, y in pairs)
    return {"ours": statistics.median(a), "theirs": statistics.median(b), "ratio": ratio}


def linear() -> list[Row]:
    """Compare nnfp.Linear with nn.Linear."""
    rows: list[Row] = []
    for size in SIZES:
        ours, theirs = nnfp.Linear(size, size), nn.Linear(size, size)
        # Share the parameters, so that their place in memory favors neither layer.
        theirs.weight, theirs.bias = ours.weight, ours.bias
        x = torch.randn(BATCH, size)
        for name, work in (("forward", forward), ("forward and backward", forward_and_backward)):
            both = side_by_side(work(ours, x), work(theirs, x), ROUNDS)
            rows.append({"size": size, "work": name, **both})
    return rows


def forward(layer: nn.Module, x: Tensor) -> Work:
    return lambda: layer(x)


def forward_and_backward(layer: nn.Module, x: Tensor) -> Work:
    return lambda: layer(x).sum().backward()


def fit() -> list[Row]:
    """Compare nnfp.fit with a training loop written by hand."""
    x = torch.randn(32, 8)
    batch = (x, x.sum(1, keepdim=True))
    rows: list[Row] = []
    for sizes in ([8, 1], [8, 64, 64, 1]):
        net = nnfp.MLP(sizes)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
        both = side_by_side(by_fit(net, optimizer, batch), by_hand(net, optimizer, batch), 100)
        rows.append({"net": "-".join(map(str, sizes)), "steps": STEPS, **both})
    return rows


def by_fit(
    net: nn.Module, optimizer: torch.optim.Optimizer, batch: tuple[Tensor, Tensor]
) -> Callable[[], list[float]]:
    def work() -> list[float]:
        # fit shows a progress bar in a terminal only.
        with contextlib.redirect_stderr(io.StringIO()):
            return nnfp.fit(net, optimizer, [batch], nn.functional.mse_loss, epochs=STEPS)

    return work


def by_hand(
    net: nn.Module, optimizer: torch.optim.Optimizer, batch: tuple[Tensor, Tensor]
) -> Callable[[], list[float]]:
    def work() -> list[float]:
        losses = []
        for _ in range(STEPS):
            for x, target in [batch]:
                loss = nn.functional.mse_loss(net(x), target)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                losses.append(loss.item())
        return losses

    return work


def optimizers() -> list[Row]:
    """Compare the steps of our optimizers with those of PyTorch's."""
    rows: list[Row] = []
    for label, (name, settings) in OPTIMIZERS.items():
        ours, theirs = with_same_parameters(name, settings)
        both = side_by_side(ours.step, theirs.step, 100)
        rows.append({"optimizer": label, **both})
    return rows


def with_same_parameters(
    name: str, settings: dict[str, Any]
) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Make our optimizer and PyTorch's; both train the same 50 matrices of 256 rows and columns."""
    params = [nn.Parameter(torch.randn(256, 256)) for _ in range(50)]
    for p in params:
        p.grad = torch.randn_like(p)
    ours, theirs = getattr(nnfp, name), getattr(torch.optim, name)
    return ours(params, foreach=True, **settings), theirs(params, foreach=True, **settings)


def pages() -> list[Row]:
    """Compare each page, run as the tests run it, with a plain script of its blocks."""
    rows: list[Row] = []
    for path in sorted((ROOT / "docs/learn").glob("*.md")):
        page = read_page(path)
        both = side_by_side(as_page(page), as_script(page), PAGE_ROUNDS)
        rows.append({"page": path.stem, "blocks": len(page.blocks), **both})
    return rows


RUN_PAGE = """
import sys
from pathlib import Path
from pages.page import read_page
from pages.prove.session import Session
page = read_page(Path(sys.argv[1]))
session = Session(page)
session.run(page.blocks[-1])
session.close()
"""


def as_page(page: Page) -> Work:
    """Return a function that runs a page in a new process as the tests do, without comparing."""
    return partial(run_python, "-c", RUN_PAGE, page.path)


def as_script(page: Page) -> Work:
    """Return a function that runs the blocks of a page as one script, in a new process."""

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for block in page.blocks:
                for image in block.figures:
                    Path(folder, image.path).parent.mkdir(parents=True, exist_ok=True)
            script = Path(folder, "script.py")
            script.write_text("".join(map(_in_script, page.blocks)), encoding="utf-8")
            run_python(script, cwd=folder)

    return work


def _in_script(block: Block) -> str:
    """Return the code of a block so that a script continues after the error that it shows."""
    code = block.code.content
    if block.file:
        return f"with open({block.file!r}, 'w') as file:\n    _ = file.write({code!r})\n"
    if block.is_command:
        return f"import subprocess\nsubprocess.run(['bash', '-c', {code!r}])\n"
    if not expects_error(block):
        return code
    return f"try:\n{indent(code, '    ')}except Exception:\n    pass\n"


def run_python(*arguments: str | Path, cwd: str | Path = ROOT) -> None:
    """Run Python on one thread, as pages do, and discard its output; raise if it fails."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PATH": programs}
    command = [sys.executable, *map(str, arguments)]
    subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True)


def suite() -> list[Row]:
    """Time the test suite by part, run as `make test` does."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["--numprocesses=2", "--dist=loadgroup", "-q", f"--junitxml={report}"]
        command = [sys.executable, "-m", "pytest", *options]
        # Exit code 1 means that tests failed, which does not matter here. Higher codes mean that
        # pytest did not run them.
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        if done.returncode > 1:
            raise RuntimeError(f"expected pytest to run, got its code {done.returncode}")
        return by_part(report.read_text(encoding="utf-8"))


def by_part(report: str) -> list[Row]:
    """Add up the times in pytest's report for each test file, for the pages and for the package.

    The first test that uses something shared, such as the built site, includes the time to make it.
    """
    took: dict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    for case in ElementTree.fromstring(report).iter("testcase"):
        part = part_of(case.get("classname", ""))
        took[part] += float(case.get("time", 0))
        tests[part] += 1
    return [{"part": part, "tests": tests[part], "seconds": took[part]} for part in sorted(took)]


def part_of(name: str) -> str:
    """Return the test file of a name such as `tests.nnfp.test_batch.TestSome`, or its folder."""
    found = re.match(r"tests\.(?:\w+\.)*?test_\w+", name)
    return found[0] if found else name.split(".")[0]


PARTS: dict[str, Callable[[], list[Row]]] = {
    "linear": linear,
    "fit": fit,
    "optimizers": optimizers,
    "pages": pages,
    "build": build,
    "suite": suite,
}


def main() -> None:
    """Run every part and write the results."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    result: dict[str, object] = {
        "machine": {
            "processor": processor_name(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "torch": torch.__version__,
            "date": date.today().isoformat(),
        }
    }
    bar = tqdm(PARTS.items(), disable=None)
    for name, part in bar:
        bar.set_description(name)
        result[name] = part()
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
