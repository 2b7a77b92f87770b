"""Test how a process that `torchrun` starts with `python -m nnfp.scale` ends."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "status", "output", "problem"),
    [("--help", 0, "usage: torchrun", ""), ("--epochs 0", 2, "", "usage: torchrun")],
)
def test_the_module_ends_as_the_command_does(
    monkeypatch: pytest.MonkeyPatch, words: str, status: int, output: str, problem: str
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    module = [sys.executable, "-m", "nnfp.scale"]
    done = subprocess.run([*module, *words.split()], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout.startswith(output)
    assert done.stderr.startswith(problem)
    assert bool(done.stdout) == bool(output)
