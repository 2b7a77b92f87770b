"""Run the command of `nnfp.speed` in the process of a test."""

from pathlib import Path

import pytest

from nnfp.speed import main

QUICK = "--device cpu --threads 1 --seconds 0.0001 --precisions float32 --sizes 2 --batches 1"
Capture = pytest.CaptureFixture[str]


def run(*words: str | Path) -> None:
    main([*QUICK.split(), *map(str, words)])


def stops(*words: str | Path) -> int:
    """Run a command that fails, and return its exit status."""
    with pytest.raises(SystemExit) as stop:
        run(*words)
    assert isinstance(stop.value.code, int)
    return stop.value.code
