"""pytest runs each block of a page as a test, and says to its author what is not true."""

from inspect import cleandoc
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest_plugins = ["pytester"]
PLUGINS = [
    "-p",
    "pages.prove.plugin",
    "-p",
    "pytest_markdown_docs.plugin",
    "-p",
    "no:cacheprovider",
]


@pytest.fixture
def proof(pytester, monkeypatch):
    """Run pytest on a page, as `make test` does; the result tells what its author would see."""
    # Hypothesis, for one, would be imported anew by each run, which takes a second.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def proof(text, *options):
        if text is not None:
            Path("page.md").write_text(cleandoc(text) + "\n")
        return pytester.runpytest_inprocess(*PLUGINS, "--markdown-docs", "-ra", *options)

    return proof


def says(result, *lines):
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in lines])


BLOCK = """
```python
print({})
```

```text
{}
```
"""


def page(*blocks):
    return "".join(BLOCK.format(*block) for block in blocks)


def test_a_true_page_passes(proof):
    proof(page(("19", "19"), ("22", "22"))).assert_outcomes(passed=2)


def test_each_block_is_a_test_named_by_its_line(proof):
    result = proof(page(("19", "19"), ("22", "22")), "--collect-only", "-q")
    says(result, "page.md::[CodeFence#1][line:1]", "page.md::[CodeFence#2][line:9]")


def test_a_wrong_digit_fails_with_its_line_the_difference_and_the_cure(proof):
    result = proof(page(("19", "18")))
    result.assert_outcomes(failed=1)
    says(
        result,
        "page.md:5: the page shows another output than the block's",
        "--- on the page",
        "+++ in truth",
        "-18",
        "+19",
        "to write what is true into the page: pytest --update-pages page.md",
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
def test_a_block_is_run_wherever_it_is_nested(proof, around):
    nested = "\n".join("    " + line for line in BLOCK.format("19", "18").strip().splitlines())
    result = proof(around.format(nested))
    result.assert_outcomes(failed=1)
    says(result, "page.md:*: the page shows another output than the block's", "-18", "+19")


@pytest.mark.parametrize(
    "info", ["python notest", "py", "Python", "{.python}", 'python title="how notest works"', ""]
)
def test_a_fence_that_would_not_be_run_stops_everything(proof, info):
    result = proof(f"Text\n\n```{info}\n1 / 0\n```")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(
        result,
        "*ERROR collecting page.md*",
        "line 3: expected a fence to be one of python, text, bash, markdown and nothing more, "
        f"got ```{info}",
    )


def test_a_fence_that_is_not_closed_stops_everything(proof):
    result = proof("Text\n\n```python\nprint(1)")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(result, "line 3: expected the fence to be closed by '```', got the page's end")


def test_a_picture_on_a_page_without_blocks_stops_everything(proof):
    result = proof("![A](a.svg)")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    says(result, "line 1: expected the block that draws a.svg before it")


def test_a_type_error_fails_and_is_not_tried_again(proof):
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
def test_what_follows_a_block_that_raised_is_skipped_unrun(proof, raises):
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


def test_what_follows_a_block_that_shows_something_wrong_is_still_run(proof):
    proof(page(("19", "18"), ("22", "22"))).assert_outcomes(failed=1, passed=1)


def test_one_page_s_failure_is_not_another_s(proof):
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


def test_a_block_selected_by_its_line_runs_those_before_it_first(proof):
    result = proof(THREE, "-k", "line:13")
    result.assert_outcomes(passed=1, deselected=2)


def test_a_block_selected_alone_fails_when_one_before_it_raises(proof):
    result = proof(THREE.replace("name = 19", "name = 19 / 0"), "-k", "line:13")
    result.assert_outcomes(failed=1, deselected=2)
    says(result, "page.md:1: the block raised", "ZeroDivisionError: division by zero")


def test_a_block_may_be_selected_twice_or_in_another_order_and_runs_once(proof):
    ids = [f"page.md::[CodeFence#{n}][line:{line}]" for n, line in ((3, 13), (1, 1), (2, 5))]
    proof(THREE, *ids).assert_outcomes(passed=3)


def test_where_tests_are_spread_a_page_stays_in_one_process(pytester, monkeypatch):
    """Some versions of pytest and pytest-xdist let no group stay together, and say no word."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("page.md").write_text(page(*[("19", "19")] * 4))
    options = ["-p", "xdist.plugin", "--numprocesses=2", "--dist=loadgroup", "-v"]
    result = pytester.runpytest_subprocess(*PLUGINS, "--markdown-docs", *options)
    processes = [line.split()[0] for line in result.outlines if "PASSED" in line]
    assert len(processes) == 4
    assert len(set(processes)) == 1


def test_a_fence_in_a_docstring_is_refused(proof):
    Path("module.py").write_text('"""A module.\n\n```python\n1 + 1\n```\n"""\n')
    result = proof("Text")
    result.assert_outcomes(failed=1)
    says(
        result, "*module.py:*: expected examples in docstrings to be written after >>>, got a fence"
    )


def test_running_pages_leaves_nothing_behind(proof):
    proof(
        """
        ```python
        file = open("notes.txt", "w")
        file.close()
        ```
        """
    ).assert_outcomes(passed=1)
    assert [path.name for path in Path().iterdir()] == ["page.md"]


def test_updating_makes_a_page_true(proof):
    result = proof(page(("19", "18"), ("22", "22")), "--update-pages")
    result.assert_outcomes(passed=2)
    says(result, "updated page.md")
    assert Path("page.md").read_text() == page(("19", "19"), ("22", "22")).lstrip()
    again = proof(None, "--update-pages")
    again.assert_outcomes(passed=2)
    again.stdout.no_fnmatch_line("updated *")
    proof(None).assert_outcomes(passed=2)


def test_updating_notes_the_numbers_of_a_page_without_blocks(proof):
    Path("numbers").mkdir()
    cited = '---\ncited:\n  "2018": {}\n---\n\nIn 2018.\n'
    says(proof(cited.format("the article"), "--update-pages"), "updated page.md")
    proof(None).assert_outcomes(passed=1)
    proof(cited.format("the book")).assert_outcomes(failed=1)


def test_updating_draws_the_figures(proof):
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
    says(result, "page.md:7: a.svg is another picture than the block draws", "-<svg />", "+<svg/>")


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
def test_a_page_with_a_fault_is_left_as_it_is_by_an_update(proof, fault, options):
    text = page(("19", "18")).lstrip() + f"\n```python\n{fault}\n```\n" + page(("22", "21"))
    result = proof(text, "--update-pages", *options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert Path("page.md").read_text() == text


def test_updating_one_block_when_one_before_it_raises_leaves_the_page_as_it_is(proof):
    text = "```python\n1 / 0\n```\n" + page(("22", "21"))
    proof(text, "--update-pages", "-k", "line:5").assert_outcomes(failed=1, deselected=1)
    assert Path("page.md").read_text() == text


def test_updating_one_block_updates_those_before_it_as_well(proof):
    proof(page(("1", "2"), ("3", "4"), ("5", "6")), "--update-pages", "-k", "line:9")
    assert Path("page.md").read_text() == page(("1", "1"), ("3", "3"), ("5", "6")).lstrip()


def test_without_the_option_a_page_is_never_written(proof):
    text = page(("19", "18")).lstrip()
    proof(text).assert_outcomes(failed=1)
    assert Path("page.md").read_text() == text


def test_numbers_may_differ_by_a_digit_on_other_machines_alone(proof):
    text = page(("0.25, 19", "0.24 19"))
    proof(text).assert_outcomes(failed=1)
    proof(text, "--page-ulps=1").assert_outcomes(passed=1)
    result = proof(page(("0.25, 19", "0.24 18")), "--page-ulps=1")
    says(result, "-0.24 18", "+0.25 19")


def test_numbers_in_figures_may_differ_as_well(proof):
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


def test_pixels_never_may(proof):
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


def test_a_terminal_with_colours_shows_them(proof):
    result = proof(page(("19", "18")), "--color=yes")
    says(
        result,
        "\x1b[31m-18\x1b[0m",
        "\x1b[32m+19\x1b[0m",
        "\x1b[1mto write what is true into the page: pytest --update-pages page.md\x1b[0m",
    )


def test_on_a_code_host_each_message_is_put_on_its_line(proof, monkeypatch):
    text = "The `totl` in %.\n" + page(("19", "18"), ("22", "22")) + "\n```python\n1 / 0\n```\n"
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    proof(text).stdout.no_fnmatch_line("::*")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = proof(text)
    says(
        result,
        "::error file=page.md,line=7::the page shows another output than the block's%0A"
        "--- on the page%0A+++ in truth%0A-18%0A+19%0A"
        "to write what is true into the page: pytest --update-pages page.md",
        "::error file=page.md,line=19::the block raised%0ATraceback*ZeroDivisionError*",
    )
    result = proof(text.replace("1 / 0", "total = 0"))
    says(result, "::error file=page.md,line=1::`totl` does not exist*%0Aexpected*")


def test_where_numbers_are_noted_a_wrong_one_is_told(proof):
    Path("numbers").mkdir()
    Path("numbers/page.txt").write_text("# It is\n19 in: code 1\n")
    page = "# It is\n\n19 in all.\n\n```python\nprint(19)\n```\n\n```text\n19\n```\n"
    proof(page).assert_outcomes(passed=2)
    result = proof(page.replace("19 in", "20 in"))
    result.assert_outcomes(passed=1, failed=1)
    says(result, "page.md:3: no block, output or figure of this page has the number 20;*")
