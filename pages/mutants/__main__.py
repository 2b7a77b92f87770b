"""Change one thing at a time and list the changes that no test caught.

    python -m pages.mutants [PAGE ...] [--sample N] [--seed S] [--json FILE]

Each change that passes is a claim that the page does not pin down. The last lines give the share of
changes that were caught, by kind. A module, as in `python -m pages.mutants package/module.py`, is
judged by its tests and by the pages that use it.

A change that makes no difference is listed in the page's front matter, with the reason:

    equivalent:
      optimizer.zero_grad() -> pass: the fake optimizer reads no gradient

Those of modules are listed in `tests/equivalent.yml`.
"""

import argparse
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from tqdm import tqdm

from pages.mutants.changes import Mutant, mutants_of, mutants_of_module
from pages.mutants.judge import survivors
from pages.mutants.modules import project_of, survivors_of_module
from pages.page import PageError, read_page
from pages.project import DOCS


@dataclass
class Score:
    """How many changes of a kind there were, and how many passed: equivalent ones, and others."""

    changes: int = 0
    equivalent: int = 0
    unnoticed: int = 0

    def __str__(self) -> str:
        caught = self.changes - self.equivalent - self.unnoticed
        share = caught / self.changes
        return f"{caught:5} of {self.changes:5} caught, {share:.1%}, {self.equivalent} equivalent"


def equivalents(path: Path, mutants: Iterable[Mutant]) -> dict[str, str]:
    """Read which changes of a page or module make no difference, each with the reason.

    Raises:
        ValueError: When one of them is no longer a change of this page or module.
    """
    name = os.path.relpath(path)
    if path.suffix == ".md":
        listed, where = read_page(path).front.get("equivalent"), f"{name}:1"
    else:
        root = project_of(path)
        file, name = root / "tests/equivalent.yml", path.relative_to(root).as_posix()
        content = file.read_text(encoding="utf-8") if file.exists() else ""
        listed, where = (yaml.safe_load(content) or {}).get(name), os.path.relpath(file)
    listed = listed or {}
    if not isinstance(listed, dict):
        raise ValueError(f"{where}: expected equivalent to be changes with their reasons")
    made = {mutant.change for mutant in mutants}
    if gone := sorted(set(listed) - made):
        raise ValueError(f"{where}: {gone[0]!r} is no longer a change of {name}")
    return {str(change): str(reason) for change, reason in listed.items()}


def judge(
    path: Path, sample: int | None, seed: int, scores: dict[str, Score]
) -> list[tuple[Mutant, str]]:
    """Judge the changes of one page or module, and add them to the scores.

    Returns:
        The changes that passed, each with the reason why it is equivalent, or an empty string.
    """
    module = path.suffix == ".py"
    mutants = list(mutants_of_module(path) if module else mutants_of(read_page(path)))
    reasons = equivalents(path, mutants)
    if sample is not None and sample < len(mutants):
        mutants = random.Random(seed).sample(mutants, sample)
    with tqdm(total=len(mutants), desc=os.path.relpath(path), disable=None) as progress:
        if module:
            passed = survivors_of_module(path, mutants, progress.update)
        else:
            passed = survivors(read_page(path), mutants, progress.update)
    for mutant in mutants:
        scores[mutant.kind].changes += 1
    for mutant in passed:
        scores[mutant.kind].equivalent += mutant.change in reasons
        scores[mutant.kind].unnoticed += mutant.change not in reasons
    passed.sort(key=lambda mutant: (str(mutant.file), mutant.line))
    return [(mutant, reasons.get(mutant.change, "")) for mutant in passed]


def main(arguments: list[str] | None = None) -> int:
    """Judge what the command line names; the exit code is 1 if a change passed without a reason."""
    parser = argparse.ArgumentParser(
        prog="python -m pages.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "pages", nargs="*", type=Path, help="pages or modules (default: every page)"
    )
    parser.add_argument("--sample", type=int, help="change each in only this many random ways")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample (default: 0)")
    parser.add_argument("--json", type=Path, help="write the scores and what passed to a file")
    options = parser.parse_args(arguments)
    if options.json and not options.json.parent.is_dir():
        parser.error(f"expected a file in an existing folder for --json, got {options.json}")
    scores: dict[str, Score] = defaultdict(Score)
    passed = []
    paths = options.pages or sorted(DOCS.rglob("*.md"))
    for path in paths:
        try:
            found = judge(path.resolve(), options.sample, options.seed, scores)
        except (OSError, PageError, RecursionError, SyntaxError, ValueError) as error:
            parser.exit(2, f"{path}: {error}\n")
        for mutant, reason in found:
            where = f"{os.path.relpath(mutant.file)}:{mutant.line}"
            verdict = f"equivalent, {reason}" if reason else "not caught"
            passed.append(f"{where}: ({mutant.kind}) {mutant.change}: {verdict}")
            print(passed[-1])
    for kind in sorted(scores):
        print(f"{kind:10} {scores[kind]}")
    if options.json:
        by_kind = {kind: asdict(scores[kind]) for kind in sorted(scores)}
        report = {
            "files": len(paths),
            "sample": options.sample,
            "scores": by_kind,
            "passed": passed,
        }
        text = json.dumps(report, indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(score.unnoticed for score in scores.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
