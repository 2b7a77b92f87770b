"""Test that the command saves and shows what it measures, and rejects bad options."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nnfp.speed import RUNGS, Measurements, command, plot, read, table
from nnfp.speed.command import make_parser, make_settings
from nnfp.speed.settings import Settings
from tests.nnfp.speed.commands import Capture, run, stops
from tests.nnfp.speed.examples import MEASURED, timing


def test_the_command_saves_the_measurements_it_shows(
    quick: None, tmp_path: Path, capsys: Capture
) -> None:
    run("--json", tmp_path / "new/folder/s.json", "--plot", tmp_path / "new/folder/s.svg")
    measured = read(tmp_path / "new/folder/s.json")
    assert capsys.readouterr() == (table(measured) + "\n", "")
    assert (tmp_path / "new/folder/s.svg").read_text(encoding="utf-8") == plot(measured).svg
    assert [t.rung for t in measured.rungs()] == list(RUNGS)


def test_by_default_the_command_measures_all_precisions_of_the_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = ["float32", "bfloat16"]
    monkeypatch.setattr(command, "precisions_on", lambda device: there)
    settings = make_settings(make_parser().parse_args(["--device", "cpu"]))
    assert settings == Settings(
        torch.device("cpu"), (16, 128, 1024), (1, 32, 1024), tuple(there), settings.threads, 0.1
    )
    assert settings.threads == min(torch.get_num_threads(), os.cpu_count() or 1)


def test_a_precision_named_twice_is_measured_once() -> None:
    words = "--device cpu --precisions float32 float32"
    assert make_settings(make_parser().parse_args(words.split())).precisions == ("float32",)


def test_several_runs_are_merged(
    quick: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    rates = iter([1e9, 4e9, 2e9])

    def measure(settings: Settings) -> Iterator[Measurements]:
        yield replace(MEASURED, sweep=[timing("nnfp.Linear", next(rates))])

    monkeypatch.setattr(command, "measure_stepwise", measure)
    run("--runs", "3")
    shown = capsys.readouterr().out
    assert "runs fastest of 3" in shown
    assert shown.splitlines()[-1].split() == ["1000", "4", "2"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--sizes 0", "expected a whole number of 1 or more, got 0"),
        ("--sizes -1", "expected a whole number of 1 or more, got -1"),
        ("--sizes 1.5", "expected a whole number of 1 or more, got 1.5"),
        (f"--sizes {'9' * 5000}", f"expected a whole number of 1 or more, got {'9' * 40}\n"),
        ("--sizes 10000000000", "expected room for a layer of 10000000000 x 10000000000"),
        ("--batches many", "expected a whole number of 1 or more, got many"),
        (f"--batches {10**20}", f"expected room for a layer of 2 x 2 and {10**20} samples"),
        ("--threads -1", "expected a whole number of 1 or more, got -1"),
        ("--threads 100000", "threads, as this machine has "),
        ("--runs 0", "expected a whole number of 1 or more, got 0"),
        ("--seconds 0", "expected seconds above 0 and up to 60, got 0"),
        ("--seconds nan", "expected seconds above 0 and up to 60, got nan"),
        ("--seconds inf", "expected seconds above 0 and up to 60, got inf"),
        ("--seconds -1", "expected seconds above 0 and up to 60, got -1"),
        ("--seconds long", "expected seconds above 0 and up to 60, got long"),
        ("--precisions float8", "invalid choice: 'float8'"),
        ("--precisions tf32", "expected precisions that cpu has (float32"),
        ("--device abacus", "expected a device of this machine (cpu), got 'abacus'"),
        ("--device cuda", "expected a device of this machine (cpu), got 'cuda'"),
        ("--device cpu:", "expected a device of this machine (cpu), got 'cpu:'"),
        ("--device cpu:1", "expected a device of this machine (cpu), got 'cpu:1'"),
        ("--json ~nobody-of-this-name/s.json", "expected a file to write, got ~nobody"),
        ("--plot speed.png", "expected the name of an .svg file, got speed.png"),
        ("--plot .", "expected the name of an .svg file, got ."),
        ("--json s.svg --plot ./s.svg", "s.svg twice"),
    ],
)
def test_a_bad_option_is_rejected_before_anything_is_measured(
    measures_nothing: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    words: str,
    sentence: str,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert stops(*words.split()) == 2
    assert sentence in capsys.readouterr().err


def test_a_plot_needs_float32(
    measures_nothing: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(command, "precisions_on", lambda device: ["float32", "bfloat16"])
    assert stops("--precisions", "bfloat16", "--plot", "speed.svg") == 2
    assert "expected float32 among the precisions, as the plot shows it" in capsys.readouterr().err
