"""Test that a run whose processes were killed continues, and ends as if it had not been."""

import os
import subprocess
import sys
import termios
from pathlib import Path

import pytest
import torch

from nnfp.scale.train import Options, run
from pages.project import ROOT
from tests.nnfp.scale.ranks import run_ranks
from tests.nnfp.scale.weights import numbers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads what a terminal shows")


def undisturbed(folder: Path) -> str:
    torch.set_num_threads(1)
    scores = run(Options("digits", "ddp", 2, 32, 0, folder, 20), torch.device("cpu"))
    return f"validation: loss {scores.loss:.3f}, accuracy {scores.accuracy:.1%}, 185 answers\n"


def torchrun(module: str, folder: Path, *options: str) -> tuple[int, str, str]:
    """Train in a terminal.

    Returns:
        The exit status, the output, and what is shown on the terminal beyond that.
    """
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = f"-m {module} --epochs 2 --save-every 20 --checkpoint {folder}".split()
    terminal, other_end = os.openpty()
    termios.tcsetwinsize(other_end, (24, 80))
    with subprocess.Popen(
        [sys.executable, *start, *options, *words],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=other_end,
        text=True,
    ) as process:
        os.close(other_end)
        shown = b""
        try:
            while some := os.read(terminal, 1 << 16):
                shown += some
        except OSError:  # Linux says so when all processes have closed the terminal
            pass
        finally:
            os.close(terminal)
        output, _ = process.communicate()
    return process.returncode, output, shown.decode()


def running(word: str) -> list[str]:
    """Return the command lines of processes that contain this word."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_text()
        except OSError:  # it has ended in the meantime
            continue
        lines += [line.replace("\0", " ")] if word in line else []
    return lines


def test_a_run_that_was_killed_three_times_ends_at_the_same_numbers(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    status, output, shown = torchrun("tests.nnfp.scale.dying", killed, "--max-restarts", "1")
    assert status == 1, shown
    start = "digits, ddp, 2 processes, cpu"
    # torchrun has restarted it after the kill during step 40, which left no checkpoint.
    assert output.splitlines() == [start, start, "continuing after step 20 of 78"]
    assert [path.name for path in killed.iterdir()] == ["step-40"]
    assert running(str(killed)) == []

    status, output, shown = torchrun("nnfp.scale", killed)
    assert status == 0, shown
    result = run_ranks(undisturbed, 2, whole)[0]
    assert output == f"{start}\ncontinuing after step 40 of 78\n{result}"
    torch.testing.assert_close(numbers(killed), numbers(whole), rtol=0, atol=0)
    assert shown.count(" 40/78 [00:00<?") == 1  # one progress bar, of one process
    assert running(str(killed)) == []
