"""Test that a file that cannot be written is rejected before anything is measured."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnfp.speed import Measurements, command, read, table
from nnfp.speed.settings import Settings
from tests.nnfp.speed.commands import Capture, run, stops
from tests.nnfp.speed.examples import MEASURED


@pytest.fixture
def bad_files(tmp_path: Path) -> dict[str, str]:
    """Return files that cannot be written, with the errors they cause."""
    (tmp_path / "file").touch()
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "loop.svg").symlink_to(tmp_path / "loop.svg")
    return {
        "/proc/x/y.svg": "expected a file to write, got /proc/x/y.svg: ",
        f"{tmp_path}/folder.svg": f"expected a file to write, got {tmp_path}/folder.svg: ",
        f"{tmp_path}/file/s.svg": f"expected {tmp_path}/file to be a folder, got a file",
        f"{tmp_path}/{'x' * 300}.svg": "xxx.svg: ",
        f"{tmp_path}/loop.svg": "loop.svg: ",
        "nul\0.svg": "null",
    }


@pytest.mark.parametrize("option", ["--json", "--plot"])
def test_a_file_that_cannot_be_written_is_rejected_before_measuring(
    measures_nothing: None, bad_files: dict[str, str], capsys: Capture, option: str
) -> None:
    for path, sentence in bad_files.items():
        assert stops(option, path) == 2
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/proc/version", "/dev/full"])
def test_an_unwritable_system_file_is_rejected_before_measuring(
    measures_nothing: None, capsys: Capture, path: str
) -> None:
    if not Path(path).exists():
        pytest.skip(f"this system has no {path}")
    assert stops("--json", path) == 2
    assert f"expected a file to write, got {path}: " in capsys.readouterr().err


def test_a_read_only_file_is_rejected_before_measuring(
    measures_nothing: None, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "speed.json"
    path.touch(mode=0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write every file")
    assert stops("--json", path) == 2
    assert f"expected a file to write, got {path}: Permission denied" in capsys.readouterr().err


def test_checking_a_file_does_not_change_it(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "missing.json")
    for name in ("old.json", "link.json", "new.json"):
        stops("--json", tmp_path / name, "--plot", "/proc/x/y.svg")
    assert (tmp_path / "old.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "old.json"]


def test_a_pipe_is_written_once(measures: None, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        run("--json", pipe)
        shown, _ = reader.communicate()
    (tmp_path / "speed.json").write_bytes(shown)
    assert read(tmp_path / "speed.json") == MEASURED


def test_a_file_that_fails_after_measuring_does_not_hide_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "folder"

    def measure(settings: Settings) -> Iterator[Measurements]:
        folder.rmdir()
        folder.touch()
        yield MEASURED

    monkeypatch.setattr(command, "measure_stepwise", measure)
    assert stops("--json", folder / "s.json", "--plot", folder / "s.svg") == 1
    shown, problems = capsys.readouterr()
    assert shown == table(MEASURED) + "\n"
    for line, name in zip(problems.splitlines(), ("s.json", "s.svg"), strict=True):
        assert line.startswith(f"expected to write {folder}/{name}, got: ")
        assert "File exists" in line
