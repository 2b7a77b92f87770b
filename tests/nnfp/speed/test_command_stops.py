"""Test that a stopped command saves what it has measured and ends with a sentence."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nnfp.speed import RUNGS, Measurements, command, read, table
from nnfp.speed.rungs import Layer
from nnfp.speed.settings import Settings
from tests.nnfp.speed.commands import Capture, run, stops
from tests.nnfp.speed.examples import MEASURED


class Broken:
    """A stream that cannot be written."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error


def test_a_full_disk_behind_stdout_is_reported_in_a_sentence(
    measures: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(OSError(28, "No space left on device")))
    assert stops() == 1
    assert capsys.readouterr().err == (
        "expected to print the table, got: [Errno 28] No space left on device\n"
    )
    print("Python can still exit, and print.")


def test_a_closed_pipe_is_not_an_error(
    measures: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(BrokenPipeError(32, "Broken pipe")))
    run()
    assert capsys.readouterr().err == ""


def interrupt_at(rung: str, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send Ctrl-C while a rung is made for the `call`-th time."""
    make, calls = RUNGS[rung], iter(range(1, 1000))

    def watched(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return make(weight, bias)

    monkeypatch.setitem(RUNGS, rung, watched)


def test_on_ctrl_c_finished_measurements_are_saved(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    interrupt_at("F.linear", 1, monkeypatch)
    assert stops("--json", tmp_path / "s.json") == 130
    shown, problem = capsys.readouterr()
    measured = read(tmp_path / "s.json")
    assert problem == "interrupted: the rest was not measured\n"
    assert shown == table(measured) + "\n"
    assert [t.rung for t in measured.ladder] == [*RUNGS][:4]
    assert measured.call
    assert measured.sweep == []


def test_on_ctrl_c_in_a_later_run_the_first_run_is_saved_whole(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    interrupt_at("F.linear", 3, monkeypatch)
    assert stops("--json", tmp_path / "s.json", "--runs", "2") == 130
    measured = read(tmp_path / "s.json")
    assert [t.rung for t in measured.rungs()] == list(RUNGS)
    assert measured.machine["runs"] == "fastest of 2"


def test_on_ctrl_c_an_incomplete_plot_is_left_out(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    interrupt_at("F.linear", 1, monkeypatch)
    assert stops("--plot", tmp_path / "s.svg") == 130
    assert not (tmp_path / "s.svg").exists()
    assert "s.svg is not drawn: expected measurements of the sweep" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["fastest_product", "describe"])
def test_on_ctrl_c_before_the_first_measurement_nothing_is_saved(
    quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture, name: str
) -> None:
    def interrupt(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(f"nnfp.speed.measuring.{name}", interrupt)
    assert stops("--json", tmp_path / "s.json") == 130
    assert capsys.readouterr() == ("", "interrupted: nothing was measured\n")
    assert not (tmp_path / "s.json").exists()


@pytest.mark.parametrize("name", ["make_settings", "check_files", "finish"])
def test_on_ctrl_c_before_or_after_measuring_a_sentence_is_shown(
    measures: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str
) -> None:
    def interrupt(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, name, interrupt)
    assert stops() == 130
    assert capsys.readouterr().err == "interrupted: not everything was saved\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_when_memory_runs_out_finished_measurements_are_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture, error: Exception
) -> None:
    def measure(settings: Settings) -> Iterator[Measurements]:
        yield MEASURED
        raise error

    monkeypatch.setattr(command, "measure_stepwise", measure)
    assert stops("--json", tmp_path / "s.json") == 1
    assert read(tmp_path / "s.json") == MEASURED
    shown, problem = capsys.readouterr()
    assert shown == table(MEASURED) + "\n"
    assert problem.startswith("expected more free memory on cpu: the rest was not measured; choose")


def test_an_error_of_another_kind_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(settings: Settings) -> Iterator[Measurements]:
        raise RuntimeError("something else")

    monkeypatch.setattr(command, "measure_stepwise", measure)
    with pytest.raises(RuntimeError, match="something else"):
        run()
