"""Test the sentences that the command ends with when something is wrong."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from nnfp.scale import command
from nnfp.scale.train import Options

Capture = pytest.CaptureFixture[str]
Start = Callable[..., str]


def pretend(monkeypatch: pytest.MonkeyPatch, rank: int = 0, processes: int = 2) -> None:
    """Let this process look like one that `torchrun` has started."""
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "some")
    monkeypatch.setenv("RANK", str(rank))
    monkeypatch.setenv("WORLD_SIZE", str(processes))


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Start:
    """Run a command that fails before it trains, as one of some processes of `torchrun`."""

    def run(options: Options, device: object) -> None:
        raise AssertionError("this trained")

    monkeypatch.setattr(command, "run", run)

    def fails(words: str, processes: int = 2, rank: int = 0, status: int = 2) -> str:
        pretend(monkeypatch, rank, processes)
        with pytest.raises(SystemExit) as stop:
            command.main(words.split())
        assert stop.value.code == status
        output, problem = capsys.readouterr()
        assert output == ""
        return problem.splitlines()[-1] if problem else ""

    return fails


def test_without_torchrun_it_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    with pytest.raises(SystemExit) as stop:
        command.main(["--model", "names", "--checkpoint", "my runs"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "nnfp.scale: error: expected to be started by torchrun; type: torchrun --standalone "
        "--nproc-per-node 2 -m nnfp.scale --model names --checkpoint 'my runs'"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--epochs 0", "argument --epochs: expected a whole number of 1 or more, got 0"),
        ("--epochs 2.5", "argument --epochs: expected a whole number of 1 or more, got 2.5"),
        ("--seed -1", "argument --seed: expected a whole number of 0 or more, got -1"),
        ("--save-every 0", "argument --save-every: expected a whole number of 1 or more, got 0"),
        ("--batch 33", "expected a batch size that 2 processes can share equally, got 33"),
        ("--quick", "unrecognized arguments: --quick"),
    ],
)
def test_a_wrong_option_is_named_in_a_sentence(fails: Start, words: str, sentence: str) -> None:
    assert fails(words) == f"nnfp.scale: error: {sentence}"


def test_fsdp_on_one_process_says_how_to_start_two(fails: Start) -> None:
    assert fails("--parallel fsdp --epochs 3", processes=1) == (
        "nnfp.scale: error: expected at least 2 processes to divide a network, got 1; type: "
        "torchrun --standalone --nproc-per-node 2 -m nnfp.scale --parallel fsdp --epochs 3"
    )


def test_a_file_cannot_hold_checkpoints(fails: Start, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    sentence = f"nnfp.scale: error: expected a folder, got {file}: File exists"
    assert fails(f"--checkpoint {file}") == sentence


def test_only_rank_0_says_what_is_wrong(fails: Start) -> None:
    assert fails("--epochs 0", rank=1, status=0) == ""


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a command whose training raises an exception, as one of two processes of `torchrun`."""
    pretend(monkeypatch)
    monkeypatch.setattr(command, "process_group", lambda: nullcontext(torch.device("cpu")))

    def stops(problem: BaseException, words: str = "") -> None:
        def run(options: Options, device: object) -> None:
            raise problem

        monkeypatch.setattr(command, "run", run)
        command.main(words.split())

    return stops


@pytest.mark.parametrize(
    ("problem", "status", "sentence"),
    [
        (KeyboardInterrupt(), 130, "interrupted: {}"),
        (
            RuntimeError("[gloo/transport] closed"),
            1,
            "rank 0 has lost the connection to another: {}",
        ),
        (OSError("the disk is full"), 1, "the disk is full"),
        (ValueError("expected a batch"), 2, "nnfp.scale: error: expected a batch"),
    ],
)
def test_a_training_that_stops_ends_with_a_sentence(
    stops: Callable[..., None], capsys: Capture, problem: BaseException, status: int, sentence: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        stops(problem)
    assert stop.value.code == status
    again = "the same command starts from the beginning, as there are no checkpoints"
    assert capsys.readouterr().err.splitlines()[-1] == sentence.format(again)


def test_after_an_interruption_it_says_where_the_checkpoints_are(
    stops: Callable[..., None], capsys: Capture, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        stops(KeyboardInterrupt(), f"--checkpoint {tmp_path}")
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"interrupted: the same command continues from the newest checkpoint in {tmp_path}"
    )


def test_a_mistake_in_the_code_is_not_taken_for_a_lost_connection(
    stops: Callable[..., None],
) -> None:
    with pytest.raises(RuntimeError, match="shapes differ"):
        stops(RuntimeError("shapes differ"))


def test_the_defaults_are_those_that_the_help_names(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    parser = command.make_parser()
    options = command.make_options(parser, [])
    assert options == Options("digits", "ddp", 5, 32, 0, None, 100)
    chosen = ["--model", "digits", "--parallel", "ddp"]
    assert command.make_options(parser, chosen) == options
    defaults = re.findall(r"\(default: (\w+)", " ".join(parser.format_help().split()))
    assert defaults == ["digits", "ddp", "5", "32", "0", "100"]
