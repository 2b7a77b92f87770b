"""Test which changes of a page are caught."""

import tempfile
from pathlib import Path

import pytest

from pages.mutants import judge
from pages.mutants.changes import mutants_of
from pages.mutants.judge import survivors
from pages.page import read_page
from tests.pages.mutants.conftest import PAGE, write_page
from tests.pages.prove.test_session import wait_until_ended


def passed(path: Path) -> list[str]:
    """List the changes of a page that are not caught."""
    page = read_page(path)
    return [mutant.change for mutant in survivors(page, mutants_of(page), lambda: None)]


def test_changes_that_a_page_does_not_show_are_not_caught(path: Path) -> None:
    assert passed(path) == ["unused = 3 -> pass", "3 -> 4"]


def test_all_changes_of_a_page_that_shows_everything_are_caught(path: Path) -> None:
    write_page(path, PAGE.replace("unused = 3\n", ""))
    assert passed(path) == []


def test_a_change_that_only_a_later_block_shows_is_caught(path: Path) -> None:
    write_page(path, PAGE + "\n```python\nprint(unused)\n```\n\n```text\n3\n```\n")
    assert passed(path) == []


def test_a_changed_name_in_a_sentence_is_caught(path: Path) -> None:
    text = PAGE.replace("unused = 3\n", "fc1 = 3\n").replace("is 19.", "is 19, and `fc1` is 3.")
    assert passed(write_page(path, text)) == ["fc1 = 3 -> pass", "3 -> 4"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("print(total)", "print(total + 1)", "the page's output differs"),
        ("is 19.", "is 19: `fc2`.", "`fc2` does not exist"),
        ("is 19.", "is 21.", "no block, output or figure of this page has the number 21"),
    ],
)
def test_a_page_that_does_not_pass_is_rejected(
    path: Path, old: str, new: str, problem: str
) -> None:
    path.write_text(PAGE.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=f"expected a page that passes, got(.|\n)*{problem}"):
        passed(path)


def test_a_figure_may_be_in_any_folder(path: Path) -> None:
    (path.parent / "figures").rename(path.parent / "pictures")
    text = PAGE.replace("figures/", "pictures/").replace("unused = 3\n", "")
    assert passed(write_page(path, text)) == []


def test_a_block_that_is_not_python_stays_unchanged(path: Path) -> None:
    error = "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"
    output = f"Traceback (most recent call last):\n  ...\n{error}"
    write_page(path, f"```python\nprint 'a'\n```\n\n```text\n{output}\n```\n")
    assert passed(path) == []


def test_a_missing_figure_is_reported(path: Path) -> None:
    (path.parent / "figures/a.svg").unlink()
    with pytest.raises(ValueError, match=r"page.md:17: a number or its backing has changed"):
        passed(path)


def test_a_figure_that_is_not_text_is_compared_whole(path: Path) -> None:
    code = 'with open("a.svg", "wb") as file:\n    _ = file.write(bytes([255]))\n'
    (path.parent / "a.svg").write_bytes(b"\xff")
    write_page(path, f"```python\n{code}```\n\n![A](a.svg)\n")
    assert passed(path) == []


def test_a_change_that_never_ends_is_caught(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "PATIENCE_S", 1)
    endless = PAGE.replace("print(total)\n", "while total > 19:\n    pass\n\nprint(total)\n")
    write_page(path, endless)
    assert "total > 19 -> total <= 19" not in passed(path)


FILE = """\
```python
# add.py
total = 19
for i in range(2):
    print(total + i)
```

```bash
python add.py
```

```text
19
20
```
"""


def test_changes_of_a_file_are_caught_by_the_output_of_a_command(path: Path) -> None:
    assert passed(write_page(path, FILE)) == []
    shows_less = FILE.replace("python add.py", "python add.py | sed -n 1p").replace("\n20\n", "\n")
    assert passed(write_page(path, shows_less)) == ["2 -> 3", "total + i -> total - i"]


def test_a_change_that_hangs_a_command_leaves_no_process_behind(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "PATIENCE_S", 1)
    hangs = f"""\
import os, time
with open({str(tmp_path / "pids.txt")!r}, "a") as file:
    _ = file.write(f"{{os.getpid()}}\\n")
total = 19
while total > 19:
    time.sleep(1)
"""
    page = read_page(write_page(path, FILE.replace("total = 19\n", hangs)))
    [change] = [m for m in mutants_of(page) if m.change == "total > 19 -> total <= 19"]
    assert survivors(page, [change], lambda: None) == []
    *_, last = (tmp_path / "pids.txt").read_text().split()
    wait_until_ended(int(last))


def test_no_file_is_left_behind(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    passed(path)
    after = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    assert after == before
    assert [list(p.rglob("*")) for p in temporary.iterdir()] == []
