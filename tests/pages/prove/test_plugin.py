"""Test that pytest runs each block of a page as a test and reports what is wrong."""

from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import pytest

from pages.project import ROOT

pytest_plugins = ["pytester"]
PLUGINS = [
    "-p",
    "pages.prove.plugin",
    "-p",
    "pytest_markdown_docs.plugin",
    "-p",
    "no:cacheprovider",
]


Proof = Callable[..., pytest.RunResult]


@pytest.fixture
def proof(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Proof:
    """Run pytest on a page, as `make test` does, and return what its author would see."""
    # Each run would import plugins such as Hypothesis anew, which takes a second.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def proof(text: str | None, *options: str) -> pytest.RunResult:
        if text is not None:
            Path("page.md").write_text(cleandoc(text) + "\n")
        return pytester.runpytest_inprocess(*PLUGINS, "--markdown-docs", "-ra", *options)

    return proof


def says(result: pytest.RunResult, *lines: str) -> None:
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in lines])


BLOCK = """
```python
print({})
```

```text
{}
```
"""


def page(*blocks: tuple[str, str]) -> str:
    return "".join(BLOCK.format(*block) for block in blocks)


def test_a_correct_page_passes(proof: Proof) -> None:
    proof(page(("19", "19"), ("22", "22"))).assert_outcomes(passed=2)


def test_each_block_is_a_test_named_by_its_line(proof: Proof) -> None:
    result = proof(page(("19", "19"), ("22", "22")), "--collect-only", "-q")
    says(result, "page.md::[CodeFence#1][line:1]", "page.md::[CodeFence#2][line:9]")


def test_each_file_and_each_command_with_an_output_is_a_test(proof: Proof) -> None:
    page = """
        ```python
        # add.py
        print(5 + 14)
        ```

        ```bash
        python add.py
        ```

        ```text
        {}
        ```

        ```bash
        make serve
        ```
        """
    result = proof(page.format(19), "-v")
    result.assert_outcomes(passed=2)
    says(result, "*[CodeFence#1][line:1] PASSED*", "*[CodeFence#2][line:6] PASSED*")
    wrong = proof(page.format(18))
    wrong.assert_outcomes(passed=1, failed=1)
    says(wrong, "page.md:10: the page's output differs from the block's", "-18", "+19")


def test_a_wrong_digit_is_reported_with_the_command_that_fixes_it(
    proof: Proof,
) -> None:
    result = proof(page(("19", "18")))
    result.assert_outcomes(failed=1)
    says(
        result,
        "page.md:5: the page's output differs from the block's",
        "--- on the page",
        "+++ actual",
        "-18",
        "+19",
        "to update the page: pytest --update-pages page.md",
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")


@pytest.mark.parametrize(
    "around",
    [
        '=== "A tab"\n\n{}',
        "!!! note\n\n{}",
        "??? note\n\n{}",
        "<details markdown>\n<summary>A solution</summary>\n\n{}\n\n</details>",
        "[^1]: A footnote\n\n{}",
        "Term\n:   Definition\n\n{}",
        "<!--\n{}\n-->",
    ],
)
def test_nested_blocks_run(proof: Proof, around: str) -> None:
    nested = "\n".join("    " + line for line in BLOCK.format("19", "18").strip().splitlines())
    result = proof(around.format(nested))
    result.assert_outcomes(failed=1)
    says(result, "page.md:*: the page's output differs from the block's", "-18", "+19")


@pytest.mark.parametrize(
    "info", ["python notest", "py", "Python", "{.python}", 'python title="how notest works"', ""]
)
def test_a_fence_that_would_not_run_stops_the_tests(proof: Proof, info: str) -> None:
    result = proof(f"Text\n\n```{info}\n1 / 0\n```")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(
        result,
        "*ERROR collecting page.md*",
        "page.md:3: expected a fence to be one of python, text, bash, markdown and nothing more, "
        f"got ```{info}",
    )


def test_a_fence_that_is_not_closed_stops_the_tests(proof: Proof) -> None:
    result = proof("Text\n\n```python\nprint(1)")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(result, "page.md:3: expected the fence to be closed by '```', got the page's end")


def test_a_picture_on_a_page_without_blocks_stops_the_tests(proof: Proof) -> None:
    result = proof("![A](a.svg)")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(result, "page.md:1: expected the block that draws a.svg before it")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("Café\n".encode("latin-1"), "page.md:1: expected text in UTF-8, got the byte 0xe9"),
        (
            b"one\r\rtwo\n",
            r"page.md:1: expected all lines to end with \n, or all with \r\n, got '\n', '\r'",
        ),
    ],
)
def test_a_file_that_cannot_be_read_as_a_page_is_reported_with_its_line(
    proof: Proof, content: bytes, problem: str
) -> None:
    Path("page.md").write_bytes(content)
    result = proof(None)
    result.assert_outcomes(errors=1)
    says(result, problem)
    result.stdout.no_fnmatch_line("*Decode*")


def test_all_problems_of_two_pages_are_reported_in_one_run(proof: Proof) -> None:
    Path("other.md").write_text("![A](b.svg)\n\n```py\n```\n")
    result = proof("![A](a.svg)\n\n```text\n1\n```")
    result.assert_outcomes(errors=2)
    says(result, "other.md:1: *", "other.md:3: *", "page.md:1: *", "page.md:3: *")


def test_a_page_that_moved_after_its_collection_is_reported_in_a_sentence(proof: Proof) -> None:
    """The first page adds a line to the second before that one is read."""
    Path("zebra.md").write_text(page(("1", "1")).lstrip())
    path = str(Path("zebra.md").resolve())
    result = proof(
        f"""
        ```python
        from pathlib import Path
        path = Path({path!r})
        _ = path.write_text("New.\\n" + path.read_text())
        ```
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    says(result, "zebra.md:1: the page changed since its tests were collected; run pytest again")
    result.stdout.no_fnmatch_line("*run.py*")


@pytest.mark.parametrize("code", ["import os; os.closerange(3, 200)", "import os; os._exit(1)"])
def test_a_page_that_ends_its_process_does_not_reach_the_next(proof: Proof, code: str) -> None:
    Path("zebra.md").write_text(page(("1", "1")))
    result = proof(f"```python\n{code}\n```")
    result.assert_outcomes(passed=1, failed=1)
    says(result, "it ended the Python process that ran it")


def test_a_block_with_a_type_error_runs_only_once(proof: Proof) -> None:
    result = proof(
        """
        ```python
        count = globals().get("count", 0) + 1
        if count == 1:
            raise TypeError("the first time")
        ```
        """
    )
    result.assert_outcomes(failed=1)
    says(
        result,
        "page.md:1: the block raised",
        "Traceback (most recent call last):",
        '*page.md", line 4, in <module>',
        "TypeError: the first time",
    )


@pytest.mark.parametrize(
    "raises",
    ["1 / 0", "exit()", "import pytest; pytest.skip('no')", "import pytest; pytest.exit('no')"],
)
def test_blocks_after_one_that_raised_are_skipped(proof: Proof, raises: str) -> None:
    result = proof(
        f"""
        ```python
        {raises}
        ```

        ```python
        from pathlib import Path
        Path({str(Path.cwd() / "ran")!r}).touch()
        ```
        """
    )
    result.assert_outcomes(failed=1, skipped=1)
    says(result, "page.md:1: the block raised", "SKIPPED*the block at page.md:1 raised before*")
    assert not Path("ran").exists()


def test_blocks_after_one_with_a_wrong_output_still_run(proof: Proof) -> None:
    proof(page(("19", "18"), ("22", "22"))).assert_outcomes(failed=1, passed=1)


def test_a_failure_on_one_page_does_not_affect_another(proof: Proof) -> None:
    Path("other.md").write_text(page(("19", "19")))
    proof("```python\n1 / 0\n```").assert_outcomes(failed=1, passed=1)


THREE = """
```python
name = 19
```

```python
print(name + 3)
```

```text
22
```

```python
name += 1
print(name)
```

```text
20
```
"""


def test_a_block_selected_by_its_line_runs_those_before_it_first(proof: Proof) -> None:
    result = proof(THREE, "-k", "line:13")
    result.assert_outcomes(passed=1, deselected=2)


def test_a_block_selected_alone_fails_when_one_before_it_raises(proof: Proof) -> None:
    result = proof(THREE.replace("name = 19", "name = 19 / 0"), "-k", "line:13")
    result.assert_outcomes(failed=1, deselected=2)
    says(result, "page.md:1: the block raised", "ZeroDivisionError: division by zero")


def test_blocks_selected_in_another_order_run_once(proof: Proof) -> None:
    ids = [f"page.md::[CodeFence#{n}][line:{line}]" for n, line in ((3, 13), (1, 1), (2, 5))]
    proof(THREE, *ids).assert_outcomes(passed=3)


def test_with_xdist_a_page_stays_in_one_process(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some versions of pytest silently ignore the groups of pytest-xdist."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("page.md").write_text(page(*[("19", "19")] * 4))
    options = ["-p", "xdist.plugin", "--numprocesses=2", "--dist=loadgroup", "-v"]
    result = pytester.runpytest_subprocess(*PLUGINS, "--markdown-docs", *options)
    processes = [line.split()[0] for line in result.outlines if "PASSED" in line]
    assert len(processes) == 4
    assert len(set(processes)) == 1


def test_a_fence_in_a_docstring_is_rejected(proof: Proof) -> None:
    Path("module.py").write_text('"""A module.\n\n```python\n1 + 1\n```\n"""\n')
    result = proof("Text")
    result.assert_outcomes(failed=1)
    says(
        result, "*module.py:*: expected examples in docstrings to be written after >>>, got a fence"
    )


def test_running_pages_leaves_nothing_behind(proof: Proof) -> None:
    proof(
        """
        ```python
        file = open("notes.txt", "w")
        file.close()
        ```
        """
    ).assert_outcomes(passed=1)
    assert [path.name for path in Path().iterdir()] == ["page.md"]


def test_updating_corrects_a_page(proof: Proof) -> None:
    result = proof(page(("19", "18"), ("22", "22")), "--update-pages")
    result.assert_outcomes(passed=2)
    says(result, "updated page.md")
    assert Path("page.md").read_text() == page(("19", "19"), ("22", "22")).lstrip()
    again = proof(None, "--update-pages")
    again.assert_outcomes(passed=2)
    again.stdout.no_fnmatch_line("updated *")
    proof(None).assert_outcomes(passed=2)


def test_updating_notes_the_numbers_of_a_page_without_blocks(proof: Proof) -> None:
    Path("numbers").mkdir()
    cited = '---\ncited:\n  "2018": {}\n---\n\nIn 2018.\n'
    says(proof(cited.format("the article"), "--update-pages"), "updated page.md")
    proof(None).assert_outcomes(passed=1)
    proof(cited.format("the book")).assert_outcomes(failed=1)


def test_updating_draws_the_figures(proof: Proof) -> None:
    result = proof(
        """
        ```python
        with open("a.svg", "w") as file:
            _ = file.write("<svg/>")

        ```

        ![A](a.svg)
        """,
        "--update-pages",
    )
    result.assert_outcomes(passed=1)
    assert Path("a.svg").read_text() == "<svg/>"
    proof(None).assert_outcomes(passed=1)
    Path("a.svg").write_text("<svg />")
    result = proof(None)
    result.assert_outcomes(failed=1)
    says(result, "page.md:7: a.svg differs from what the block draws", "-<svg />", "+<svg/>")


@pytest.mark.parametrize(
    "fault",
    [
        "1 / 0",
        "import sys; print(1, file=sys.stderr)",
        "print('a\\rb')",
        "open('a.svg', 'w').close()",
        "exit()",
    ],
)
@pytest.mark.parametrize("options", [[], ["-k", "line:9"]])
def test_updating_does_not_change_a_page_with_a_fault(
    proof: Proof, fault: str, options: list[str]
) -> None:
    text = page(("19", "18")).lstrip() + f"\n```python\n{fault}\n```\n" + page(("22", "21"))
    result = proof(text, "--update-pages", *options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert Path("page.md").read_text() == text


def test_updating_one_block_after_an_error_does_not_change_the_page(
    proof: Proof,
) -> None:
    text = "```python\n1 / 0\n```\n" + page(("22", "21"))
    proof(text, "--update-pages", "-k", "line:5").assert_outcomes(failed=1, deselected=1)
    assert Path("page.md").read_text() == text


def test_updating_one_block_also_updates_those_before_it(proof: Proof) -> None:
    proof(page(("1", "2"), ("3", "4"), ("5", "6")), "--update-pages", "-k", "line:9")
    assert Path("page.md").read_text() == page(("1", "1"), ("3", "3"), ("5", "6")).lstrip()


def test_without_the_option_no_page_is_written(proof: Proof) -> None:
    text = page(("19", "18")).lstrip()
    proof(text).assert_outcomes(failed=1)
    assert Path("page.md").read_text() == text


def test_with_ulps_numbers_may_differ_by_a_digit(proof: Proof) -> None:
    text = page(("0.25, 19", "0.24 19"))
    proof(text).assert_outcomes(failed=1)
    proof(text, "--page-ulps=1").assert_outcomes(passed=1)
    result = proof(page(("0.25, 19", "0.24 18")), "--page-ulps=1")
    says(result, "-0.24 18", "+0.25 19")


def test_with_ulps_numbers_in_figures_may_differ(proof: Proof) -> None:
    text = """
        ```python
        with open("a.svg", "w") as file:
            _ = file.write("<svg x='{}'/>")

        ```

        ![A](a.svg)
        """
    proof(text.format(0.25), "--update-pages")
    proof(text.format(0.26)).assert_outcomes(failed=1)
    proof(text.format(0.26), "--page-ulps=1").assert_outcomes(passed=1)
    proof(text.format(0.27), "--page-ulps=1").assert_outcomes(failed=1)


def test_with_ulps_pixels_may_not_differ(proof: Proof) -> None:
    text = """
        ```python
        with open("a.png", "wb") as file:
            _ = file.write(bytes([255, {}]))

        ```

        ![A](a.png)
        """
    proof(text.format(1), "--update-pages")
    proof(text.format(1), "--page-ulps=1").assert_outcomes(passed=1)
    proof(text.format(2), "--page-ulps=1").assert_outcomes(failed=1)


def test_messages_are_colored_on_a_terminal(proof: Proof) -> None:
    result = proof(page(("19", "18")), "--color=yes")
    says(
        result,
        "\x1b[31m-18\x1b[0m",
        "\x1b[32m+19\x1b[0m",
        "\x1b[1mto update the page: pytest --update-pages page.md\x1b[0m",
    )


def test_on_a_code_host_each_message_is_an_annotation_of_its_line(
    proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "The `totl` in %.\n" + page(("19", "18"), ("22", "22")) + "\n```python\n1 / 0\n```\n"
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    proof(text).stdout.no_fnmatch_line("::*")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = proof(text)
    says(
        result,
        "::error file=page.md,line=7::the page's output differs from the block's%0A"
        "--- on the page%0A+++ actual%0A-18%0A+19%0A"
        "to update the page: pytest --update-pages page.md",
        "::error file=page.md,line=19::the block raised%0ATraceback*ZeroDivisionError*",
    )
    result = proof(text.replace("1 / 0", "total = 0"))
    says(result, "::error file=page.md,line=1::`totl` does not exist*%0Aexpected*")


def test_a_number_that_differs_from_its_note_is_reported(proof: Proof) -> None:
    Path("numbers").mkdir()
    Path("numbers/page.txt").write_text("# It is\n19 in: code 1\n")
    page = "# It is\n\n19 in all.\n\n```python\nprint(19)\n```\n\n```text\n19\n```\n"
    proof(page).assert_outcomes(passed=2)
    result = proof(page.replace("19 in", "20 in"))
    result.assert_outcomes(passed=1, failed=1)
    says(result, "page.md:3: no block, output or figure of this page has the number 20;*")


def test_updating_with_several_processes_is_rejected(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    text = page(("19", "18"))
    Path("page.md").write_text(text)
    options = ["-p", "xdist.plugin", "-n", "2", "--update-pages"]
    result = pytester.runpytest_subprocess(*PLUGINS, "--markdown-docs", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected --update-pages alone, got --numprocesses: *"])
    assert Path("page.md").read_text() == text


def test_a_sentence_edited_during_an_update_survives(proof: Proof) -> None:
    path = Path("page.md").resolve()
    edit = f"path = Path({str(path)!r})\n_ = path.write_text('New.' + path.read_text())"
    text = f"Text.\n\n```python\nfrom pathlib import Path\n{edit}\n```\n" + page(("19", "18"))
    result = proof(text, "--update-pages")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    says(result, "page.md: it was edited while its blocks ran, so it was not updated: run again")
    assert path.read_text() == f"New.{text.rstrip()}\n"


def test_an_interrupted_update_writes_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(
        "def pytest_runtest_setup(item):\n"
        "    if 'line:9' in item.name:\n"
        "        raise KeyboardInterrupt\n"
    )
    text = page(("19", "18"), ("22", "21")).lstrip()
    Path("page.md").write_text(text)
    options = ["--markdown-docs", "--update-pages"]
    result = pytester.runpytest_subprocess(*PLUGINS, *options)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert Path("page.md").read_text() == text


def test_a_page_that_cannot_be_written_does_not_stop_the_others(
    proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder/a.svg").mkdir(parents=True)
    draw = "with open('a.svg', 'w') as file:\n    _ = file.write('A')\n"
    Path("folder/bad.md").write_text(f"```python\n{draw}\n```\n\n![A](a.svg)\n")
    Path("zebra.md").write_text(page(("22", "21")))
    result = proof(page(("19", "18")), "--update-pages")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    says(result, "updated page.md", "updated zebra.md")
    says(result, "folder/bad.md: expected to write *a.svg, got: Is a directory")
    result.stdout.no_fnmatch_line("*Traceback*")
    assert "22\n```\n" in Path("zebra.md").read_text()


def test_the_last_test_of_a_page_ends_its_process(proof: Proof) -> None:
    """The second page can see that the process of the first has ended."""
    code = f"import os\nfrom pathlib import Path\nfile = Path({str(Path('pid').resolve())!r})\n"
    Path("a.md").write_text(f"```python\n{code}_ = file.write_text(str(os.getpid()))\n```\n")
    wait = (
        "import contextlib\n"
        "pid = file.read_text()\n"
        "stat = Path(f'/proc/{pid}/stat')\n"
        "with contextlib.suppress(FileNotFoundError, ProcessLookupError):\n"
        "    while stat.read_text().rpartition(')')[2].split()[0] != 'Z':\n"
        "        os.sched_yield()\n"
    )
    Path("b.md").write_text(f"```python\n{code}{wait}```\n")
    proof(None).assert_outcomes(passed=2)


@pytest.mark.parametrize("ending", ["import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_block_that_ends_python_is_reported_with_its_line(proof: Proof, ending: str) -> None:
    result = proof(f"```python\n{ending}\n```\n\n```python\nprint(1)\n```")
    result.assert_outcomes(failed=1, skipped=1)
    says(result, "page.md:1: the block raised", "it ended the Python process that ran it")
