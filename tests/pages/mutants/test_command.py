"""Test that `python -m pages.mutants` reports the changes that were not caught."""

import json
import os
from pathlib import Path

import pytest

from pages.mutants.__main__ import main
from tests.pages.mutants.conftest import PAGE, write_page

EQUIVALENT = """\
---
equivalent:
  "unused = 3 -> pass": nothing uses it
  "3 -> 4": nothing uses it
---

"""


def test_changes_that_were_not_caught_are_listed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    name = os.path.relpath(path)
    assert lines[:2] == [
        f"{name}:8: (statement) unused = 3 -> pass: not caught",
        f"{name}:8: (literal) 3 -> 4: not caught",
    ]
    assert "operator       3 of     3 caught, 100.0%, 0 equivalent" in lines
    assert "sentence       2 of     2 caught, 100.0%, 0 equivalent" in lines
    assert "figure         2 of     2 caught, 100.0%, 0 equivalent" in lines


def test_the_exit_code_is_zero_when_every_change_is_caught(path: Path) -> None:
    write_page(path, PAGE.replace("unused = 3\n", ""))
    assert main([str(path)]) == 0


def test_equivalent_changes_are_listed_with_their_reasons(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_page(path, EQUIVALENT + PAGE)
    assert main([str(path), "--json", str(tmp_path / "report.json")]) == 0
    line = f"{os.path.relpath(path)}:14: (literal) 3 -> 4: equivalent, nothing uses it"
    assert line in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert line in report["passed"]
    assert report["scores"]["statement"] == {"changes": 5, "equivalent": 1, "unnoticed": 0}
    assert (report["files"], report["sample"]) == (1, None)


def test_an_equivalent_change_that_is_gone_is_rejected(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_page(path, EQUIVALENT + PAGE.replace("unused = 3\n", ""))
    with pytest.raises(SystemExit):
        main([str(path)])
    assert "'3 -> 4' is no longer a change of" in capsys.readouterr().err


def test_a_sample_is_the_same_for_the_same_seed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for _ in range(2):
        main([str(path), "--sample", "6", "--seed", "5"])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert sum(int(line.split()[3]) for line in outputs[0].splitlines() if "%" in line) == 6


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("page.md", PAGE.replace("```text\n19", "```text\n20"), "expected a page that passes"),
        ("page.md", "```python", "expected the fence to be closed"),
        ("none.md", None, "none.md"),
        ("bad.py", "x = = 1", "invalid syntax"),
        ("alone.py", "x = 1", "expected a module of a project that has a folder tests/"),
    ],
)
def test_files_that_cannot_be_judged_are_rejected_in_a_sentence(
    path: Path, name: str, text: str | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = path.parent / name
    if text is not None:
        target.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main([str(target)])
    assert stopped.value.code == 2
    assert problem in capsys.readouterr().err


def test_a_result_that_could_not_be_written_is_rejected_before_judging(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([str(path), "--json", str(path.parent / "none" / "scores.json")])
    printed = capsys.readouterr()
    assert "expected a file in an existing folder for --json, got" in printed.err
    assert printed.out == ""


def test_equivalent_changes_of_modules_are_listed_with_the_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("kit", "tests/kit"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "kit/__init__.py").touch()
    (tmp_path / "kit/sums.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "tests/kit/test_sums.py").write_text(
        "from kit.sums import double\n\ndef test_double():\n    assert double(0) == 0\n"
    )
    listed = tmp_path / "tests/equivalent.yml"
    listed.write_text("kit/sums.py:\n  2 -> 3: the double of nothing\n", encoding="utf-8")
    main([str(tmp_path / "kit/sums.py")])
    assert "(literal) 2 -> 3: equivalent, the double of nothing" in capsys.readouterr().out
    listed.write_text("kit/sums.py:\n  3 -> 4: it is gone\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main([str(tmp_path / "kit/sums.py")])
    assert "'3 -> 4' is no longer a change of kit/sums.py" in capsys.readouterr().err


def test_code_nested_too_deeply_is_reported_in_a_sentence(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(f"```python\nx = {'+'.join(['1'] * 5000)}\n```\n")
    with pytest.raises(SystemExit):
        main([str(path)])
    assert "recursion" in capsys.readouterr().err
