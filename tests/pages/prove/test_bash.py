"""Test that the files of a page are written, and its commands run, in the session of the page."""

from pathlib import Path

import pytest

from pages.page import PageError
from pages.prove.compare import differences, faults
from pages.prove.session import Session
from tests.pages.prove.conftest import Start
from tests.pages.prove.test_session import is_running, wait_until_ended


def python(code: str) -> str:
    return f"```python\n{code}\n```\n\n"


def bash(command: str, output: str) -> str:
    return f"```bash\n{command}\n```\n\n```text\n{output}\n```\n\n"


def problems(session: Session) -> list[str]:
    """Run a page, and list what is wrong with it."""
    found = []
    for block in session.page.blocks:
        result = session.run(block)
        found += faults(session, block, result) or differences(session, block, result)
    return found


ADD = python('# add.py\nprint(5 + 14)\nraise SystemExit("end")')


def test_a_file_is_run_only_by_the_command_that_names_it(start: Start) -> None:
    output = "before\n19\nend\nexit status 1"
    session = start(text=ADD + bash("echo before\npython add.py", output))
    assert problems(session) == []
    assert session.run(session.page.blocks[0]).stdout == ""


def test_a_file_is_written_as_it_is_shown(start: Start) -> None:
    code = '# add.py\ndef add():\n\n    return "σ\\n"\n'
    session = start(text=python(code) + bash("cat add.py", code))
    assert problems(session) == []


def test_blocks_and_commands_share_a_folder_and_an_environment(start: Start) -> None:
    session = start(
        text=python("import os\nos.environ['SUM'] = '19'\nos.mkdir('sub')\nos.chdir('sub')")
        + bash("echo $SUM | tee sum.txt; basename $PWD", "19\nsub")
        + python("print(open('sum.txt').read(), os.listdir())")
    )
    assert session.run(session.page.blocks[2]).stdout == "19\n ['sum.txt']\n"
    assert problems(session)[1:] == []


def test_a_command_runs_once_and_in_its_place(start: Start) -> None:
    append = bash("echo x >> log.txt; cat log.txt", "{}")
    session = start(text=append.format("x") + append.format("x\nx"))
    first, second = session.page.blocks
    session.run(second)
    session.run(first)
    assert problems(session) == []


def test_commands_find_the_programs_of_the_environment(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    session = start(text=bash("python -c 'import pytest; print(pytest.__name__)'", "pytest"))
    assert problems(session) == []


def test_a_command_that_prints_something_else_is_reported(start: Start) -> None:
    session = start(text="Text.\n\n" + bash("echo 19", "18"))
    [problem] = problems(session)
    assert ":7: the page's output differs from the block's" in problem
    assert "-18\n+19\n" in problem


def test_what_commands_write_to_stderr_comes_last(start: Start) -> None:
    session = start(text=bash("echo no >&2; printf yes", "yes\nno"))
    assert problems(session) == []


def test_a_line_about_the_machine_is_left_out_of_an_output(start: Start) -> None:
    session = start(text=bash("echo 'No CUDA runtime is found, using x' >&2; echo 1", "1"))
    assert problems(session) == []


@pytest.mark.parametrize("output", ["19", "19\nexit status 0", "exit status 3\n19"])
def test_a_failure_that_the_output_does_not_show_is_reported(start: Start, output: str) -> None:
    [problem] = problems(start(text=bash("echo 19\nexit 3", output)))
    assert problem.endswith(
        ":1: expected commands that succeed, or whose output ends as the last line of this\n"
        "19\nexit status 3\n"
    )


@pytest.mark.parametrize(
    ("command", "status"), [("exit 3", 3), ("kill -9 $$", 137), ("no-such-program 2> x", 127)]
)
def test_an_output_may_end_with_the_exit_status(start: Start, command: str, status: int) -> None:
    assert problems(start(text=bash(command, f"exit status {status}"))) == []
    assert len(problems(start(text=bash(command, f"exit status {status + 1}")))) == 1


def test_commands_that_print_nothing_are_reported(start: Start) -> None:
    [problem] = problems(start(text="```bash\ntrue\n```\n\n```text\n```\n"))
    assert ":1: expected commands that print something, because an output follows" in problem


def test_a_machine_without_bash_is_reported_in_a_sentence(start: Start) -> None:
    session = start(text=python("import os\nos.environ['PATH'] = ''") + bash("echo 1", "1"))
    [problem] = problems(session)
    assert problem.endswith(
        ":6: the block raised\nexpected bash, which runs the commands of a page, got none: "
        "install it\n"
    )


def test_a_file_that_cannot_be_written_is_reported(start: Start) -> None:
    session = start(text=python("import os\nos.mkdir('add.py')") + ADD + bash("echo add.py", "1"))
    problem = problems(session)[0]
    assert "page0.md:6: the block raised" in problem
    assert "Is a directory: 'add.py'" in problem


def test_a_page_may_draw_a_figure_with_a_command(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<svg/>\n")
    draw = bash("echo '<svg/>' > a.svg; echo done", "done")
    assert problems(start(text=draw + "![A](a.svg)\n")) == []
    assert len(problems(start(text=draw))) == 1


ENDLESS = python(
    """\
# endless.py
import os, subprocess, sys, time
if len(sys.argv) == 1:
    child = [sys.executable, __file__, "child"]
    subprocess.run(child, start_new_session=True)
with open("pid.tmp", "w") as file:
    file.write(str(os.getpid()))
os.rename("pid.tmp", "pid.txt")
time.sleep(1000)"""
)


def test_a_closed_session_ends_what_its_commands_started(start: Start) -> None:
    wait = "while ! test -e pid.txt; do sleep 0.01; done"
    session = start(text=ENDLESS + bash(f"python endless.py &\n{wait}\ncat pid.txt", "1"))
    pid = int(session.run(session.page.blocks[1]).stdout)
    assert is_running(pid)
    session.close()
    wait_until_ended(pid)


def test_commands_that_take_too_long_are_stopped(start: Start) -> None:
    session = start(text=ENDLESS + bash("python endless.py", "1"))
    written, command = session.page.blocks
    session.run(written)
    result = session.run_one(command, timeout=0.1)
    assert result.error
    assert "it took longer than" in result.error.traceback


def test_a_fork_runs_commands_in_its_own_folder(start: Start) -> None:
    session = start(text=ADD.replace("5", "4") + bash("python add.py 2> x; ls", "18\nadd.py\nx"))
    written, command = session.page.blocks
    session.run(written)
    fork = session.fork()
    assert fork.run(command).stdout == "18\nadd.py\nx\n"
    fork.close()
    assert problems(session) == []


def test_a_file_without_a_command_is_rejected_with_its_line(start: Start) -> None:
    with pytest.raises(PageError, match=r"page0.md:3: expected commands with an output that use"):
        start(text="Text.\n\n" + ADD)
