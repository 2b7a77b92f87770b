"""Test that a page runs like in a fresh interpreter: top to bottom, in its own process."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pages.prove.interpreter import Interpreter, InterpreterEndedError
from tests.pages.prove.conftest import RunPage, Start


def is_running(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_ended(pid: int) -> None:
    while is_running(pid):
        time.sleep(0.01)


def test_a_block_can_use_names_from_earlier_blocks(run: RunPage) -> None:
    assert run("a = 1", "b = a + 1", "print(a + b)").stdout == "3\n"


def test_no_block_runs_twice(start: Start) -> None:
    session = start(
        "runs = globals().get('runs', []) + ['first']", "runs.append('second')", "print(runs)"
    )
    first, second, third = session.page.blocks
    session.run(second)
    session.run(first)
    session.run(second)
    assert session.run(third).stdout == "['first', 'second']\n"
    assert session.run(third).stdout == "['first', 'second']\n"


def test_running_a_block_runs_only_the_blocks_before_it(start: Start) -> None:
    session = start("print(1)", "print(2)", "print(3)")
    session.run(session.page.blocks[1])
    assert [result.stdout for result in session.results.values()] == ["1\n", "2\n"]


def test_each_block_has_its_own_output(start: Start) -> None:
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
        "import threading; print(1)\n"
        "thread = threading.Thread(target=print, args=(2,)); thread.start(); thread.join()",
        "import ctypes; print(1); ctypes.CDLL(None).puts(b'2')",
        "import multiprocessing; print(1)\n"
        "child = multiprocessing.get_context('fork').Process(target=print, args=(2,))\n"
        "child.start(); child.join()",
    ],
)
def test_output_is_captured_in_order(run: RunPage, block: str) -> None:
    assert run(block).stdout == "1\n2\n"


@pytest.mark.parametrize(
    "block",
    [
        "import sys; print('oh', file=sys.stderr)",
        "import os; os.write(2, b'oh\\n')",
        "import os; os.system('echo oh >&2')",
        "import subprocess; subprocess.run('echo oh >&2', shell=True)",
        "import sys, subprocess\n"
        "subprocess.run([sys.executable, '-c', 'import sys; sys.stderr.write(\"oh\\\\n\")'])",
        "import ctypes; libc = ctypes.CDLL(None); libc.perror(None)\nimport os; os.write(2, b'oh')",
    ],
)
def test_stderr_is_captured_separately(run: RunPage, block: str) -> None:
    result = run(f"print('out')\n{block}")
    assert result.stdout == "out\n"
    assert "oh" in result.stderr


def test_nothing_is_written_to_the_terminal(
    run: RunPage, capfd: pytest.CaptureFixture[str]
) -> None:
    run("import os; print('on the page'); os.write(2, b'x')", "1 / 0")
    print("on the screen", flush=True)
    assert capfd.readouterr() == ("on the screen\n", "")


def test_characters_are_kept_as_printed(run: RunPage) -> None:
    assert run(r"print('a\r\nb\rσ')").stdout == "a\r\nb\rσ\n"


def test_bytes_that_are_not_text_are_escaped(run: RunPage) -> None:
    assert run("import os\n_ = os.write(1, b'\\xff\\n')").stdout == "\\xff\n"


def test_a_logger_set_up_in_one_block_writes_to_stderr_in_the_next(run: RunPage) -> None:
    result = run(
        "import logging; logging.basicConfig(); log = logging.getLogger()", "log.warning('nan')"
    )
    assert result.stderr == "WARNING:root:nan\n"


@pytest.mark.parametrize(
    ("block", "use"),
    [
        (
            "import logging, sys\n"
            "logging.basicConfig(stream=sys.stdout, format='%(message)s')\n"
            "log = logging.getLogger()",
            "log.warning('later')",
        ),
        (
            "import sys\ndef say(text, out=sys.stdout):\n    print(text, file=out)",
            "say('later')",
        ),
        ("import sys\nout = sys.stdout", "out.write('later\\n')"),
        ("from functools import partial\nimport sys\nsay = partial(print, file=sys.stdout)",
         "say('later')"),
    ],
)  # fmt: skip
def test_a_stream_kept_in_one_block_works_in_the_next(run: RunPage, block: str, use: str) -> None:
    result = run(block, use)
    assert (result.error, result.stdout, result.stderr) == (None, "later\n", "")


def test_a_warning_is_shown_as_python_shows_it(run: RunPage) -> None:
    warn = "import warnings\nwarnings.warn('careful', stacklevel=1)"
    assert "UserWarning: careful" in run(warn).stderr
    assert (
        "DeprecationWarning: old"
        in run("import warnings\nwarnings.warn('old', DeprecationWarning)").stderr
    )


def test_a_warning_that_python_ignores_is_ignored(run: RunPage, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("[7]")
    result = run(f"import json\nprint(json.load(open({str(tmp_path / 'data.json')!r})))")
    assert (result.stdout, result.stderr) == ("[7]\n", "")


def test_each_page_gets_the_warnings_that_torch_gives_once(run: RunPage) -> None:
    warn = "import torch\ntorch.nn.functional.mse_loss(torch.zeros(2, 1), torch.zeros(2))"
    transpose = "import torch\n_ = torch.zeros(2, 2, 2).T"
    for _ in range(2):
        assert "UserWarning: Using a target size" in run(warn).stderr
        assert "UserWarning: The use of `x.T`" in run(transpose).stderr


@pytest.mark.parametrize(
    ("leave", "look", "kept"),
    [
        ("import warnings; warnings.simplefilter('ignore')", "warnings.warn('x'); print(1)", "1"),
        ("import os; os.mkdir('sub'); os.chdir('sub')", "print(os.path.basename(os.getcwd()))",
         "sub"),
        ("from __future__ import annotations", "def f(x: int): pass\nprint(f.__annotations__)",
         "{'x': 'int'}"),
        ("import os; os.environ['NEW_NAME'] = 'here'", "print(os.environ['NEW_NAME'])", "here"),
        ("import random; random.seed(0); first = random.random()",
         "random.seed(0); print(random.random() == first)", "True"),
        ("import torch; g = torch.manual_seed(0)", "print(torch.rand(1))", "tensor([0.4963])"),
        ("import numpy as np; np.set_printoptions(precision=2)", "print(np.array([1 / 3]))",
         "[0.33]"),
        ("import sys; sys.setrecursionlimit(4321)", "print(sys.getrecursionlimit())", "4321"),
        ("import threading as t; thread = t.Thread(target=max, args=(7, 8)); thread.start()",
         "thread.join(); print(thread.is_alive())", "False"),
        ("import locale; _ = locale.setlocale(locale.LC_ALL, 'C')",
         "print(locale.setlocale(locale.LC_ALL))", "C"),
    ],
)  # fmt: skip
def test_settings_of_a_block_last_for_the_session(
    run: RunPage, leave: str, look: str, kept: str
) -> None:
    result = run(leave, look)
    assert (result.error, result.stdout, result.stderr) == (None, f"{kept}\n", "")


@pytest.mark.parametrize(
    ("leave", "look"),
    [
        ("import torch; torch.set_default_dtype(torch.float64)", "torch.zeros(1).dtype"),
        ("import torch; torch.set_default_device('meta')", "torch.zeros(1).device"),
        ("import torch; torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
        ("import torch; torch.set_printoptions(precision=1)", "torch.tensor(0.25)"),
        ("import torch; torch.set_num_threads(2)", "torch.get_num_threads()"),
        ("import torch; torch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()"),
        ("import numpy; numpy.set_printoptions(precision=2)", "numpy.array([1 / 3])"),
        ("import os; os.environ['NEW_NAME'] = 'here'", "os.environ.get('NEW_NAME')"),
        ("import os; os.chdir('/')", "os.getcwd() == '/'"),
        ("import logging; logging.basicConfig()", "logging.getLogger().handlers"),
        ("import warnings; warnings.simplefilter('error')", "warnings.filters[0]"),
        ("import sys; sys.path.append('new')", "sys.path[-1]"),
        ("import matplotlib; matplotlib.rcParams['lines.linewidth'] = 7",
         "matplotlib.rcParams['lines.linewidth']"),
        ("import matplotlib; matplotlib.use('svg'); import matplotlib.pyplot as plt; plt.figure()",
         "matplotlib._pylab_helpers.Gcf.figs if hasattr(matplotlib, '_pylab_helpers') else {}"),
        ("import builtins; builtins.added = 1", "hasattr(builtins, 'added')"),
        ("import __main__; __main__.added = 1", "hasattr(__main__, 'added')"),
        ("import math; math.pi = 3", "math.pi"),
        ("import signal; _ = signal.signal(signal.SIGTERM, signal.SIG_IGN)",
         "signal.getsignal(signal.SIGTERM)"),
        ("import sys; sys.setrecursionlimit(4321)", "sys.getrecursionlimit()"),
        ("import decimal; decimal.getcontext().prec = 3", "decimal.getcontext().prec"),
    ],
)  # fmt: skip
def test_settings_of_a_page_do_not_reach_another(run: RunPage, leave: str, look: str) -> None:
    load, _, _ = leave.partition(";")
    before = run(load, f"print({look})").stdout
    changed = run(leave, f"print({look})")
    assert changed.error is None
    assert changed.stdout != before
    assert run(load, f"print({look})").stdout == before


@pytest.mark.parametrize(
    ("seed", "draw"),
    [
        ("import random; random.seed(0)", "random.random()"),
        ("import numpy; numpy.random.seed(0)", "numpy.random.rand()"),
        ("import torch; torch.manual_seed(0)", "torch.rand(1).item()"),
    ],
)
def test_a_page_that_forgets_its_seed_draws_other_numbers_each_time(
    run: RunPage, seed: str, draw: str
) -> None:
    seeded = run(seed, f"print({draw})").stdout
    assert run(seed, f"print({draw})").stdout == seeded
    forgetful = [run(seed.split(";")[0], f"print({draw})").stdout for _ in range(2)]
    assert len({seeded, *forgetful}) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_memory_that_a_page_never_wrote_to_is_not_zero_by_luck(run: RunPage, size: int) -> None:
    shown = run(f"import torch\nprint([float(torch.empty({size}).min()) for _ in range(50)])")
    assert set(json.loads(shown.stdout)) == {struct.unpack("f", b"\x40" * 4)[0]}


@pytest.mark.parametrize(
    ("block", "last"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero\n"),
        ("1 + 'a'", "TypeError: unsupported operand type(s) for +: 'int' and 'str'\n"),
        ("x = = 1", "SyntaxError: invalid syntax\n"),
        ("input()", "EOFError: EOF when reading a line\n"),
        ("class Own(Exception): pass\nraise Own('mine')", "Own: mine\n"),
        ("raise ValueError('one\\ntwo')", "ValueError: one\ntwo\n"),
        (
            "print 1",
            "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?\n",
        ),
        ("raise SyntaxError('one\\ntwo')", "SyntaxError: one\ntwo\n"),
        ("e = SyntaxError('one'); e.add_note('a note'); raise e", "SyntaxError: one\na note\n"),
        ("raise ValueError('\\udc80')", "ValueError: \\udc80\n"),
        (
            "class E(Exception):\n  def __str__(self): 1 / 0\nraise E",
            "E: <exception str() failed>\n",
        ),
    ],
)
def test_an_exception_is_kept(run: RunPage, block: str, last: str) -> None:
    error = run(block).error
    assert error is not None
    assert (error.last.removeprefix("__main__."), error.kind) == (last, "Exception")


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        ("import sys; sys.exit()", "SystemExit"),
        ("exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import pytest; pytest.skip('not today')", "Skipped"),
        ("class Odd(BaseException): pass\nraise Odd", "Odd"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_a_raised_base_exception_is_kept(run: RunPage, block: str, kind: str) -> None:
    error = run(block).error
    assert error is not None
    assert error.kind == kind


@pytest.mark.parametrize(
    "block", ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_a_block_that_ends_its_process_is_an_error(start: Start, block: str) -> None:
    session = start("print(1)", block, "print(2)")
    session.run(session.page.blocks[-1])
    first, second, third = session.results.values()
    assert first.stdout == "1\n"
    for result in (second, third):
        assert result.error is not None
        assert result.error.last == "it ended the Python process that ran it"


def test_a_traceback_shows_only_the_page(start: Start) -> None:
    session = start("def fail():\n    return 1 / 0", "print(1)\nfail()")
    error = session.run(session.page.blocks[1]).error
    path = session.page.path
    assert error is not None
    marks = re.compile(r" +[~^]+")  # which some versions of Python write below a line
    lines = [line for line in error.traceback.split("\n") if not marks.fullmatch(line)]
    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{path}", line 8, in <module>',
        "    fail()",
        f'  File "{path}", line 3, in fail',
        "    return 1 / 0",
        "ZeroDivisionError: division by zero",
        "",
    ]


def test_a_page_is_the_main_module(run: RunPage) -> None:
    result = run("import __main__\nvalue = 7", "print(__name__, __main__.value)")
    assert result.stdout == "__main__ 7\n"


def test_a_page_can_pickle_its_own_class(run: RunPage) -> None:
    result = run(
        "import pickle\nclass Own:\n    pass",
        "print(type(pickle.loads(pickle.dumps(Own()))) is Own)",
    )
    assert (result.stdout, result.error) == ("True\n", None)


def test_a_page_can_use_worker_processes(run: RunPage) -> None:
    result = run(
        "import torch\nfrom torch.utils.data import DataLoader",
        "loader = DataLoader(torch.arange(4.0), batch_size=2, num_workers=1)\n"
        "print([batch.tolist() for batch in loader])",
    )
    assert (result.stdout, result.error) == ("[[0.0, 1.0], [2.0, 3.0]]\n", None)


def test_a_page_does_not_inherit_future_imports(run: RunPage) -> None:
    assert run("def f(x: int): pass\nprint(f.__annotations__)").stdout == "{'x': <class 'int'>}\n"


def test_the_source_of_what_a_page_defined_can_be_looked_up(run: RunPage) -> None:
    result = run("import inspect\ndef f():\n    return 1", "print(inspect.getsource(f))")
    assert result.stdout == "def f():\n    return 1\n\n"


def test_a_page_starts_in_an_empty_folder_which_is_removed(start: Start) -> None:
    before = sorted(Path().iterdir())
    session = start("open('notes.txt', 'w').close()", "import os\nprint(os.listdir())")
    assert session.run(session.page.blocks[1]).stdout == "['notes.txt']\n"
    assert sorted(Path().iterdir()) == before
    other = start("import os\nprint(os.listdir())")
    assert other.run(other.page.blocks[0]).stdout == "[]\n"
    folder = session.interpreter.folder
    session.close()
    assert not folder.exists()


DRAW = "from pathlib import Path\nPath('figures').mkdir(exist_ok=True)\n"


def test_a_figure_belongs_to_each_block_that_writes_it(start: Start) -> None:
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


@pytest.mark.parametrize(
    "code",
    [
        "import shutil; _ = shutil.copy2('a.svg', 'b.svg')",
        "import os; open('b.svg', 'w').close(); os.utime('b.svg', (0, 0))",
    ],
)
def test_a_figure_is_found_at_any_modification_time(run: RunPage, code: str) -> None:
    assert run("open('a.svg', 'w').close()", code).figures == {"b.svg": b""}


def test_a_fork_has_no_new_figures(start: Start) -> None:
    session = start("open('a.svg', 'w').close()", "pass")
    first, second = session.page.blocks
    session.run(first)
    fork = session.fork()
    figures = fork.run(second).figures
    fork.close()
    assert figures == {}


@pytest.mark.parametrize(
    ("ending", "stderr"),
    [("pass", ""), ("raise SystemExit", ""), ("os._exit(0)", ""), ("1 / 0", "division by zero\n")],
)
def test_a_process_that_a_block_forks_ends_with_the_block(
    run: RunPage, ending: str, stderr: str
) -> None:
    fork = f"import os\nif os.fork() == 0:\n    {ending}\nelse:\n    _ = os.wait()"
    result = run(f"{fork}", "print(1)")
    assert (result.stdout, result.error) == ("1\n", None)
    assert run(fork).stderr[-len(stderr) :] == stderr


def test_a_page_that_removed_its_folder_can_be_forked(start: Start) -> None:
    session = start("import os, shutil; shutil.rmtree(os.getcwd())", "print(1)")
    session.run(session.page.blocks[0])
    fork = session.fork()
    assert fork.run(fork.page.blocks[1]).stdout == "1\n"
    fork.close()


def test_results_from_before_an_error_are_kept(run: RunPage) -> None:
    result = run("print(1)\nopen('a.svg', 'w').close()\n1 / 0")
    assert (result.stdout, result.figures) == ("1\n", {"a.svg": b""})


def test_the_folder_of_a_page_s_figures_exists(tmp_path: Path, start: Start) -> None:
    session = start("open('figures/a.svg', 'w').close()\n```\n\n![A](figures/a.svg)\n\n```bash")
    assert session.run(session.page.blocks[0]).figures == {"figures/a.svg": b""}


def test_two_pages_share_no_names(start: Start) -> None:
    one, other = start("name = 1", "print(name)"), start("print('name' in globals())")
    one.run(one.page.blocks[0])
    assert other.run(other.page.blocks[0]).stdout == "False\n"
    assert one.run(one.page.blocks[1]).stdout == "1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_closed_session_leaves_no_process_behind(start: Start) -> None:
    session = start(
        "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])",
        "print(os.getpid(), child.pid)",
    )
    pids = [int(pid) for pid in session.run(session.page.blocks[1]).stdout.split()]
    assert all(map(is_running, pids))
    session.close()
    for pid in pids:
        wait_until_ended(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize(
    "start_process",
    [
        "import subprocess\npid = subprocess.Popen(['sleep', '600'], start_new_session=True).pid",
        "pid = os.fork()\nif pid == 0:\n    os.setsid()\n    time.sleep(600)",
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if (pid := os.fork()) == 0:\n"
        "        time.sleep(600)\n"
        "    os.write(write, str(pid).encode())\n"
        "    os._exit(0)\n"
        "_ = os.wait()\n"
        "pid = int(os.read(read, 10))",
    ],
)
def test_a_closed_session_ends_a_process_that_left_its_group(
    start: Start, start_process: str
) -> None:
    session = start(f"import os, time\n{start_process}", "print(pid)")
    pid = int(session.run(session.page.blocks[1]).stdout)
    assert is_running(pid)
    session.close()
    wait_until_ended(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the page forks")
def test_the_end_of_a_page_is_noticed_while_its_fork_still_runs(run: RunPage) -> None:
    result = run("import os, time\nif os.fork() == 0:\n    time.sleep(600)\nos._exit(1)")
    assert result.error is not None
    assert result.error.last == "it ended the Python process that ran it"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_sessions_end_with_the_process_that_started_them() -> None:
    code = (
        "import os, sys\nfrom pages.prove.interpreter import Interpreter\n"
        "interpreter = Interpreter.start()\n"
        "result = interpreter.run('import os; print(os.getpid(), os.getppid())', 'x')\n"
        "print(result.stdout, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    page, worker = map(int, done.stdout.split())
    wait_until_ended(page)
    wait_until_ended(worker)


def test_a_fork_continues_from_the_current_block(start: Start) -> None:
    session = start(
        "a = 1\nopen('a.txt', 'w').close()", "import os; a += 1; print(a, os.listdir())"
    )
    first, second = session.page.blocks
    session.run(first)
    fork = session.fork()
    try:
        assert fork.run(second).stdout == "2 ['a.txt']\n"
        assert fork.run_one(second).stdout == "3 ['a.txt']\n"
        assert session.run(second).stdout == "2 ['a.txt']\n"
    finally:
        fork.close()


def test_a_fork_writes_nothing_into_the_page(start: Start) -> None:
    session = start("import os; os.makedirs('sub'); os.chdir('sub')", "print(os.listdir())")
    first, second = session.page.blocks
    session.run(first)
    fork = session.fork()
    fork.interpreter.run("print('from the fork'); open('b.txt', 'w').close()", "x")
    assert fork.interpreter.run("print(os.listdir())", "x").stdout == "['b.txt']\n"
    fork.close()
    assert session.run(second).stdout == "[]\n"


def test_a_block_that_takes_too_long_is_stopped() -> None:
    interpreter = Interpreter.start()
    try:
        with pytest.raises(InterpreterEndedError, match="it took longer than 0 s"):
            interpreter.run("while True: pass", "x", timeout=0.1)
    finally:
        interpreter.close()


def test_a_session_can_be_interrupted_from_the_keyboard(start: Start, tmp_path: Path) -> None:
    running = tmp_path / "running"
    session = start(f"open({str(running)!r}, 'w').close()\nwhile True: pass")

    def interrupt() -> None:
        while not running.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    keyboard = threading.Thread(target=interrupt)
    keyboard.start()
    with pytest.raises(KeyboardInterrupt):
        session.run(session.page.blocks[0])
    keyboard.join()


def test_the_number_of_threads_can_be_chosen(tmp_path: Path) -> None:
    for threads in (1, 2):
        interpreter = Interpreter.start(threads)
        shown = interpreter.run("import torch; print(torch.get_num_threads())", "x").stdout
        interpreter.close()
        assert shown == f"{threads}\n"
