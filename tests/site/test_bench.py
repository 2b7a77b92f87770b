"""Test that the benchmarks compare code that does the same, and count all tests."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from benchmarks import bench, larger_site
from pages.page import Page, read_page
from pages.project import ROOT

PAGE = """
```python
from pathlib import Path
notes = open(NOTES, "a")
print("first", file=notes)
```

```python
1 / 0
```

```text
Traceback (most recent call last):
  ...
ZeroDivisionError: division by zero
```

```python
print(Path.cwd(), file=notes)
notes.close()
```
"""

REPORT = """
<testsuites><testsuite>
<testcase classname="tests.nnfp.test_batch" name="a" time="0.25"/>
<testcase classname="tests.nnfp.test_batch.TestSome" name="b" time="0.5"/>
<testcase classname="tests.nnfp.speed.test_merge" name="c" time="2.0"/>
<testcase classname="docs.learn.batch" name="d" time="1.0"/>
<testcase classname="nnfp.batch" name="e" time="0.125"/>
</testsuite></testsuites>
"""


def test_the_order_alternates_between_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    clock = iter(range(10_000))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    bench.side_by_side(lambda: calls.append("ours"), lambda: calls.append("theirs"), rounds=4)
    # Each is called once to warm up. One more call finds the number of calls in a round, here 1.
    assert calls[:3] == ["ours", "theirs", "theirs"]
    assert calls[3:] == ["ours", "theirs", "theirs", "ours"] * 2


def test_the_ratio_is_the_median_of_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([1.0, 2.0, 1.0, 4.0, 30.0, 3.0, 6.0])  # to find the calls, then three rounds
    monkeypatch.setattr(bench, "seconds", lambda work, repeats: next(took))
    found = bench.side_by_side(lambda: None, lambda: 0, rounds=3)
    # Ours first, theirs first, ours first: 2/1, 30/4 and 3/6.
    assert found == {"ours": 3.0, "theirs": 4.0, "ratio": 2.0}


def test_a_time_is_the_mean_of_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 16.0])
    calls: list[int] = []
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    assert bench.seconds(lambda: calls.append(1), repeats=3) == 2.0
    assert len(calls) == 3


def test_fit_reaches_the_losses_of_the_loop_by_hand() -> None:
    torch.manual_seed(0)
    batch = (torch.randn(4, 2), torch.randn(4, 1))
    start = torch.nn.Linear(2, 1)
    losses = []
    for by in (bench.by_fit, bench.by_hand):
        net = torch.nn.Linear(2, 1)
        net.load_state_dict(start.state_dict())
        losses.append(by(net, torch.optim.SGD(net.parameters(), lr=0.01), batch)())
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == bench.STEPS


@pytest.mark.parametrize(("name", "settings"), bench.OPTIMIZERS.values())
def test_both_optimizers_take_the_same_step(name: str, settings: dict[str, Any]) -> None:
    ours, theirs = bench.with_same_parameters(name, settings)
    params = ours.param_groups[0]["params"]
    assert [p.shape for p in params] == 50 * [(256, 256)]
    assert all(p is q for p, q in zip(params, theirs.param_groups[0]["params"], strict=True))
    assert ours.defaults == {key: theirs.defaults[key] for key in ours.defaults}
    before = params[0].detach().clone()
    ours.step()
    after_ours = params[0].detach().clone()
    with torch.no_grad():
        params[0].copy_(before)
    theirs.step()
    assert torch.equal(params[0], after_ours)
    assert not torch.equal(params[0], before)


def test_each_optimizer_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"ours": 1.0, "theirs": 2.0, "ratio": 0.5}
    monkeypatch.setattr(bench, "side_by_side", lambda ours, theirs, rounds: found)
    assert bench.optimizers() == [{"optimizer": label, **found} for label in bench.OPTIMIZERS]


@pytest.mark.parametrize("run_as", [bench.as_page, bench.as_script])
def test_every_block_runs_in_a_temporary_folder(
    tmp_path: Path, run_as: Callable[[Page], bench.Work]
) -> None:
    path, notes = tmp_path / "page.md", tmp_path / "notes.txt"
    path.write_text(PAGE.replace("NOTES", repr(str(notes))))
    run_as(read_page(path))()
    first, folder = notes.read_text().splitlines()
    assert first == "first"
    assert Path(folder) not in (Path.cwd(), tmp_path)
    assert not Path(folder).exists()


def test_a_script_that_fails_is_not_timed(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("```python\n1 / 0\n```\n")
    with pytest.raises(subprocess.CalledProcessError):
        bench.as_script(read_page(path))()


def test_a_larger_site_lists_the_copies_of_pages_in_its_menu() -> None:
    with larger_site.larger_site(3) as folder:
        files = {path.relative_to(folder / "docs").as_posix() for path in folder.rglob("*.md")}
        # YAML does not know the tags of MkDocs, and they do not matter here.
        settings = (folder / "mkdocs.yml").read_text().replace("!ENV", "").replace("!relative", "")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert files == pages | {f"copy{i}/{path}" for i in (1, 2) for path in pages}
    assert set(leaves(yaml.safe_load(settings)["nav"])) == files
    assert not folder.exists()


def leaves(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [leaf for part in parts for leaf in leaves(part)]


def test_the_pages_of_a_larger_site_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def mkdocs(command: list[str], cwd: Path, check: bool) -> None:
        assert command[1:] == ["-m", "mkdocs", "build", "--quiet"]
        for source in (cwd / "docs").rglob("*.md"):
            page = cwd / "site" / source.relative_to(cwd / "docs").with_suffix("") / "index.html"
            page.parent.mkdir(parents=True)
            page.touch()

    monkeypatch.setattr(subprocess, "run", mkdocs)
    monkeypatch.setattr(larger_site, "COPIES", (1, 2))
    once, twice = larger_site.build()
    assert twice["pages"] == 2 * int(once["pages"])
    assert once["a_page"] == float(once["seconds"]) / int(once["pages"])


def test_the_suite_is_added_up_by_test_file() -> None:
    assert bench.by_part(REPORT) == [
        {"part": "docs", "tests": 1, "seconds": 1.0},
        {"part": "nnfp", "tests": 1, "seconds": 0.125},
        {"part": "tests.nnfp.speed.test_merge", "tests": 1, "seconds": 2.0},
        {"part": "tests.nnfp.test_batch", "tests": 2, "seconds": 0.75},
    ]


def test_results_are_written_with_the_machine_they_come_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "RESULT", tmp_path / "bench.json")
    monkeypatch.setattr(bench, "PARTS", {"linear": lambda: [{"size": 1}], "fit": lambda: []})
    bench.main()
    result = json.loads((tmp_path / "bench.json").read_text())
    assert result.pop("machine").keys() == {"processor", "cores", "python", "torch", "date"}
    assert result == {"linear": [{"size": 1}], "fit": []}


def test_the_committed_results_have_every_part() -> None:
    result = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert [name for name in bench.PARTS if not result[name]] == []
    assert [row["size"] for row in result["linear"][::2]] == [*bench.SIZES]
    assert [row["optimizer"] for row in result["optimizers"]] == [*bench.OPTIMIZERS]
    assert [row["copies"] for row in result["build"]] == [*larger_site.COPIES]


def test_make_bench_runs_every_benchmark() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\nbench: ")[1].split("\n\n")[0]
    assert recipe.splitlines()[-1] == "\t$(bin)/python benchmarks/bench.py"
