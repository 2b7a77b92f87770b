"""Start Python processes for pages, and ask them to run code."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

from pages.project import ROOT, settings
from pages.prove.channel import Channel, accept, connect, listen
from pages.prove.result import Result
from pages.prove.worker import CAN_FORK


class InterpreterEndedError(Exception):
    """The process of a page has ended, or it took too long."""


class Interpreter:
    """A Python process that runs a page, as fresh as if a reader had just started it."""

    def __init__(self, connection: Channel, folder: Path) -> None:
        """Take over a process that has just connected.

        Args:
            connection: The connection to the process.
            folder: The folder that it works in, which is removed with it.
        """
        self.folder = folder
        self._connection = connection
        self._lock = Lock()
        self._pid = cast(int, self._receive())

    @classmethod
    def start(cls, threads: int = 1) -> "Interpreter":
        """Start a process in an empty folder, with this many threads for numerical libraries."""
        address = _shared_worker(threads) if CAN_FORK else _start_worker(threads)
        interpreter = cls(connect(address), _new_folder())
        environment = {**os.environ, **_environment(threads)}
        setup = settings().get("setup", "")
        interpreter._ask("start", interpreter.folder, sys.path, environment, setup)
        return interpreter

    def fork(self) -> "Interpreter":
        """Fork the process: the new one has the same state and a copy of the files."""
        folder = _new_folder()
        with tempfile.TemporaryDirectory() as place, listen(place) as server:
            self._ask("fork", server.getsockname(), folder)
            return Interpreter(accept(server), folder)

    def run(self, source: str, filename: str, timeout: float | None = None) -> Result:
        """Run a block in the state that the earlier blocks left.

        Raises:
            InterpreterEndedError: When the block ends the process, or runs for more than `timeout`
                seconds.
        """
        return cast(Result, self._ask("run", source, filename, timeout=timeout))

    def run_command(self, command: str, timeout: float | None = None) -> Result:
        """Let bash run commands in the folder and the environment of the page.

        Raises:
            InterpreterEndedError: When they run for more than `timeout` seconds.
        """
        return cast(Result, self._ask("run_command", command, timeout=timeout))

    def write(self, name: str, text: str) -> Result:
        """Write a file into the folder that the page is in."""
        return cast(Result, self._ask("write", name, text))

    def look_up(self, code: str, files: list[str]) -> str:
        """Return why a name in `code` does not exist, or an empty string if all names do.

        Args:
            code: The names, as code.
            files: The texts of the page's files. What they import exists, too.
        """
        return cast(str, self._ask("look_up", code, settings()["packages"], files))

    def close(self) -> None:
        """End the process and all that it started, and remove its folder."""
        if self._connection.closed:
            return
        started = _descendants(self._pid)  # some may have left the group of the process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        for pid in started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(EOFError, ConnectionError):
            while True:  # until it has ended, and writes no more
                self._connection.recv_bytes()
        self._connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, name: str, *arguments: object, timeout: float | None = None) -> object:
        with self._lock:  # several threads may ask for forks
            with contextlib.suppress(ConnectionError):  # the answer says that it has ended
                self._connection.send((name, *arguments))
            return self._receive(timeout)

    def _receive(self, timeout: float | None = None) -> Any:
        try:
            if not self._connection.poll(timeout):
                raise InterpreterEndedError(f"it took longer than {timeout:.0f} s")
            answer = self._connection.recv()
        except (EOFError, ConnectionError):
            raise InterpreterEndedError("it ended the Python process that ran it") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _descendants(pid: int) -> list[int]:
    """List the processes that a process and its descendants have started; on Linux."""
    children = []
    with contextlib.suppress(OSError):  # the process has ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):  # the thread has ended
                children += [int(child) for child in (thread / "children").read_text().split()]
    return [found for child in children for found in (child, *_descendants(child))]


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp()).resolve()


def _environment(threads: int) -> dict[str, str]:
    """Return the variables that libraries read when they are loaded, and where programs are."""
    # The programs of this environment come first, as after its activation.
    programs = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    variables = {"OMP_NUM_THREADS": str(threads), "PATH": programs}
    return {**settings().get("environment", {}), **variables}


@cache
def _shared_worker(threads: int) -> str:
    """Return the socket of the worker that is forked for each page; the first call starts it."""
    return _start_worker(threads)


def _start_worker(threads: int) -> str:
    """Start a worker, and return the address of its socket."""
    worker = subprocess.Popen(
        [
            *(sys.executable, "-c", "from pages.prove.worker import main; main()"),
            *settings().get("preload", []),
        ],
        cwd=ROOT,
        env={**os.environ, **_environment(threads)},
        stdin=subprocess.PIPE,  # closed when this process ends, however it ends
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout
    address = worker.stdout.readline().strip()
    if not address:
        raise InterpreterEndedError("a Python process for pages could not be started; see above")
    atexit.register(_stop, worker, os.getpid())
    return address


def _stop(worker: "subprocess.Popen[str]", owner: int) -> None:
    """End a worker by closing its pipes, but not in a fork of the process that started it."""
    if os.getpid() == owner:
        worker.communicate()
