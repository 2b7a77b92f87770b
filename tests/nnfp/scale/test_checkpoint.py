"""Test that checkpoints are complete, and can be loaded by another number of processes."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch.distributed.checkpoint.filesystem import FileSystemWriter

from nnfp.scale import checkpoint
from nnfp.scale.tasks import TASKS
from nnfp.scale.train import Options, distribute, run
from tests.nnfp.scale.ranks import run_ranks
from tests.nnfp.scale.weights import numbers

CPU = torch.device("cpu")
DIGITS: checkpoint.Settings = {"model": "digits", "batch": 60, "seed": 0}


def make(parallel: str = "ddp", seed: int = 0) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    task = TASKS["digits"]()
    net = distribute(task.net, parallel)
    return net, task.optimizer(net.parameters())


def save(folder: Path, steps: list[int]) -> None:
    net, optimizer = make()
    for step in steps:
        checkpoint.save(folder, step, net, optimizer, DIGITS)


def load(folder: Path, settings: checkpoint.Settings = DIGITS) -> int:
    return checkpoint.load(folder, *make(seed=1), settings)


def copy(source: Path, target: Path, parallel: str) -> int:
    """Load a checkpoint into another network, and save it."""
    net, optimizer = make(parallel, seed=1)
    step = checkpoint.load(source, net, optimizer, DIGITS)
    checkpoint.save(target, step, net, optimizer, DIGITS)
    return step


def train(epochs: int, folder: Path) -> None:
    torch.set_num_threads(1)
    run(Options("digits", "fsdp", epochs, 60, 0, folder, 1000), CPU)


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with a checkpoint of two ranks."""
    folder = tmp_path_factory.mktemp("two")
    run_ranks(train, 2, 1, folder)
    return folder


def test_each_rank_writes_its_share(two: Path) -> None:
    written = [path.name for path in (two / "step-20").iterdir()]
    assert sorted(written) == [".metadata", "__0_0.distcp", "__1_0.distcp", "settings.json"]


def test_one_process_loads_what_two_have_written(two: Path, alone: None, tmp_path: Path) -> None:
    assert copy(two, tmp_path, "ddp") == 20
    torch.testing.assert_close(numbers(tmp_path), numbers(two), rtol=0, atol=0)


def test_three_processes_load_what_two_have_written(two: Path, tmp_path: Path) -> None:
    assert run_ranks(copy, 3, two, tmp_path, "fsdp") == [20, 20, 20]
    torch.testing.assert_close(numbers(tmp_path), numbers(two), rtol=0, atol=0)


def test_a_run_in_two_parts_ends_at_the_same_numbers(two: Path, tmp_path: Path) -> None:
    parts, whole = tmp_path / "parts", tmp_path / "whole"
    shutil.copytree(two, parts)
    for folder in (parts, whole):
        run_ranks(train, 2, 2, folder)
    torch.testing.assert_close(numbers(parts), numbers(whole), rtol=0, atol=0)


def draw(folder: Path) -> tuple[float, float]:
    """Return the number that is drawn after a checkpoint, now and after loading it."""
    net, optimizer = make()
    torch.manual_seed(dist.get_rank())
    checkpoint.save(folder, 1, net, optimizer, DIGITS)
    drawn = torch.rand(()).item()
    load(folder)
    return drawn, torch.rand(()).item()


def test_each_rank_goes_on_with_its_own_random_numbers(tmp_path: Path) -> None:
    (first, first_again), (second, second_again) = run_ranks(draw, 2, tmp_path)
    assert first == first_again != second == second_again


def test_only_the_newest_checkpoint_is_kept(alone: None, tmp_path: Path) -> None:
    save(tmp_path, [9, 100])
    assert [path.name for path in tmp_path.iterdir()] == ["step-100"]
    assert load(tmp_path) == 100


class Failing(FileSystemWriter):
    """Fails after the shares are written."""

    def finish(self, metadata: Any, results: Any) -> None:
        raise OSError("no space left")


def test_an_unfinished_checkpoint_is_ignored_and_removed(
    alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, [1])
    monkeypatch.setattr(checkpoint, "FileSystemWriter", Failing)
    with pytest.raises(OSError) as error:
        save(tmp_path, [2])
    assert str(error.value) == f"expected to write {tmp_path}/step-2.part, got: no space left"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-1", "step-2.part"]
    assert load(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["step-1"]


def refusal(folder: Path, settings: checkpoint.Settings = DIGITS) -> str:
    with pytest.raises((ValueError, OSError)) as error:
        load(folder, settings)
    return str(error.value)


def test_a_checkpoint_of_another_run_is_refused(alone: None, tmp_path: Path) -> None:
    save(tmp_path, [1])
    assert refusal(tmp_path, {"model": "names", "seed": 3}) == (
        f"expected a checkpoint of model names, seed 3 in {tmp_path}, got one of model digits, "
        "batch 60, seed 0: choose another folder"
    )


def refusal_on_two_hosts(folder: Path) -> str:
    return refusal(folder if dist.get_rank() == 0 else folder / "on another host")


def test_a_folder_that_not_all_processes_see_is_refused(two: Path) -> None:
    assert run_ranks(refusal_on_two_hosts, 2, two) == [
        f"expected all processes to see the same checkpoints in {folder}, got the steps 20, 0: "
        "choose a folder that all hosts share"
        for folder in (two, two / "on another host")
    ]


def test_a_missing_share_is_named_in_a_sentence(alone: None, tmp_path: Path) -> None:
    save(tmp_path, [1])
    (tmp_path / "step-1" / "__0_0.distcp").unlink()
    expect_damage(tmp_path)


@pytest.mark.parametrize("name", ["__0_0.distcp", ".metadata", "settings.json"])
@pytest.mark.parametrize("size", [0, 20])
def test_a_damaged_checkpoint_is_named_in_a_sentence(
    alone: None, tmp_path: Path, name: str, size: int
) -> None:
    save(tmp_path, [1])
    damaged = tmp_path / "step-1" / name
    damaged.write_bytes(damaged.read_bytes()[:size])
    expect_damage(tmp_path)


def expect_damage(folder: Path) -> None:
    """Expect that the checkpoint of step 1 is refused in a sentence."""
    problem = refusal(folder)
    assert problem.startswith(f"expected a whole checkpoint in {folder}/step-1, got: ")
    assert "\n" not in problem
