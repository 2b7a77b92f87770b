"""Test which changes of a module its tests and pages catch."""

from pathlib import Path

import pytest

from pages.mutants import modules
from pages.mutants.changes import mutants_of_module
from pages.mutants.modules import survivors_of_module

TEST = "from kit.sums import double\n\ndef test_double():\n    assert double(0) == 0\n"
PAGE = """\
```python
from kit.sums import double
print(double(1))
```

```text
2
```
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a project with a package of one module, and its test."""
    for folder in ("kit", "tests/kit", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "kit/__init__.py").touch()
    (tmp_path / "kit/sums.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "tests/kit/test_sums.py").write_text(TEST)
    options = "-p pages.prove.plugin --markdown-docs"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\n")
    return tmp_path / "kit/sums.py"


def passed(module: Path) -> list[str]:
    mutants = list(mutants_of_module(module))
    return [mutant.change for mutant in survivors_of_module(module, mutants, lambda: None)]


def test_a_module_is_judged_by_its_tests(module: Path) -> None:
    assert passed(module) == ["2 -> 3"]


def test_a_module_is_also_judged_by_its_pages(module: Path) -> None:
    (module.parents[1] / "docs/page.md").write_text(PAGE)
    assert passed(module) == []


def test_child_processes_of_a_test_import_the_changed_module(module: Path) -> None:
    (module.parents[1] / "tests/kit/test_sums.py").write_text(
        "import subprocess, sys\n\n"
        "def test_double():\n"
        "    code = 'from kit.sums import double; print(double(1))'\n"
        "    assert subprocess.check_output([sys.executable, '-c', code]) == b'2\\n'\n"
    )
    assert passed(module) == []


def test_a_module_whose_tests_fail_is_rejected(module: Path) -> None:
    (module.parents[1] / "tests/kit/test_sums.py").write_text("def test():\n    assert False\n")
    with pytest.raises(ValueError, match="expected tests that pass, got a failure: pytest tests"):
        passed(module)


def test_judging_a_module_does_not_change_its_file(module: Path) -> None:
    before = module.read_bytes()
    passed(module)
    assert module.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("kit/sums.py", ["tests/kit/test_sums.py"]),
        ("kit/draw/line.py", ["tests/kit/draw/test_line.py", "tests/kit/draw/test_whole.py"]),
        ("kit/draw/_dot.py", ["tests/kit/draw/test_dot.py", "tests/kit/draw/test_whole.py"]),
        ("kit/draw/ink.py", ["tests/kit/draw/test_line.py", "tests/kit/draw/test_whole.py"]),
        ("kit/draw/arc.py", ["tests/kit/draw/test_whole.py"]),
        ("kit/used.py", ["tests/kit/test_sums.py"]),
    ],
)
def test_the_tests_of_a_module_are_found_by_its_name(
    module: Path, file: str, expected: list[str]
) -> None:
    root = module.parents[1]
    (root / "kit/draw").mkdir()
    (root / "tests/kit/draw").mkdir()
    for name in ("kit/draw/_dot.py", "kit/draw/ink.py", "kit/draw/arc.py", "kit/used.py"):
        (root / name).touch()
    (root / "kit/draw/line.py").write_text("from kit.draw import ink\n")
    for name in ("dot", "line", "whole"):
        (root / f"tests/kit/draw/test_{name}.py").touch()
    module.write_text("from kit.used import x\n")
    assert sorted(modules.tests_of(root / file)) == expected


def test_pages_judge_a_module_until_all_its_names_are_used(module: Path) -> None:
    module.write_text("def double(x): ...\n\ndef half(x): ...\n")
    for name, body in [
        ("short", "double(1)"),
        ("longer", "double(1), double(2)"),
        ("longest", "double(1), double(2), half(3)"),
    ]:
        page = f"```python\nfrom kit import sums\nprint({body})\n```\n"
        (module.parents[1] / f"docs/{name}.md").write_text(page)
    assert modules.tests_of(module) == [
        "tests/kit/test_sums.py",
        "docs/short.md",
        "docs/longest.md",
    ]


def test_a_module_that_helps_another_is_judged_by_the_pages_of_the_other(module: Path) -> None:
    (module.parents[1] / "kit/draw").mkdir()
    (module.parents[1] / "kit/draw/svg.py").write_text("def text(): ...\n")
    (module.parents[1] / "kit/draw/line.py").write_text(
        "from kit.draw.svg import text\n\ndef line(): ...\n"
    )
    for name, body in [("short", "circle()"), ("longer", "draw.line(), 1")]:
        page = f"```python\nfrom kit import draw\n{body}\n```\n"
        (module.parents[1] / f"docs/{name}.md").write_text(page)
    assert modules.tests_of(module.parents[1] / "kit/draw/svg.py") == ["docs/longer.md"]
