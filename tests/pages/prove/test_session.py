"""A page runs as a reader would run it: one session, top to bottom, in a fresh interpreter."""

import json
import os
import struct
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from pages.page import read_page
from pages.prove.session import Session, traceback_of


@pytest.fixture
def start(tmp_path):
    """Start a session of a page with the given blocks of Python."""
    sessions = []

    def start(*blocks):
        path = tmp_path / f"page{len(sessions)}.md"
        path.write_text("".join(f"```python\n{block}\n```\n\n" for block in blocks))
        sessions.append(Session(read_page(path)))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def run(start):
    """Run the given blocks as one page; the result is that of the last."""

    def run(*blocks):
        session = start(*blocks)
        return session.run(session.page.blocks[-1])

    return run


def test_a_block_knows_what_the_blocks_before_it_made(run):
    assert run("a = 1", "b = a + 1", "print(a + b)").stdout == "3\n"


def test_no_block_runs_twice(start):
    session = start(
        "runs = globals().get('runs', []) + ['first']", "runs.append('second')", "print(runs)"
    )
    first, second, third = session.page.blocks
    session.run(second)
    session.run(first)
    session.run(second)
    assert session.run(third).stdout == "['first', 'second']\n"
    assert session.run(third).stdout == "['first', 'second']\n"


def test_a_block_runs_only_what_comes_before_it(start):
    session = start("print(1)", "print(2)", "print(3)")
    session.run(session.page.blocks[1])
    assert [result.stdout for result in session.results.values()] == ["1\n", "2\n"]


def test_each_block_has_its_own_output(start):
    session = start("print('one')", "pass", "print('three', end='')")
    session.run(session.page.blocks[-1])
    assert [result.stdout for result in session.results.values()] == ["one\n", "", "three"]


@pytest.mark.parametrize(
    "block",
    [
        "import sys; print(1); sys.stdout.write('2\\n')",
        "import sys; print(1); sys.stdout.buffer.write(b'2\\n')",
        "import sys; print(1); sys.__stdout__.flush(); sys.stdout = sys.stdout; print(2)",
        "import os; print(1); os.write(1, b'2\\n')",
        "import os; print(1); os.system('echo 2')",
        "import subprocess; print(1); subprocess.run(['echo', '2'])",
        "import threading; print(1); threading.Thread(target=print, args=(2,)).start()",
    ],
)
def test_whatever_is_printed_is_caught_in_order(run, capfd, block):
    assert (
        run(
            block + "\nimport time, threading\nwhile threading.active_count() > "
            f"{threading.active_count()}: time.sleep(0)"
        ).stdout
        == "1\n2\n"
    )
    assert capfd.readouterr() == ("", "")


def test_the_screen_is_given_back(run, capfd):
    run("print('on the page')", "1 / 0")
    print("on the screen", flush=True)
    os.write(1, b"and below\n")
    assert capfd.readouterr().out == "on the screen\nand below\n"


def test_line_ends_and_letters_are_kept_as_printed(run):
    assert run(r"print('a\r\nb\rσ')").stdout == "a\r\nb\rσ\n"


def test_what_is_written_to_stderr_is_kept_apart(run):
    result = run("import sys\nprint('out')\nprint('oh', file=sys.stderr)")
    assert (result.stdout, result.stderr) == ("out\n", "oh\n")


def test_a_warning_is_written_to_stderr_each_time(run):
    warn = "import warnings\nwarnings.warn('careful', stacklevel=1)"
    assert run(warn, warn).stderr == "UserWarning: careful\n"


def test_a_warning_that_torch_gives_once_is_given_to_each_page(run):
    warn = "import torch\ntorch.nn.functional.mse_loss(torch.zeros(2, 1), torch.zeros(2))"
    transpose = "import torch\n_ = torch.zeros(2, 2, 2).T"
    for _ in range(2):
        assert "UserWarning: Using a target size" in run(warn).stderr
        assert "UserWarning: The use of `x.T`" in run(transpose).stderr


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("1 + 'a'", "TypeError"),
        ("import sys; sys.exit()", "SystemExit"),
        ("exit()", "SystemExit"),
        ("import pytest; pytest.skip('not today')", "Skipped"),
        ("import pytest; pytest.exit('stop')", "Exit"),
        ("class Odd(BaseException): pass\nraise Odd", "Odd"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("x = = 1", "SyntaxError"),
        ("await x", "SyntaxError"),
        ("input()", "OSError"),
    ],
)
def test_an_error_of_any_kind_is_kept(run, block, name):
    result = run(block)
    assert type(result.error).__name__ == name


def test_the_person_at_the_keyboard_can_stop_a_page(start):
    session = start("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        session.run(session.page.blocks[0])


def test_a_traceback_names_the_page_and_the_line_and_no_tool(start):
    session = start("def fail():\n    return 1 / 0", "print(1)\nfail()")
    error = session.run(session.page.blocks[1]).error
    path = session.page.path
    assert traceback_of(error) == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 8, in <module>\n'
        "    fail()\n"
        f'  File "{path}", line 3, in fail\n'
        "    return 1 / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_a_syntax_error_names_the_page_and_the_line(start):
    session = start("pass", "print(1)\nx = = 1")
    error = session.run(session.page.blocks[1]).error
    assert traceback_of(error) == (
        f'  File "{session.page.path}", line 7\n'
        "    x = = 1\n"
        "        ^\n"
        "SyntaxError: invalid syntax\n"
    )


def test_a_page_is_the_main_module_while_it_runs(run):
    before = sys.modules["__main__"]
    result = run("import __main__\nvalue = 7", "print(__name__, __main__.value)")
    assert result.stdout == "__main__ 7\n"
    assert sys.modules["__main__"] is before


def test_a_page_can_pickle_its_own_class(run):
    result = run(
        "import pickle\nclass Own:\n    pass",
        "print(type(pickle.loads(pickle.dumps(Own()))) is Own)",
    )
    assert (result.stdout, result.error) == ("True\n", None)


def test_a_dataclass_works_under_postponed_annotations(run):
    result = run(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Own:\n"
        "    value: list[int]\n"
        "print(Own([1]))"
    )
    assert (result.stdout, result.error) == ("Own(value=[1])\n", None)


def test_a_page_does_not_inherit_the_future_of_the_tools(run):
    assert run("def f(x: int): pass\nprint(f.__annotations__)").stdout == "{'x': <class 'int'>}\n"


def test_a_page_writes_into_a_folder_of_its_own(start):
    before = sorted(Path().iterdir())
    session = start("open('notes.txt', 'w').close()", "print(open('notes.txt').read() == '')")
    assert session.run(session.page.blocks[1]).stdout == "True\n"
    assert sorted(Path().iterdir()) == before
    other = start("import os\nprint(os.listdir())")
    assert other.run(other.page.blocks[0]).stdout == "[]\n"
    session.close()
    assert not session.folder.exists()


def test_a_block_that_goes_elsewhere_leaves_us_here(run, tmp_path):
    here = Path.cwd()
    run(f"import os\nos.chdir({str(tmp_path)!r})", "1 / 0")
    assert Path.cwd() == here


DRAW = "from pathlib import Path\nPath('figures').mkdir(exist_ok=True)\n"


def test_a_figure_belongs_to_each_block_that_writes_it(start):
    session = start(
        DRAW + "Path('figures/a.svg').write_text('A')",
        "Path('b.png').write_bytes(b'B')",
        "Path('notes.txt').write_text('no picture')",
        "Path('figures/a.svg').write_text('A')",
    )
    session.run(session.page.blocks[-1])
    assert [result.figures for result in session.results.values()] == [
        {"figures/a.svg": b"A"},
        {"b.png": b"B"},
        {},
        {"figures/a.svg": b"A"},
    ]


def test_what_a_block_wrote_before_it_raised_is_kept(run):
    result = run("print(1)\nopen('a.svg', 'w').close()\n1 / 0")
    assert (result.stdout, result.figures) == ("1\n", {"a.svg": b""})


@pytest.mark.parametrize(
    ("leave", "look", "fresh"),
    [
        ("torch.set_default_dtype(torch.float64)", "torch.zeros(1).dtype", "torch.float32"),
        ("torch.set_default_device('meta')", "torch.zeros(1).device", "cpu"),
        ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()", "True"),
        ("torch.set_printoptions(precision=1)", "torch.tensor(0.25)", "tensor(0.2500)"),
        (
            "torch.set_deterministic_debug_mode('error')",
            "torch.are_deterministic_algorithms_enabled()",
            "False",
        ),
        (
            "torch.set_float32_matmul_precision('high')",
            "torch.get_float32_matmul_precision()",
            "highest",
        ),
        ("torch.set_num_threads(2)", "torch.get_num_threads()", "1"),
        ("torch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()", "False"),
    ],
)
def test_a_setting_of_one_page_does_not_reach_the_next(run, leave, look, fresh):
    stays = run(f"import torch\n{leave}", f"print({look})")
    assert stays.stdout != f"{fresh}\n"
    assert run(f"import torch\nprint({look})").stdout == f"{fresh}\n"


@pytest.mark.parametrize(
    ("seed", "draw"),
    [
        ("import random; random.seed(0)", "random.random()"),
        ("import numpy; numpy.random.seed(0)", "numpy.random.rand()"),
        ("import torch; torch.manual_seed(0)", "torch.rand(1).item()"),
    ],
)
def test_a_seed_of_one_page_does_not_help_the_next(run, seed, draw):
    seeded = run(seed, f"print({draw})").stdout
    assert run(seed, f"print({draw})").stdout == seeded
    forgetful = []
    for _ in range(2):
        run(seed)
        forgetful.append(run(seed.split(";")[0], f"print({draw})").stdout)
    assert len({seeded, *forgetful}) == 3


def test_a_seed_set_outside_does_not_help_a_page(run):
    drawn = set()
    for _ in range(2):
        torch.manual_seed(0)
        np.random.seed(0)
        drawn.add(run("import torch\nprint(torch.rand(1).item())").stdout)
    assert len(drawn) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_memory_that_a_page_never_wrote_to_is_not_zero_by_luck(run, size):
    shown = run(f"import torch\nprint([float(torch.empty({size}).min()) for _ in range(50)])")
    assert set(json.loads(shown.stdout)) == {struct.unpack("f", b"\x40" * 4)[0]}


def test_two_pages_do_not_know_each_other(start):
    one, other = start("name = 1", "print(name)"), start("print('name' in globals())")
    one.run(one.page.blocks[0])
    assert other.run(other.page.blocks[0]).stdout == "False\n"
    assert one.run(one.page.blocks[1]).stdout == "1\n"


def test_what_a_page_defined_can_be_looked_up_in_its_source(run):
    result = run("import inspect\ndef f():\n    return 1", "print(inspect.getsource(f))")
    assert result.stdout == "def f():\n    return 1\n\n"
