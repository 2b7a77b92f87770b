"""The command `torchrun … -m nnfp.scale`: train on several processes, and print the scores."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import torch

from nnfp.scale.processes import process_group, rank, world_size
from nnfp.scale.train import TASKS, Task, train

INTERRUPTED = 130
"""What shells report for a program that Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. All processes call this, and only the one of rank 0 prints.

    Args:
        arguments: The words of the command line, without the name of the command.
    """
    if rank() == 0:
        return run(arguments)
    # torchrun ends all processes as soon as one fails, maybe before rank 0 could say why. So the
    # others leave it to rank 0 to fail.
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            run(arguments)
        except SystemExit:
            sys.exit(0)


def run(arguments: Sequence[str] | None) -> None:
    """Read the command line, train, and print the scores."""
    parser = make_parser()
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = parser.parse_args(words)
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        parser.error(f"expected to be started by torchrun: type\n  {command(words)}")
    try:
        check_processes(options, words)
        with process_group() as device:
            torch.manual_seed(options.seed)
            task = TASKS[options.model]()
            ...
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, "interrupted: ...\n")
