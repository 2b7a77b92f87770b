"""Prove the pages in ways that differ from the usual run, as a reader's machine may.

    python -m pages.audit [--one]

- alone: each page in a Python of its own;
- shuffled: all pages, in a random order;
- elsewhere: from another working directory;
- threads: with torch on more threads than one.

The random generators are scrambled before each page in any run. With `--one`, one of these runs is
chosen by chance. Each is printed as a command, by which a failure can be repeated.
"""

import argparse
import random
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pages.scan import read_page

ROOT = Path(__file__).parent.parent
THREADS = 3


@dataclass(frozen=True)
class Trial:
    """One run of pytest: the folder that it starts in, and what it is given."""

    folder: Path
    arguments: list[str]

    @property
    def command(self) -> list[str]:
        """What starts it in its folder."""
        return [sys.executable, "-m", "pytest", "-q", *self.arguments]

    def __str__(self) -> str:
        """Write it for a shell."""
        return f"cd {shlex.quote(str(self.folder))} && {shlex.join(self.command)}"


def pages_with_blocks() -> list[str]:
    """List the pages that have something to run, as they are named from the project's root."""
    paths = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in paths if read_page(path).blocks]


def trials() -> dict[str, list[Trial]]:
    """List the runs for each way to prove the pages."""
    names = pages_with_blocks()
    shuffled = random.sample(names, len(names))
    return {
        "alone": [Trial(ROOT, [name]) for name in names],
        "shuffled": [Trial(ROOT, shuffled)],
        "elsewhere": [Trial(Path(tempfile.gettempdir()), [str(ROOT / name) for name in names])],
        "threads": [Trial(ROOT, [f"--page-threads={THREADS}", *names])],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the trials, or one of them; the exit code is 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m pages.audit", description=__doc__)
    parser.add_argument("--one", action="store_true", help="one run of one way, by chance")
    chosen = trials()
    if parser.parse_args(arguments).one:
        way = random.choice(list(chosen))
        chosen = {way: [random.choice(chosen[way])]}
    failed = []
    for way, runs in chosen.items():
        for trial in runs:
            print(f"pages {way}: {trial}", flush=True)
            if subprocess.run(trial.command, cwd=trial.folder, check=False).returncode:
                failed.append(trial)
    for trial in failed:
        print(f"failed; to repeat it: {trial}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
