"""The pages are proven alone, shuffled, elsewhere and on other threads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from pages import audit
from pages.audit import main, pages_with_blocks, trials

pytest_plugins = ["pytester"]


@pytest.fixture
def ran(monkeypatch):
    """Run no test, and list what would have been run; `ran.fail` holds pages that do not pass."""

    class Ran(list):
        fail = ()

        def run(self, command, cwd, check):
            self.append((command, cwd))
            failed = any(name in command for name in self.fail)
            return type("Done", (), {"returncode": 1 if failed else 0})

    ran = Ran()
    monkeypatch.setattr(audit.subprocess, "run", ran.run)
    return ran


def test_the_pages_are_those_with_blocks():
    assert {"README.md", "docs/index.md", "docs/learn/neuron.md"} <= set(pages_with_blocks())
    assert "docs/glossary.md" not in pages_with_blocks()


def test_alone_is_a_run_for_each_page():
    assert [trial.arguments for trial in trials()["alone"]] == [[n] for n in pages_with_blocks()]


def test_shuffled_has_every_page_in_an_order_that_changes():
    orders = [trials()["shuffled"][0].arguments for _ in range(5)]
    assert all(sorted(order) == sorted(pages_with_blocks()) for order in orders)
    assert any(order != orders[0] for order in orders)


def test_elsewhere_names_the_same_pages_from_a_folder_that_is_none_of_ours():
    [trial] = trials()["elsewhere"]
    assert not trial.folder.is_relative_to(ROOT)
    assert [os.path.relpath(name, ROOT) for name in trial.arguments] == pages_with_blocks()


def test_threads_has_every_page_on_more_than_one_thread():
    [trial] = trials()["threads"]
    option, *names = trial.arguments
    assert int(option.removeprefix("--page-threads=")) > 1
    assert names == pages_with_blocks()


def test_all_ways_are_run_and_each_is_told_as_a_command(ran, capsys):
    assert main([]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(ran) == len(pages_with_blocks()) + 3
    started = [folder for _, folder in ran]
    assert started == [trial.folder for runs in trials().values() for trial in runs]
    assert f"pages alone: cd {ROOT} && {sys.executable} -m pytest -q README.md" in told
    assert {line.split(":")[0] for line in told} == {
        "pages alone",
        "pages shuffled",
        "pages elsewhere",
        "pages threads",
    }


def test_one_is_one_run_of_any_way(ran, capsys):
    for _ in range(60):
        assert main(["--one"]) == 0
    assert len(ran) == 60
    told = capsys.readouterr().out
    assert all(f"pages {way}: " in told for way in trials())


def test_a_failure_is_told_again_at_the_end(ran, capsys):
    ran.fail = ["README.md"]
    assert main([]) == 1
    # alone, shuffled and on other threads; elsewhere it has its full name
    again = capsys.readouterr().out.split("failed; to repeat it: ")[1:]
    assert len(again) == 3
    assert again[0] == f"cd {ROOT} && {sys.executable} -m pytest -q README.md\n"


def test_the_pages_pass_in_one_of_the_ways_chosen_by_chance():
    done = subprocess.run(
        [sys.executable, "-m", "pages.audit", "--one"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def prove(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ["-p", "pages.plugin", "-p", "pytest_markdown_docs.plugin", "-p", "no:cacheprovider"]

    def prove(*arguments, **blocks):
        for name, block in blocks.items():
            Path(f"{name}.md").write_text(f"```python\n{block}\n```\n", encoding="utf-8")
        return pytester.runpytest_inprocess(*plugins, "--markdown-docs", *arguments)

    return prove


def test_a_page_that_needs_another_passes_in_one_order_alone(prove, monkeypatch):
    monkeypatch.setenv("LEFT", "")  # so that it is taken away in the end
    del os.environ["LEFT"]
    leaves = "import os; os.environ['LEFT'] = '1'"
    prove("a.md", "b.md", a=leaves, b="import os; os.environ['LEFT']").assert_outcomes(passed=2)
    del os.environ["LEFT"]
    prove("b.md", "a.md").assert_outcomes(passed=1, failed=1)
    del os.environ["LEFT"]
    prove("b.md").assert_outcomes(failed=1)


@pytest.mark.parametrize(("options", "threads"), [([], 1), (["--page-threads=3"], 3)])
def test_a_page_is_run_on_as_many_threads_as_it_is_told(prove, options, threads):
    block = f"import torch; assert torch.get_num_threads() == {threads}"
    prove(*options, a=block).assert_outcomes(passed=1)
