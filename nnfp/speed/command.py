"""The command `python -m nnfp.speed`: measure, show a table, and save what was measured."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from nnfp.speed.machine import choose_device, precisions_on
from nnfp.speed.measuring import measure_stepwise
from nnfp.speed.merge import fastest
from nnfp.speed.report import plot, table
from nnfp.speed.results import DTYPES, Measurements
from nnfp.speed.settings import LONGEST, Settings

# What shells report for a program that Ctrl-C ended.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command `python -m nnfp.speed`.

    Args:
        arguments: The words of the command line, without the name of the command.
    """
    parser = make_parser()
    try:
        options = parser.parse_args(arguments)
        try:
            settings = make_settings(options)
            check_files(options)
        except ValueError as error:
            parser.error(str(error))
        runs, status, problem = measure_runs(settings, options.runs)
        problems = [problem] if problem else []
        if runs:
            problems += finish(runs[0] if len(runs) == 1 else fastest(runs), options)
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, "interrupted: not everything was saved\n")
    if problems:
        parser.exit(status or 1, "".join(f"{problem}\n" for problem in problems))


def measure_runs(settings: Settings, count: int) -> tuple[list[Measurements], int, str]:
    """Measure until everything is done, or until Ctrl-C or missing memory ends it.

    Returns:
        The runs (the last may be incomplete), the exit status, and why measuring ended early.
    """
    runs: list[Measurements] = []
    try:
        for index in range(count):
            for measured in measure_stepwise(settings):
                runs[index:] = [measured]
    except KeyboardInterrupt:
        found = "the rest was not measured" if runs else "nothing was measured"
        return runs, INTERRUPTED, f"interrupted: {found}"
    except (MemoryError, RuntimeError) as error:
        # Out of memory, a processor raises a plain RuntimeError, an accelerator a subclass.
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        problem = (
            f"expected more free memory on {settings.device}: the rest was not measured; "
            "choose smaller --sizes or --batches, or another --device"
        )
        return runs, 1, problem
    return runs, 0, ""


def finish(measured: Measurements, options: argparse.Namespace) -> list[str]:
    """Save and show what was measured; return a sentence for each thing that failed."""
    problems = []
    if options.json:
        try:
            measured.save(options.json)
        except OSError as error:
            problems.append(f"expected to write {options.json}, got: {error.strerror}")
    if options.plot:
        try:
            plot(measured).save(options.plot)
        except OSError as error:
            problems.append(f"expected to write {options.plot}, got: {error.strerror}")
        except ValueError as error:
            problems.append(f"{options.plot} is not drawn: {error}")
    try:
        print(table(measured), flush=True)
    except (OSError, UnicodeError) as error:
        if not isinstance(error, BrokenPipeError):  # the reader, such as `head`, has seen enough
            problems.append(f"expected to print the table, got: {error}")
        # Otherwise, Python writes the rest when it exits, and fails again.
        sys.stdout = None
    return problems


def make_settings(options: argparse.Namespace) -> Settings:
    """Turn the options into settings, or raise a `ValueError` that says what is wrong."""
    device = choose_device(options.device)
    there = precisions_on(device)
    precisions = options.precisions or there
    if missing := [name for name in precisions if name not in there]:
        raise ValueError(
            f"expected precisions that {device} has ({', '.join(there)}), got {missing[0]}"
        )
    if options.plot and "float32" not in precisions:
        raise ValueError("expected float32 among the precisions, as the plot shows it")
    return Settings(
        device,
        tuple(options.sizes),
        tuple(options.batches),
        tuple(dict.fromkeys(precisions)),
        options.threads,
        options.seconds,
    )


def check_files(options: argparse.Namespace) -> None:
    """Raise a `ValueError` if a file to write cannot be written."""
    paths = [Path(os.path.realpath(path)) for path in (options.json, options.plot) if path]
    if len(paths) == 2 and paths[0] == paths[1]:
        raise ValueError(f"expected two files to write, got {paths[0]} twice")
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_fifo():
                continue  # opening it would wait for a reader, and closing it would end its input
            new = not path.exists()
            with path.open("ab", buffering=0) as file:
                file.write(b"")  # some system files can be opened but not written
            if new:
                path.unlink()
        except FileExistsError as error:
            raise ValueError(f"expected {path.parent} to be a folder, got a file") from error
        except OSError as error:
            raise ValueError(f"expected a file to write, got {path}: {error.strerror}") from error


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m nnfp.speed",
        description="Measure one layer of a network, computed in seven ways, and what the machine "
        "can do at best: its fastest matrix product and a large copy. Without options it takes "
        "about a minute, or a few minutes on a GPU.",
    )
    threads = min(torch.get_num_threads(), os.cpu_count() or 1)
    add = parser.add_argument
    add("--device", help="cpu, cuda, cuda:1 or mps (default: the fastest of this machine)")
    add("--sizes", type=_count, nargs="+", default=[16, 128, 1024], metavar="N",
        help="numbers of inputs and neurons of the layers (default: 16 128 1024)")  # fmt: skip
    add("--batches", type=_count, nargs="+", default=[1, 32, 1024], metavar="N",
        help="batch sizes (default: 1 32 1024)")  # fmt: skip
    add("--precisions", nargs="+", choices=list(DTYPES), metavar="P",
        help=f"one or more of {', '.join(DTYPES)} (default: all that the device has)")  # fmt: skip
    add("--threads", type=_count, default=threads, metavar="N",
        help="threads of the processor (default: %(default)s)")  # fmt: skip
    add("--seconds", type=_seconds, default=0.1, metavar="S",
        help="repeat each timing for at least this long (default: 0.1)")  # fmt: skip
    add("--runs", type=_count, default=1, metavar="N",
        help="measure everything N times and keep the fastest results (default: 1)")  # fmt: skip
    add("--json", type=_file, metavar="FILE", help="write the measurements to a file")
    add("--plot", type=_svg_file, metavar="FILE.svg",
        help="draw the ladder and the roofline into a file")  # fmt: skip
    return parser


def _count(word: str) -> int:
    # int() refuses more than some thousands of digits.
    if not word.isdecimal() or len(word) > 4000 or int(word) == 0:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {word[:40]}")
    return int(word)


def _seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError(
            f"expected seconds above 0 and up to {LONGEST}, got {word}"
        )
    return seconds


def _file(word: str) -> Path:
    try:
        return Path(word).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"expected a file to write, got {word}: {error}") from None


def _svg_file(word: str) -> Path:
    path = _file(word)
    if path.suffix.lower() != ".svg":
        raise argparse.ArgumentTypeError(f"expected the name of an .svg file, got {word}")
    return path
