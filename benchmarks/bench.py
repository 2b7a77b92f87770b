"""How long this project's own things take, each beside something to compare it with.

Run it with `make bench`. It takes some minutes, wants a machine with little else to do, and writes
`docs/data/bench.json`, which the page *about/bench* shows.

What is compared takes turns in one process on one thread, so that what slows the machine slows
both. A ratio is the median of the rounds' ratios: 1 means that both take equally long.
"""

import contextlib
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import torch
import yaml
from torch import Tensor, nn
from tqdm import tqdm

import nnfp
from nnfp.speed import _processor
from pages.page import Page, read_page
from pages.prove.compare import expects_error
from pages.prove.session import Session

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "docs/data/bench.json"

SIZES = (1, 16, 64, 256, 1024)
BATCH = 4
ROUNDS = 200
SECONDS_A_ROUND = 0.005
STEPS = 50
PAGE_ROUNDS = 11
COPIES = (1, 10, 100)

Work = Callable[[], object]
Row = dict[str, str | int | float]


# Two things in turns


def seconds(work: Work, repeats: int = 1) -> float:
    """Time one call, as the mean of so many."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def side_by_side(ours: Work, theirs: Work, rounds: int) -> dict[str, float]:
    """Time both in turns; return the median of each, and of the rounds' ratios."""
    for work in (ours, theirs):
        work()  # the first call is slower than all that follow
    # So many calls that a round is long beside the clock's own steps.
    repeats = max(1, int(SECONDS_A_ROUND / seconds(theirs, 10 if rounds == ROUNDS else 1)))
    pairs = []
    for i in range(rounds):
        # Who goes first changes each round: being first must be no advantage.
        order = (ours, theirs) if i % 2 == 0 else (theirs, ours)
        took = {work: seconds(work, repeats) for work in order}
        pairs.append((took[ours], took[theirs]))
    a, b = zip(*pairs, strict=True)
    ratio = statistics.median(x / y for x, y in pairs)
    return {"ours": statistics.median(a), "theirs": statistics.median(b), "ratio": ratio}


# nnfp.Linear beside nn.Linear


def linear() -> list[Row]:
    rows: list[Row] = []
    for size in SIZES:
        ours, theirs = nnfp.Linear(size, size), nn.Linear(size, size)
        # The very same parameters: where they lie in memory must favour neither.
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


# fit beside a loop written by hand


def fit() -> list[Row]:
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
        # Away from the terminal, fit shows no progress bar.
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
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses

    return work


# The blocks of a page, as a page and as a plain script


def pages() -> list[Row]:
    rows: list[Row] = []
    for path in sorted((ROOT / "docs/learn").glob("*.md")):
        page = read_page(path)
        both = side_by_side(as_page(page), as_script(page), PAGE_ROUNDS)
        rows.append({"page": path.stem, "blocks": len(page.blocks), **both})
    return rows


def as_page(page: Page) -> Work:
    def work() -> None:
        session = Session(page)
        session.run(page.blocks[-1])
        session.close()

    return work


def as_script(page: Page) -> Work:
    def work() -> None:
        names = {"__name__": "__main__"}
        silent = io.StringIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(folder),
            contextlib.redirect_stdout(silent),
            contextlib.redirect_stderr(silent),
        ):
            for block in page.blocks:
                errors = Exception if expects_error(block) else ()
                with contextlib.suppress(errors):
                    exec(compile(block.code.content, str(page.path), "exec"), names)

    return work


# The site, and the same with 10 and 100 times its pages


def build() -> list[Row]:
    rows: list[Row] = []
    for copies in COPIES:
        with site_of(copies) as folder:
            command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, check=True)
            took = time.perf_counter() - start
            count = len(list((folder / "site").rglob("index.html")))
        rows.append({"copies": copies, "pages": count, "seconds": took, "a_page": took / count})
    return rows


@contextlib.contextmanager
def site_of(copies: int) -> Iterator[Path]:
    """Make a folder to build a site in, with so many times the pages, all of them in the menu."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in ("nnfp", "pages"):
            (folder / source).symlink_to(ROOT / source)
        shutil.copytree(ROOT / "docs", folder / "docs")
        settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        before, _, rest = settings.partition("nav:\n")
        nav, _, after = rest.partition("\n\n")
        sections = yaml.safe_load(nav)
        menu = list(sections)
        for i in range(1, copies):
            # A copy has all that its links lead to; what makes the site look so is needed once.
            shutil.copytree(
                ROOT / "docs",
                folder / f"docs/copy{i}",
                ignore=shutil.ignore_patterns("_theme", "assets"),
            )
            menu.append({f"Copy {i}": moved(sections, f"copy{i}/")})
        nav = yaml.safe_dump({"nav": menu}, sort_keys=False)
        (folder / "mkdocs.yml").write_text(f"{before}{nav}\n{after}", encoding="utf-8")
        yield folder


def moved(nav: object, to: str) -> object:
    """Let a part of the menu lead to another folder."""
    if isinstance(nav, str):
        return to + nav
    if isinstance(nav, dict):
        return {name: moved(part, to) for name, part in nav.items()}
    assert isinstance(nav, list)
    return [moved(part, to) for part in nav]


# The test suite, by part


def suite() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
        # A test that fails takes its time as well; pytest's other codes mean that it did not run.
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        if done.returncode > 1:
            raise RuntimeError(f"expected pytest to run, got its code {done.returncode}")
        return by_part(report.read_text(encoding="utf-8"))


def by_part(report: str) -> list[Row]:
    """Add up the times of pytest's report: for each file of tests, for pages and for the package.

    The first test that asks for something shared, such as the built site, pays for it.
    """
    took: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = case.get("classname", "").split(".")
        part = ".".join(name[:2]) if name[0] == "tests" else name[0]
        took[part] += float(case.get("time", 0))  # type: ignore[assignment]
        tests[part] += 1
    return [{"part": part, "tests": tests[part], "seconds": took[part]} for part in sorted(took)]


PARTS: dict[str, Callable[[], list[Row]]] = {
    "linear": linear,
    "fit": fit,
    "pages": pages,
    "build": build,
    "suite": suite,
}


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    result: dict[str, object] = {
        "machine": {
            "processor": _processor(),
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
