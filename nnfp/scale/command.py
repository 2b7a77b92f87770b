"""The command `torchrun … -m nnfp.scale`: train on several processes, and print the scores."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from nnfp.scale.processes import process_group, rank, world_size
from nnfp.scale.tasks import BATCHES, TASKS
from nnfp.scale.train import Options, run

INTERRUPTED = 130
"""What shells report for a program that Ctrl-C ended."""
WRONG = 2
"""What `argparse` and shells report for a wrong command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. All processes call this, and only the one of rank 0 prints.

    Args:
        arguments: The words of the command line, without the name of the command.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if rank() == 0:
        return run_command(words)
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing), redirect_stderr(nothing):
        try:
            run_command(words)
        except SystemExit as stop:
            # All processes find that the command is wrong. As soon as one fails, torchrun ends the
            # others, maybe before rank 0 has said why. So only rank 0 fails.
            sys.exit(0 if stop.code == WRONG else stop.code)


def run_command(words: Sequence[str]) -> None:
    """Read the command line, train, and print the scores."""
    parser = make_parser()
    options = make_options(parser, words)
    try:
        with process_group() as device:
            if rank() == 0:
                many = "1 process" if world_size() == 1 else f"{world_size()} processes"
                print(f"{options.model}, {options.parallel}, {many}, {device.type}", flush=True)
            scores = run(options, device)
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.exit(1, f"{error}\n")
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, f"interrupted: {go_on(options)}\n")
    except RuntimeError as error:
        # Gloo has no exception class, so its message has to do.
        if "gloo" not in str(error):
            raise
        parser.exit(1, f"rank {rank()} has lost the connection to another: {go_on(options)}\n")
    print(
        f"validation: loss {scores.loss:.3f}, accuracy {scores.accuracy:.1%}, "
        f"{scores.answers:,} answers"
    )


def make_options(parser: argparse.ArgumentParser, words: Sequence[str]) -> Options:
    """Turn the words of the command line into options, or end with a sentence on what is wrong."""
    given = parser.parse_args(words)
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        parser.error(f"expected to be started by torchrun; type: {command(2, words)}")
    if given.parallel == "fsdp" and world_size() == 1:
        parser.error(
            f"expected at least 2 processes to divide a network, got 1; type: {command(2, words)}"
        )
    batch = given.batch or BATCHES[given.model]
    if batch % world_size():
        parser.error(
            f"expected a batch size that {world_size()} processes can share equally, got {batch}"
        )
    if given.checkpoint:
        try:
            given.checkpoint.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            parser.error(f"expected a folder, got {given.checkpoint}: {error.strerror}")
    return Options(
        given.model,
        given.parallel,
        given.epochs,
        batch,
        given.seed,
        given.checkpoint,
        given.save_every,
    )


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="nnfp.scale",
        usage="torchrun --standalone --nproc-per-node N -m nnfp.scale [options]",
        description="Train a network on N processes, and print its loss and accuracy over all "
        "validation data. With --checkpoint, an interrupted run continues from its newest "
        "checkpoint when you type the same command again, with the same result.",
    )
    add = parser.add_argument
    add("--model", choices=list(TASKS), default="digits",
        help="read handwritten digits, or write names (default: digits)")  # fmt: skip
    add("--parallel", choices=["ddp", "fsdp"], default="ddp",
        help="whether each process has the whole network (ddp), or a part of each of its "
        "parameters (fsdp) (default: ddp)")  # fmt: skip
    add("--epochs", type=_count, default=5, metavar="N",
        help="passes over the training data (default: 5)")  # fmt: skip
    add("--batch", type=_count, metavar="N",
        help="samples in a mini-batch, those of all processes together "
        "(default: 32 digits or 64 names)")  # fmt: skip
    add("--seed", type=_seed, default=0, metavar="N",
        help="decides the first weights and the order of the samples (default: 0)")  # fmt: skip
    add("--checkpoint", type=Path, metavar="FOLDER",
        help="continue from the newest checkpoint in this folder, and write new ones")  # fmt: skip
    add("--save-every", type=_count, default=100, metavar="N",
        help="steps between two checkpoints (default: 100)")  # fmt: skip
    return parser


def command(processes: int, words: Sequence[str]) -> str:
    """Return what to type to train on this many processes of one host."""
    start = f"torchrun --standalone --nproc-per-node {processes} -m nnfp.scale"
    return f"{start} {shlex.join(words)}".strip()


def go_on(options: Options) -> str:
    """Say what the same command does after this run has ended early."""
    if options.folder:
        return f"the same command continues from the newest checkpoint in {options.folder}"
    return "the same command starts from the beginning, as there are no checkpoints"


def _count(word: str) -> int:
    return _whole(word, 1)


def _seed(word: str) -> int:
    return _whole(word, 0)


def _whole(word: str, least: int) -> int:
    # A seed has at most 63 bits.
    if not word.isdecimal() or len(word) > 18 or int(word) < least:
        got = f"got {word[:40]}"
        raise argparse.ArgumentTypeError(f"expected a whole number of {least} or more, {got}")
    return int(word)
