"""The process in which a page runs. It answers the requests of `pages.prove.interpreter`.

The first worker of a run imports what pages need and then waits. For each client that connects, it
forks: the fork is as fresh as a new interpreter, and ready in milliseconds.
"""

import __future__

import contextlib
import ctypes
import importlib
import io
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import types
from functools import reduce
from multiprocessing.connection import Connection
from operator import or_
from pathlib import Path

from pages.prove.channel import Channel, accept, connect, listen
from pages.prove.lookup import imported_by, look_up
from pages.prove.result import Error, Result, describe
from pages.prove.streams import Stream, flush

PR_SET_CHILD_SUBREAPER = 36  # of Linux
PICTURES = {".svg", ".png"}
# Libraries of other systems, such as Accelerate on macOS, do not survive a fork.
CAN_FORK = sys.platform == "linux"
NEEDS_BASH = "expected bash, which runs the commands of a page, got none: install it\n"
NO_BASH = Error(NEEDS_BASH, NEEDS_BASH, "no bash")
FUTURES = reduce(or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names))


class Worker:
    """Runs the blocks of one page in this process."""

    def __init__(self) -> None:
        # The same objects for the whole page, so that a logger or a default argument can keep one.
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, io.TextIOWrapper)
            stream.reconfigure(encoding="utf-8", newline="", line_buffering=True)
        self.streams = [Stream(1), Stream(2)]
        with Path(os.devnull).open() as nothing:  # nobody types an answer to input()
            os.dup2(nothing.fileno(), 0)
        self.main = types.ModuleType("__main__")
        self.folder = Path()
        self.future_flags = 0
        self.children: list[int] = []
        self.connection: Channel | None = None
        os.register_at_fork(after_in_child=self._hang_up)
        self._settle()
        self.seen: dict[Path, int] = {}

    def start(self, folder: Path, path: list[str], environment: dict[str, str], setup: str) -> None:
        """Become like a new interpreter that the client has started in `folder`."""
        sys.argv[:] = [""]
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        self.folder = folder
        exec(setup, {})
        sys.modules["__main__"] = self.main

    def run(self, source: str, filename: str) -> Result:
        """Run a block in the state that the earlier blocks left."""
        error = None
        try:
            flags = self.future_flags
            code = compile(source, filename, "exec", flags=flags, dont_inherit=True)
            self.future_flags |= code.co_flags & FUTURES
            exec(code, self.main.__dict__)
        except BaseException as raised:  # what the block did, even if it is SystemExit
            error = describe(raised)
        if os.getpid() != self.pid:
            self._end_child(error)
        return self._result(error)

    def run_command(self, command: str) -> Result:
        """Let bash run commands where the page is now."""
        try:
            status = subprocess.run(["bash", "-c", command], check=False).returncode
        except OSError:
            return self._result(NO_BASH)
        # Bash adds 128 to the number of the signal that ended a process.
        return self._result(status=status if status >= 0 else 128 - status)

    def write(self, name: str, text: str) -> Result:
        """Write a file where the page is now."""
        try:
            Path(name).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:  # such as a folder that the page has removed
            return self._result(describe(error))
        return self._result()

    def _result(self, error: Error | None = None, status: int | None = None) -> Result:
        """Return what has been printed and drawn since the last result."""
        flush()
        stdout, stderr = (stream.read_new() for stream in self.streams)
        return Result(stdout, stderr, self._new_figures(), error, status)

    def _settle(self) -> None:
        """Lead a new process session, and become the process that answers requests."""
        with contextlib.suppress(PermissionError):  # it leads one already
            os.setsid()
        self.pid = os.getpid()
        with contextlib.suppress(AttributeError):  # adopt orphans; on Linux
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def _hang_up(self) -> None:
        """Close a child's copy of the connection: the client waits until all copies are closed."""
        if self.connection:
            self.connection.close()

    def _end_child(self, error: Error | None) -> None:
        """End a process that the block has forked, so that it does not answer requests, too."""
        if error and error.kind != "SystemExit":
            sys.stderr.write(error.traceback)
        flush()
        os._exit(1 if error else 0)

    def look_up(self, code: str, packages: list[str], files: list[str]) -> str:
        """Return why a name in `code` does not exist, or an empty string if all names do."""
        try:
            look_up(code, imported_by(files) | self.main.__dict__, packages)
        except LookupError as error:
            return str(error)
        return ""

    def fork(self, address: str, folder: Path) -> Channel | None:
        """Fork this process in the middle of its page.

        Args:
            address: Where the client waits for the fork to connect.
            folder: An empty folder where the fork continues, with a copy of the page's files.

        Returns:
            In the fork, its connection to the client; in this process, `None`.
        """
        self.children = [pid for pid in self.children if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        with contextlib.suppress(FileNotFoundError):  # the page has removed it
            shutil.copytree(self.folder, folder, dirs_exist_ok=True, symlinks=True)
        if pid := os.fork():
            self.children.append(pid)
            return None
        connection = connect(address)
        self._settle()
        self.children = []
        for stream in self.streams:
            stream.redirect()
        with contextlib.suppress(ValueError, FileNotFoundError):  # it is elsewhere, or gone
            os.chdir(folder / Path.cwd().relative_to(self.folder.resolve()))
        self.folder = folder
        self._new_figures()  # those of the copy are not new
        return connection

    def serve(self, connection: Channel) -> None:
        """Answer requests until the client hangs up, then end with all that the page started."""
        self.connection = connection
        connection.send(os.getpid())
        while True:
            try:
                name, *arguments = connection.recv()
            except (EOFError, ConnectionError):
                os.killpg(0, signal.SIGKILL)
            try:
                answer = getattr(self, name)(*arguments)
            except Exception as error:  # an error of ours, for the client to raise
                answer = error
            if isinstance(answer, Connection):
                self.connection = connection = answer
                answer = os.getpid()
            connection.send(answer)

    def _new_figures(self) -> dict[str, bytes]:
        """Collect the pictures written since the last call.

        Set their modification times to 0, so that even a change within the same tick of the clock
        shows. A copy may keep that time, so compare the time of its inode change, too.
        """
        figures = {}
        for file in sorted(self.folder.rglob("*")):
            if file.suffix not in PICTURES or not file.is_file():
                continue
            state = file.stat()
            if state.st_mtime_ns != 0 or state.st_ctime_ns != self.seen.get(file):
                figures[file.relative_to(self.folder).as_posix()] = file.read_bytes()
                os.utime(file, ns=(0, 0))
                self.seen[file] = file.stat().st_ctime_ns
        return figures


def serve_forks(server: socket.socket) -> None:
    """Serve each client with a fork, until the process that started this one ends."""
    while True:
        ready, _, _ = select.select([server, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        client = accept(server)
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # A shell makes what it starts in the background ignore it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                Worker().serve(client)
            finally:  # an error must not reach `main`: it would remove the server
                os._exit(1)
        client.close()


def main() -> None:
    """Import the modules that the command line names, and print where clients can connect."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder, listen(folder) as server:
        print(server.getsockname(), flush=True)
        if CAN_FORK:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a fork that ends leaves no zombie
            serve_forks(server)
        else:
            Worker().serve(accept(server))
