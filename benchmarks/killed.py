"""Kill one process of a training run at a random moment, many times, and compare how it ends.

python -m benchmarks.killed [tries]

Each try trains with `torchrun … -m nnfp.scale` on two processes, and kills one of them by its
number while all of them train or write a checkpoint. Half of the tries are restarted by `torchrun`
itself, the others by typing the command again. The run must end at exactly the numbers of a run
that nobody disturbed: the same loss, and the same bits in all weights and in the optimizer. It
takes some minutes, prints a table, and fails if a try ends at another number. It needs Linux.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save

from pages.project import ROOT

TRIES, SEED = 20, 0
STEPS = 195  # five epochs
SAVE_EVERY = 10  # often, so that many kills meet a checkpoint that is being written
LONGEST = 600  # seconds after which a run is taken to hang


def start(folder: Path, parallel: str, *options: str) -> "subprocess.Popen[str]":
    """Start to train on two processes."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *options]
    train = ["-m", "nnfp.scale", "--parallel", parallel, "--epochs", "5"]
    save = ["--save-every", str(SAVE_EVERY), "--checkpoint", str(folder)]
    return subprocess.Popen(
        [sys.executable, *torchrun, *train, *save],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> str:
    """Wait for the end of a run, and return what it printed."""
    try:
        output, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.terminate()  # torchrun ends its processes, too
        output, _ = process.communicate()
        output += "\nit hung"
    return output


def ranks(torchrun: int) -> dict[int, int]:
    """Return the process of each rank."""
    children = Path(f"/proc/{torchrun}/task/{torchrun}/children").read_text().split()
    found: dict[int, int] = {}
    for child in children:
        words = Path(f"/proc/{child}/environ").read_text().split("\0")
        found |= {int(word[5:]): int(child) for word in words if word.startswith("RANK=")}
    return found


def newest(folder: Path) -> int:
    """Return the step of the newest complete checkpoint, or 0."""
    names = [path.name[5:] for path in folder.glob("step-*")]
    return max((int(name) for name in names if name.isdecimal()), default=0)


def kill(process: "subprocess.Popen[str]", folder: Path, draw: random.Random) -> str:
    """Kill a process at a random moment, and return when that was."""
    rank, step = draw.randrange(2), draw.randrange(0, STEPS // 2, SAVE_EVERY)
    writing, wait = draw.random() < 0.5, draw.random()
    while len(ranks(process.pid)) < 2 or newest(folder) < step:
        time.sleep(0.001)
    if step == 0:  # while the processes start
        time.sleep(2 * wait)
    elif writing:
        while not any(folder.glob("*.part")):
            pass
        time.sleep(0.005 * wait)
    else:
        time.sleep(0.03 * wait)
    os.kill(ranks(process.pid)[rank], signal.SIGKILL)
    parts = [path.name.removesuffix(".part")[5:] for path in folder.glob("*.part")]
    moment = f"writing step {parts[0]}" if parts else f"after step {newest(folder)}"
    return f"rank {rank}, {moment}"


def numbers(folder: Path) -> dict[str, Any]:
    """Return all numbers of the newest checkpoint, as whole tensors."""
    file = folder / "whole.pt"
    dcp_to_torch_save(folder / f"step-{newest(folder)}", file)
    whole = torch.load(file, weights_only=False)
    return {"model": whole["model"], "optimizer": whole["optimizer"]["state"]}


def same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Say whether all tensors are equal, bit by bit."""
    try:
        torch.testing.assert_close(left, right, rtol=0, atol=0)
    except AssertionError:
        return False
    return True


def one_try(folder: Path, parallel: str, by_torchrun: bool, draw: random.Random) -> tuple[str, str]:
    """Train with one kill, and return when it was and the last line that was printed."""
    process = start(folder, parallel, "--max-restarts", str(int(by_torchrun)))
    moment = kill(process, folder, draw)
    output = end(process)
    if not by_torchrun and process.returncode:
        output = end(start(folder, parallel))
    return moment, output.strip().splitlines()[-1]


def main() -> None:
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else TRIES
    draw, equal, begin = random.Random(SEED), 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        wholes = {}
        for parallel in ("ddp", "fsdp"):
            folder = Path(name, parallel)
            line = end(start(folder, parallel)).strip().splitlines()[-1]
            wholes[parallel] = line, numbers(folder)
            print(f"{parallel}, undisturbed: {line}", flush=True)
        for i in range(tries):
            parallel, by_torchrun = ("ddp", "fsdp")[i // 2 % 2], i % 2 == 0
            folder = Path(name, str(i))
            moment, line = one_try(folder, parallel, by_torchrun, draw)
            whole_line, whole = wholes[parallel]
            right = line == whole_line and same(numbers(folder), whole)
            equal += right
            again = "torchrun" if by_torchrun else "typed again"
            result = "the same" if right else f"ANOTHER: {line}"
            print(f"{i + 1:3}  {parallel:4}  {moment:24}  {again:11}  {result}", flush=True)
    print(f"{equal} of {tries} tries end at the same numbers")
    print(f"{time.perf_counter() - begin:.0f} s, torch {torch.__version__}, seed {SEED}")
    sys.exit(equal != tries)


if __name__ == "__main__":
    main()
