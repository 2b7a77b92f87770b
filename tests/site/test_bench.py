"""The benchmarks: what is compared does the same, and what is added up is all there."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from benchmarks import bench
from pages.page import read_page
from tests.conftest import ROOT

PAGE = """
```python
notes.append("first")
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
from pathlib import Path
notes.append(Path.cwd())
```
"""

REPORT = """
<testsuites><testsuite>
<testcase classname="tests.test_batch" name="a" time="0.25"/>
<testcase classname="tests.test_batch.TestSome" name="b" time="0.5"/>
<testcase classname="tests.test_site" name="c" time="2.0"/>
<testcase classname="docs.learn.batch" name="d" time="1.0"/>
<testcase classname="nnfp.batch" name="e" time="0.125"/>
</testsuite></testsuites>
"""


def test_two_take_turns_and_who_is_first_changes(monkeypatch):
    calls = []
    clock = iter(range(10_000))
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    bench.side_by_side(lambda: calls.append("ours"), lambda: calls.append("theirs"), rounds=4)
    # Once each to warm up, once more to find how many calls make a round: here it is one.
    assert calls[:3] == ["ours", "theirs", "theirs"]
    assert calls[3:] == ["ours", "theirs", "theirs", "ours"] * 2


def test_the_ratio_is_the_median_of_the_rounds(monkeypatch):
    took = iter([1.0, 2.0, 1.0, 4.0, 30.0, 3.0, 6.0])  # to find the calls, then three rounds
    monkeypatch.setattr(bench, "seconds", lambda work, repeats: next(took))
    found = bench.side_by_side(lambda: None, lambda: 0, rounds=3)
    # Ours first, theirs first, ours first: 2/1, 30/4 and 3/6.
    assert found == {"ours": 3.0, "theirs": 4.0, "ratio": 2.0}


def test_a_time_is_that_of_one_call(monkeypatch):
    clock = iter([10.0, 16.0])
    calls = []
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    assert bench.seconds(lambda: calls.append(1), repeats=3) == 2.0
    assert len(calls) == 3


def test_fit_and_the_loop_by_hand_do_the_same(capsys):
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


@pytest.mark.parametrize("run_as", [bench.as_page, bench.as_script])
def test_a_page_and_a_plain_script_run_every_block_in_a_folder_of_their_own(
    tmp_path, monkeypatch, run_as
):
    notes: list[object] = []
    monkeypatch.setattr("builtins.notes", notes, raising=False)
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    run_as(read_page(path))()
    assert notes[0] == "first"
    assert notes[1] not in (Path.cwd(), tmp_path)
    assert not notes[1].exists()


def test_a_script_that_breaks_is_not_taken_for_a_fast_one(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("```python\n1 / 0\n```\n")
    with pytest.raises(ZeroDivisionError):
        bench.as_script(read_page(path))()


def test_a_larger_site_has_every_page_again_and_all_in_the_menu():
    with bench.site_of(3) as folder:
        files = {path.relative_to(folder / "docs").as_posix() for path in folder.rglob("*.md")}
        # Tags such as !ENV are mkdocs' own; nothing of them matters here.
        settings = (folder / "mkdocs.yml").read_text().replace("!ENV", "").replace("!relative", "")
    own = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert files == own | {f"copy{i}/{path}" for i in (1, 2) for path in own}
    assert set(leaves(yaml.safe_load(settings)["nav"])) == files
    assert not folder.exists()


def leaves(nav: object) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [leaf for part in parts for leaf in leaves(part)]


def test_a_larger_site_is_built_and_its_pages_counted(monkeypatch, tmp_path):
    def mkdocs(command, cwd, check):
        assert command[1:] == ["-m", "mkdocs", "build", "--quiet"]
        for source in (cwd / "docs").rglob("*.md"):
            page = cwd / "site" / source.relative_to(cwd / "docs").with_suffix("") / "index.html"
            page.parent.mkdir(parents=True)
            page.touch()

    monkeypatch.setattr(bench.subprocess, "run", mkdocs)
    monkeypatch.setattr(bench, "COPIES", (1, 2))
    once, twice = bench.build()
    assert twice["pages"] == 2 * once["pages"]
    assert once["a_page"] == once["seconds"] / once["pages"]


def test_the_suite_is_added_up_by_file_and_by_kind():
    assert bench.by_part(REPORT) == [
        {"part": "docs", "tests": 1, "seconds": 1.0},
        {"part": "nnfp", "tests": 1, "seconds": 0.125},
        {"part": "tests.test_batch", "tests": 2, "seconds": 0.75},
        {"part": "tests.test_site", "tests": 1, "seconds": 2.0},
    ]


def test_everything_measured_is_written_with_machine_versions_and_date(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "RESULT", tmp_path / "bench.json")
    monkeypatch.setattr(bench, "PARTS", {"linear": lambda: [{"size": 1}], "fit": lambda: []})
    bench.main()
    result = json.loads((tmp_path / "bench.json").read_text())
    assert result.pop("machine").keys() == {"processor", "cores", "python", "torch", "date"}
    assert result == {"linear": [{"size": 1}], "fit": []}


def test_the_committed_measurements_have_every_part():
    result = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert [name for name in bench.PARTS if not result[name]] == []
    assert [row["size"] for row in result["linear"][::2]] == [*bench.SIZES]
    assert [row["copies"] for row in result["build"]] == [*bench.COPIES]


def test_make_bench_runs_all_of_it():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\nbench: ")[1].split("\n\n")[0]
    assert recipe.splitlines()[-1] == "\t$(bin)/python benchmarks/bench.py"
