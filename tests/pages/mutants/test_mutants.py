"""The changes that mutants make, and whether it tells right which of them nobody noticed."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from pages.mutants import __main__ as mutants
from pages.mutants.changes import code_changes, mutants_of
from pages.page import read_page
from pages.prove.quantities import write_notes

PAGE = """\
# A page

The sum is 19.

```python
from pathlib import Path
total = 1 * 5 + 2 * 7
unused = 3
Path("figures").mkdir()
Path("figures/a.svg").write_text(f"<svg><text>{total}</text></svg>")
print(total)
```

```text
19
```

![The sum, 19](figures/a.svg)
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Write a page that passes; only its `unused` could be wrong unnoticed."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("<svg><text>19</text></svg>", encoding="utf-8")
    (tmp_path / "numbers").mkdir()
    return write(tmp_path / "page.md", PAGE)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    write_notes(read_page(path))
    return path


def changes(source: str, kind: str) -> list[str]:
    return [changed for _, of_kind, _, changed in code_changes(source) if of_kind == kind]


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("literal", "f(1)", ["f(2)"]),
        ("literal", "f(0.5)", ["f(1.5)"]),
        ("literal", "f(True)", ["f(False)"]),
        ("literal", "f('a')", ["f('ax')"]),
        ("literal", "f(None)", []),
        ("operator", "a + b", ["a - b"]),
        ("operator", "a @ b", ["a * b"]),
        ("operator", "a -= b", ["a += b"]),
        ("operator", "-a", ["a"]),
        ("operator", "not a", ["a"]),
        ("operator", "a and b", ["a or b"]),
        ("comparison", "a < b", ["a >= b"]),
        ("comparison", "a == b != c", ["a != b != c", "a == b == c"]),
        ("comparison", "a in b", ["a not in b"]),
        ("keyword", "f(a, b=c, d=e)", ["f(a, d=e)", "f(a, b=c)"]),
        ("keyword", "zip(a, b, strict=True)", []),
        ("literal", "zip(a, b, strict=True)", []),
        ("statement", "a = b\nc = d", ["pass\nc = d", "a = b\npass"]),
        ("statement", "assert a", []),
        ("statement", "torch.testing.assert_close(a, b)", []),
        ("statement", '"""Only words."""', []),
        ("literal", '"""Only words."""', []),
    ],
)
def test_one_thing_is_changed_at_a_time(kind, source, expected):
    assert changes(source, kind) == expected


def test_a_change_names_its_line():
    assert [line for line, kind, *_ in code_changes("a\nb = 1\n") if kind == "literal"] == [2]


def test_every_digit_that_a_reader_sees_is_changed(page: Path):
    kinds = [mutant.kind for mutant in mutants_of(read_page(page))]
    assert {kind: kinds.count(kind) for kind in ("sentence", "output", "caption", "figure")} == {
        "sentence": 2,
        "output": 2,
        "caption": 2,
        "figure": 2,
    }


def test_a_name_of_code_in_a_sentence_that_does_not_exist_is_noticed(
    page: Path, capsys: pytest.CaptureFixture[str]
):
    text = PAGE.replace("unused = 3\n", "fc1 = 3\n").replace("is 19.", "is 19, and `fc1` is 3.")
    mutants.main([str(write(page, text))])
    assert "sentence       4 of     4 noticed" in capsys.readouterr().out
    write(page, text.replace("`fc1`", "`fc2`"))
    with pytest.raises(ValueError, match="`fc2` does not exist"):
        mutants.main([str(page)])


def test_the_changes_that_nobody_notices_are_told(page: Path, capsys: pytest.CaptureFixture[str]):
    assert mutants.main([str(page)]) == 1
    told = capsys.readouterr().out.splitlines()
    name = os.path.relpath(page)
    assert told[:2] == [
        f"{name}:8: (statement) unused = 3 -> pass: nobody noticed",
        f"{name}:8: (literal) 3 -> 4: nobody noticed",
    ]
    assert "operator       3 of     3 noticed, 100.0%, 0 equivalent" in told
    assert "sentence       2 of     2 noticed, 100.0%, 0 equivalent" in told
    assert "figure         2 of     2 noticed, 100.0%, 0 equivalent" in told


def test_a_page_of_which_every_change_is_noticed_ends_well(page: Path):
    write(page, PAGE.replace("unused = 3\n", ""))
    assert mutants.main([str(page)]) == 0


EQUIVALENT = """\
---
equivalent:
  "unused = 3 -> pass": nothing uses it
  "3 -> 4": nothing uses it
---

"""


def test_a_change_that_makes_no_difference_is_listed_with_its_reason(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(page, EQUIVALENT + PAGE)
    assert mutants.main([str(page), "--json", str(tmp_path / "told.json")]) == 0
    line = f"{os.path.relpath(page)}:14: (literal) 3 -> 4: equivalent, nothing uses it"
    assert line in capsys.readouterr().out
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert line in told["passed"]
    assert told["scores"]["statement"] == {"changes": 6, "equivalent": 1, "unnoticed": 0}


def test_a_listed_change_that_is_no_more_is_refused(page: Path):
    write(page, EQUIVALENT + PAGE.replace("unused = 3\n", ""))
    with pytest.raises(ValueError, match=r"no change of .*page\.md is '3 -> 4' any more"):
        mutants.main([str(page)])


def test_a_sample_is_the_same_for_the_same_seed(page: Path, capsys: pytest.CaptureFixture[str]):
    told = []
    for _ in range(2):
        mutants.main([str(page), "--sample", "6", "--seed", "5"])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert sum(int(line.split()[3]) for line in told[0].splitlines() if "%" in line) == 6


def test_a_page_that_does_not_pass_is_refused(page: Path):
    page.write_text(PAGE.replace("```text\n19", "```text\n20"), encoding="utf-8")
    with pytest.raises(ValueError, match="expected a page that passes"):
        mutants.main([str(page)])


def test_a_change_that_never_ends_is_stopped_and_told(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(mutants, "PATIENCE_S", 0.3)
    endless = PAGE.replace("print(total)\n", "while total > 19:\n    pass\nprint(total)\n")
    write(page, endless.replace("unused = 3\n", ""))
    mutants.main([str(page)])
    told = capsys.readouterr().out
    assert "stopped after 0 s, line 10: total > 19 -> total <= 19" in told
    assert "comparison     1 of     1 noticed, 100.0%, 0 equivalent" in told


def test_nothing_is_left_behind(
    page: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    # A folder of its own, for other programs write into the machine's.
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = {file: file.read_bytes() for file in page.parent.rglob("*") if file.is_file()}
    mutants.main([str(page)])
    after = {file: file.read_bytes() for file in page.parent.rglob("*") if file.is_file()}
    assert after == before
    # torch makes one for what it compiles, once on each machine.
    left = [path for path in temporary.iterdir() if not path.name.startswith("torchinductor_")]
    assert left == []


TEST_OF_KIT = "from kit.sums import double\n\ndef test_double():\n    assert double(0) == 0\n"


def write_kit(folder: Path, monkeypatch: pytest.MonkeyPatch, test: str) -> None:
    """Write a package of one module, with its test, and go there."""
    (folder / "kit").mkdir()
    (folder / "kit" / "__init__.py").touch()
    (folder / "kit" / "sums.py").write_text("def double(x):\n    return 2 * x + 0\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_sums.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_a_module_is_judged_by_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    write_kit(tmp_path, monkeypatch, TEST_OF_KIT)
    assert mutants.main(["kit/sums.py"]) == 1
    told = capsys.readouterr().out
    assert "kit/sums.py:2: (literal) 2 -> 3: nobody noticed" in told
    assert "(literal) 0 -> 1" not in told
    assert "statement" in told


def test_what_a_module_s_test_starts_sees_the_change_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    write_kit(
        tmp_path,
        monkeypatch,
        "import subprocess, sys\n\n"
        "def test_double():\n"
        "    code = 'from kit.sums import double; print(double(1))'\n"
        "    assert subprocess.check_output([sys.executable, '-c', code]) == b'2\\n'\n",
    )
    mutants.main(["kit/sums.py"])
    assert "literal        2 of     2 noticed" in capsys.readouterr().out


def test_changes_of_a_module_that_make_no_difference_are_listed_beside_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    write_kit(tmp_path, monkeypatch, TEST_OF_KIT)
    listed = tmp_path / "tests" / "equivalent.yml"
    listed.write_text("kit/sums.py:\n  2 -> 3: the double of nothing\n", encoding="utf-8")
    mutants.main(["kit/sums.py"])
    told = capsys.readouterr().out
    assert "kit/sums.py:2: (literal) 2 -> 3: equivalent, the double of nothing" in told
    listed.write_text("kit/sums.py:\n  3 -> 4: it is gone\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"no change of kit/sums\.py is '3 -> 4' any more"):
        mutants.main(["kit/sums.py"])
