"""Test that each difference between a page and what its blocks did is reported."""

import re
import subprocess
import sys
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import pytest

from pages.page import read_page
from pages.prove.compare import MEND, agree, differences, faults
from pages.prove.session import Session

Problems = Callable[[str], str]


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Problems:
    """Write a page, run it, and return what is wrong with it, without the advice."""
    monkeypatch.chdir(tmp_path)

    def problems(text: str) -> str:
        path = tmp_path / "page.md"
        path.write_text(cleandoc(text) + "\n")
        session = Session(read_page(path))
        found = []
        for block in session.page.blocks:
            result = session.run(block)
            found += faults(session, block, result) or differences(session, block, result)
        session.close()
        return "\n".join(message.partition(f"\n{MEND}")[0] for message in found)

    return problems


def block(code: str, output: str | None = None, mark: str = "```") -> str:
    text = f"```python\n{code}\n```\n"
    return text if output is None else f"{text}\n{mark}text\n{output}\n{mark}\n"


TRACEBACK = "Traceback (most recent call last):\n  ...\n"


def test_a_correct_page_has_no_problems(problems: Problems) -> None:
    assert problems(block("print(19)", "19")) == ""
    assert problems(block("a = 19")) == ""
    assert problems(block("print()", "")) == ""
    assert problems(block("print('a\\n\\nb', end='')", "a\n\nb")) == ""


def test_a_wrong_digit_is_reported(problems: Problems) -> None:
    assert problems(block("print(1)\nprint(19)\nprint(3)", "1\n18\n3")) == (
        "page.md:7: the page's output differs from the block's\n"
        "--- on the page\n"
        "+++ actual\n"
        " 1\n"
        "-18\n"
        "+19\n"
        " 3"
    )


def test_a_changed_operator_is_reported(problems: Problems) -> None:
    assert "-11\n+24" in problems(block("print(3 * 8)", "11"))


def test_an_output_missing_from_the_page_is_reported(problems: Problems) -> None:
    message = problems("Text\n\n" + block("a = 1\nprint(a)"))
    assert message.startswith("page.md:3: the page's output differs from the block's\n")
    assert message.endswith("\n+1")


def test_an_output_that_is_not_printed_is_reported(problems: Problems) -> None:
    message = problems(block("a = 1", "1"))
    assert message.startswith("page.md:5: the page's output differs from the block's\n")
    assert message.endswith("\n-1")


@pytest.mark.parametrize(
    ("printed", "page"),
    [("1", "1 "), ("1 ", "1"), ("1", " 1"), ("1\\n", "1"), ("1", "1\n"), ("-0", "0"), ("σ", "s")],
)
def test_output_is_compared_exactly(problems: Problems, printed: str, page: str) -> None:
    assert "page.md:5: the page's output differs" in problems(block(f"print('{printed}')", page))


def test_trailing_blanks_are_made_visible(problems: Problems) -> None:
    assert problems(block("print(1)", "1  ")).endswith("\n-1··\n+1")


def test_each_output_belongs_to_the_block_before_it(problems: Problems) -> None:
    message = problems(block("print(1)", "2") + "\n" + block("print(2)", "1"))
    assert "page.md:5" in message
    assert "page.md:13" in message


def test_a_forgotten_seed_is_reported(problems: Problems) -> None:
    seeded = "import torch\ntorch.manual_seed(0)\nprint(torch.rand(3))"
    true = "tensor([0.4963, 0.7682, 0.0885])"
    assert problems(block(seeded, true)) == ""
    forgetful = seeded.replace("torch.manual_seed(0)\n", "")
    assert f"-{true}\n+tensor([" in problems(block(forgetful, true))


def test_an_error_shown_on_the_page_is_expected(problems: Problems) -> None:
    assert problems(block("1 / 0", f"{TRACEBACK}ZeroDivisionError: division by zero")) == ""


def test_an_error_may_follow_printed_output(problems: Problems) -> None:
    output = f"before\n{TRACEBACK}ZeroDivisionError: division by zero"
    assert problems(block("print('before')\n1 / 0", output)) == ""
    assert "+before" in problems(block("print('before')\n1 / 0", output.removeprefix("before\n")))


def test_an_error_message_may_have_several_lines(problems: Problems) -> None:
    raises = "raise ValueError('one\\n\\nthree')"
    assert problems(block(raises, f"{TRACEBACK}ValueError: one\n\nthree")) == ""
    assert "+three" in problems(block(raises, f"{TRACEBACK}ValueError: one"))


def test_an_error_class_of_the_page_is_shown_without_its_module(problems: Problems) -> None:
    code = "class Own(Exception):\n    pass\n\nraise Own('mine')"
    assert problems(block(code, f"{TRACEBACK}Own: mine")) == ""
    assert "+Own: mine" in problems(block(code, f"{TRACEBACK}__main__.Own: mine"))


def test_an_expected_error_that_is_not_raised_is_reported(problems: Problems) -> None:
    output = f"{TRACEBACK}ZeroDivisionError: division by zero"
    message = problems(block("print(1 / 1)", output))
    assert message.startswith("page.md:5: the page's output differs from the block's\n")
    assert message.endswith("-ZeroDivisionError: division by zero\n+1.0")


@pytest.mark.parametrize("raises", ["raise ValueError('two')", "raise TypeError('one')"])
def test_another_error_than_the_expected_is_reported(problems: Problems, raises: str) -> None:
    assert "-ValueError: one\n+" in problems(block(raises, f"{TRACEBACK}ValueError: one"))


def test_an_unexpected_error_is_reported_with_its_line(problems: Problems) -> None:
    message = problems("Text\n\n" + block("a = 1\na / 0", "1.0"))
    assert message.startswith("page.md:3: the block raised\nTraceback (most recent call last):\n")
    assert 'page.md", line 5, in <module>\n    a / 0\n' in message
    assert message.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "import pytest; pytest.skip('3')"])
def test_system_exit_cannot_be_expected(problems: Problems, code: str) -> None:
    assert "page.md:1: the block raised" in problems(block(code))
    name = "SystemExit" if "sys" in code else "Skipped"
    assert "page.md:1: the block raised" in problems(block(code, f"{TRACEBACK}{name}: 3"))


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nprint('careful', file=sys.stderr)",
        "import warnings\nwarnings.warn('careful', stacklevel=1)",
    ],
)
def test_output_to_stderr_is_reported(problems: Problems, code: str) -> None:
    message = problems(block(code))
    assert message.startswith(
        "page.md:1: the block wrote to stderr, which the page cannot show; a reader would see\n"
    )
    assert "careful\n" in message


def test_notes_about_the_machine_are_not_reported(problems: Problems) -> None:
    code = "import sys\n_ = sys.stderr.write('W1 No CUDA runtime is found, using x\\n{}')"
    assert problems(block(code.format(""))) == ""
    assert problems(block(code.format("careful"))).endswith("a reader would see\ncareful")


@pytest.mark.parametrize("character", ["\\t", "\\r", "\\x1b", "\\f", "\\u2028", "\\u200b"])
def test_invisible_output_is_reported(problems: Problems, character: str) -> None:
    assert problems(block(f"print('a{character}b')", "ab")) == (
        f"page.md:1: the block printed what cannot be seen on a page: ['{character.lower()}']"
    ).replace("\\f", "\\x0c")


def figure(content: str, after: str = "![A](a.svg)") -> str:
    return block(f"file = open('a.svg', 'w')\n_ = file.write({content!r})\nfile.close()") + after


def test_a_figure_drawn_by_the_block_before_it_is_accepted(
    problems: Problems, tmp_path: Path
) -> None:
    (tmp_path / "a.svg").write_text("A\n")
    assert problems(figure("A\n", "\n\n![A](a.svg)\n")) == ""


def test_a_missing_figure_file_is_reported(problems: Problems) -> None:
    assert problems(figure("A\n", "\n![A](a.svg)")) == (
        "page.md:7: a.svg differs from what the block draws\n--- on the page\n+++ actual\n+A"
    )


def test_a_changed_byte_of_a_figure_is_reported(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<path d='1'/>\n")
    message = problems(figure("<path d='2'/>\n", "\n![A](a.svg)"))
    assert message.startswith("page.md:7: a.svg differs from what the block draws\n")
    assert message.endswith("-<path d='1'/>\n+<path d='2'/>")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"A\r\n", "-A·\n+A"),
        (b"A", "expected 2 bytes, got 1; byte 1 is the first that differs"),
        (b"A\n\xff", "expected 2 bytes, got 3; byte 2 is the first that differs"),
        (b"\x89PNG", "expected 2 bytes, got 4; byte 0 is the first that differs"),
    ],
)
def test_a_change_within_a_line_is_reported_by_its_position(
    problems: Problems, tmp_path: Path, content: bytes, place: str
) -> None:
    (tmp_path / "a.svg").write_bytes(content)
    assert problems(figure("A\n", "\n![A](a.svg)")).endswith(f"\n{place}")


def test_a_figure_that_no_block_drew_is_reported(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("A\n")
    assert problems(block("a = 1") + "\n![A](a.svg)") == (
        "page.md:5: expected the block before it to draw a.svg, but no block did"
    )


def test_a_figure_that_another_block_drew_is_reported(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("A\n")
    assert problems(figure("A\n", "\n![A](a.svg)\n\n") + block("b = 1") + "\n![A](a.svg)") == (
        "page.md:13: expected the block before it to draw a.svg, but the one at line 1 did"
    )


def test_two_blocks_may_draw_the_same_figure(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("A\n")
    again = figure("A\n", "\n![A](a.svg)\n\n")
    assert problems(again + again) == ""


def test_a_figure_that_the_page_does_not_show_is_reported(problems: Problems) -> None:
    assert problems(figure("A\n", "")) == (
        "page.md:1: the block drew a.svg, which the page does not show after it"
    )


@pytest.mark.parametrize("path", ["b.svg", "A.svg", "figures/a.svg"])
def test_a_figure_must_have_the_path_that_the_block_wrote(problems: Problems, path: str) -> None:
    message = problems(figure("A\n", f"\n![A]({path})"))
    assert f"page.md:7: expected the block before it to draw {path}, but no block did" in message
    assert "page.md:1: the block drew a.svg, which the page does not show after it" in message


def test_all_problems_are_reported_at_once(problems: Problems) -> None:
    message = problems(
        block("import sys\nprint(1, file=sys.stderr)\nopen('b.svg', 'w').close()") + "\n![A](a.svg)"
    )
    assert [line for line in message.splitlines() if line.startswith("page.md:")] == [
        "page.md:1: the block wrote to stderr, which the page cannot show; a reader would see",
        "page.md:7: expected the block before it to draw a.svg, but no block did",
        "page.md:1: the block drew b.svg, which the page does not show after it",
    ]


@pytest.mark.parametrize(
    ("page", "true"),
    [
        ("loss 0.2500", "loss 0.2501"),
        ("0.999 to 1.000", "1.000 to 0.999"),
        ("0.5", "0.49"),  # each is shown as short as it can be
        ("0.3", "0.31"),
        ("1.00e-4", "9.99e-5"),
        ("-0.0000", "0.0000"),
        ("tensor([ 0.1, -0.2])", "tensor([ 0.2, -0.3])"),
        ('<path d="M 285 44 L 9.9 1"/>', '<path d="M 285.1 44 L 10 1"/>'),
    ],
)
def test_with_ulps_numbers_may_differ_by_one_in_their_last_digit(page: str, true: str) -> None:
    assert agree(page, true, ulps=1)
    assert agree(true, page, ulps=1)
    assert not agree(page, true)


@pytest.mark.parametrize(
    ("page", "true"),
    [
        ("loss 0.2500", "loss 0.2502"),
        ("loss 0.25", "cost 0.25"),
        ("0.1 0.2", "0.1"),
        ("0.5", "0.48"),
        ("shape (3, 4)", "shape (3, 5)"),
        ("float32", "float33"),
        ("#12e455", "#13e455"),
        ("v1.5", "v1.6"),
        ("1.00e-4", "1.00e-5"),
        ("0.01", "-0.01"),
        ("1.0e+999999999999999999", "1.1e+999999999999999999"),
    ],
)
def test_with_ulps_nothing_else_may_differ(page: str, true: str) -> None:
    assert not agree(page, true, ulps=1)
    assert not agree(true, page, ulps=1)


def test_the_message_suggests_the_command_that_fixes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.md").write_text(block("print(1)", "2"))
    session = Session(read_page(tmp_path / "page.md"))
    [first] = session.page.blocks
    [message] = differences(session, first, session.run(first))
    session.close()
    assert message.endswith("\nto update the page: pytest --update-pages page.md")


def test_a_syntax_error_is_shown_by_its_last_line(problems: Problems) -> None:
    last = "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"
    assert problems(block("print 1", f"{TRACEBACK}{last}")) == ""


def test_two_pictures_with_one_name_are_reported(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("A\n")
    message = problems(figure("A\n", "\n![A](a.svg)\n\n") + figure("B\n", "\n![B](a.svg)"))
    assert message == (
        "page.md:15: a.svg was drawn differently by the block at line 1: "
        "expected a separate file name for each picture"
    )


SAVE = """\
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
{}plt.plot([1, 3, 2], marker="o")
plt.savefig("a.svg"{})"""


def drawn(code: str, folder: Path) -> bytes:
    """Run code in a new process and return the picture that it draws."""
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    return (folder / "a.svg").read_bytes()


@pytest.mark.parametrize(
    ("set_up", "options"),
    [("", ""), ("", ', metadata={"Date": None}'), ('plt.rcParams["svg.hashsalt"] = "1"\n', "")],
)
def test_a_picture_that_differs_in_each_run_is_reported_as_unstable(
    problems: Problems, tmp_path: Path, set_up: str, options: str
) -> None:
    code = SAVE.format(set_up, options)
    old = drawn(code, tmp_path)
    if b"<dc:date>" in old:
        old = re.sub(rb"<dc:date>\d{4}", b"<dc:date>1999", old)
    (tmp_path / "a.svg").write_bytes(old)
    assert problems(block(code) + "\n![A](a.svg)") == (
        "page.md:9: a.svg differs from what the block draws: its random names or "
        "times change in each run; with Matplotlib, set "
        'plt.rcParams["svg.hashsalt"] and savefig(…, metadata={"Date": None})'
    ).replace("page.md:9", f"page.md:{9 + set_up.count(chr(10))}")


def test_a_picture_that_is_the_same_in_each_run_is_compared(
    problems: Problems, tmp_path: Path
) -> None:
    code = SAVE.format('plt.rcParams["svg.hashsalt"] = "1"\n', ', metadata={"Date": None}')
    (tmp_path / "a.svg").write_bytes(drawn(code, tmp_path))
    assert problems(block(code) + "\n![A](a.svg)") == ""


ERROR = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x2)"


@pytest.mark.parametrize(
    "other",
    [
        "RuntimeError: mm: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x2)",
        "RuntimeError: cannot multiply 2x2 by 3x2",
    ],
)
def test_with_ulps_an_error_may_be_worded_differently(tmp_path: Path, other: str) -> None:
    assert wrong_by_ulps(tmp_path, ERROR, other, 0)
    assert not wrong_by_ulps(tmp_path, ERROR, other, 1)


@pytest.mark.parametrize(
    "other",
    [
        "ValueError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x2)",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x4)",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2)",
    ],
)
def test_with_ulps_the_type_or_numbers_of_an_error_may_not_differ(
    tmp_path: Path, other: str
) -> None:
    assert wrong_by_ulps(tmp_path, ERROR, other, 1)


def test_with_ulps_what_was_printed_before_an_error_must_agree(tmp_path: Path) -> None:
    assert wrong_by_ulps(tmp_path, ERROR, ERROR, 1, printed="other")
    assert not wrong_by_ulps(tmp_path, ERROR, ERROR, 1)


def wrong_by_ulps(
    tmp_path: Path, raised: str, shown: str, ulps: int, printed: str = "before"
) -> list[str]:
    """Compare a page that shows one error with a block that raises another."""
    kind, _, message = raised.partition(": ")
    path = tmp_path / "page.md"
    path.write_text(
        block(f"print('before')\nraise {kind}({message!r})", f"{printed}\n{TRACEBACK}{shown}")
    )
    session = Session(read_page(path))
    [only] = session.page.blocks
    found = differences(session, only, session.run(only), ulps)
    session.close()
    return found


@pytest.mark.parametrize(
    ("changing", "before"),
    [
        ("time.time_ns()", "1795857201622686778"),
        ("uuid.uuid4()", "2549c833-bcf1-492e-9fbe-3b2a96d39332"),
        ("datetime.now()", "2026-11-28 09:13:20.623935"),
        ("datetime.now():%H:%M:%S", "11:22:33"),
    ],
)
def test_a_picture_with_a_time_or_a_random_name_is_reported_as_unstable(
    problems: Problems, tmp_path: Path, changing: str, before: str
) -> None:
    code = (
        "import time, uuid\nfrom datetime import datetime\n"
        f"with open('a.svg', 'w') as file:\n    _ = file.write(f'<!-- {{{changing}}} -->')"
    )
    (tmp_path / "a.svg").write_text(f"<!-- {before} -->")
    assert "its random names or times change in each run" in problems(block(code) + "\n![A](a.svg)")


def test_a_picture_drawn_differently_twice_is_reported_once(tmp_path: Path) -> None:
    """No update could make both true, so none is suggested."""
    draw = "with open('a.svg', 'w') as file:\n    _ = file.write('{}')"
    page = "\n".join(block(draw.format(n)) + "\n![A](a.svg)\n" for n in (1, 2))
    (tmp_path / "page.md").write_text(page)
    (tmp_path / "a.svg").write_text("1")
    session = Session(read_page(tmp_path / "page.md"))
    second = session.page.blocks[1]
    result = session.run(second)
    session.close()
    assert ["was drawn differently" in fault for fault in faults(session, second, result)] == [True]
    assert differences(session, second, result) == []


def test_too_much_output_is_reported(problems: Problems) -> None:
    assert problems(block("print('x' * 1_000_000)")) == (
        "page.md:1: the block printed 1000001 characters: expected at most 100000"
    )


def test_a_long_message_is_shortened(problems: Problems) -> None:
    lines = problems(block("for i in range(1000): print(i)", "x" * 1000)).split("\n")
    assert lines[3] == f"-{'x' * 499} … (1001 characters)"
    assert lines[-1] == "… (803 more lines)"
    flood = problems(block("import sys\nfor i in range(1000): print(i, file=sys.stderr)"))
    assert flood.endswith("198\n199\n… (801 more lines)")


@pytest.mark.parametrize(
    "code",
    [
        "import os; print(os.getcwd())",
        "import os; print(os.path.abspath('a.txt'))",
        "def f(): pass\nprint(f.__code__)",
        "import sys, traceback\ntry:\n    1 / 0\n"
        "except ZeroDivisionError:\n    traceback.print_exc(file=sys.stdout)",
        "import pages; print(pages)",
    ],
)
def test_a_printed_path_of_this_machine_is_reported(problems: Problems, code: str) -> None:
    assert "page.md:1: the block printed a path of this machine: /" in problems(block(code))
