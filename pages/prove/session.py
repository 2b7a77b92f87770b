"""Run a page as one session, top to bottom, as a reader would in a fresh interpreter."""

import contextlib
import ctypes
import io
import os
import random
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pages.page import Block, Page

PICTURES = {".svg", ".png"}
M_PERTURB = -6  # in malloc.h


@dataclass
class Result:
    """What a block did: what it printed, what it warned of, what it drew, and what it raised."""

    stdout: str
    stderr: str
    figures: dict[str, bytes] = field(default_factory=dict)
    error: BaseException | None = None


class Session:
    """A page being run: its namespace, its own folder to write into, and its results so far."""

    def __init__(self, page: Page, threads: int = 1) -> None:
        """Prepare to run `page`, with torch on so many threads; nothing runs yet."""
        self.page = page
        self.threads = threads
        self.results: dict[int, Result] = {}
        self.main = types.ModuleType("__main__")
        self.main.__file__ = str(page.path)
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)

    def run(self, block: Block) -> Result:
        """Run what comes before `block` and has not run yet, then `block`; each runs once."""
        if not self.results:
            start_afresh(self.threads)
        for earlier in self.page.blocks:
            if earlier.code.line not in self.results:
                self.results[earlier.code.line] = self.run_one(earlier)
            if earlier is block:
                break
        return self.results[block.code.line]

    def close(self) -> None:
        """Remove the session's folder."""
        self._folder.cleanup()

    def run_one(self, block: Block) -> Result:
        """Run `block` alone, on what those before it left."""
        stderr = io.StringIO()
        # Blank lines put each line of the code where it stands on the page, for tracebacks.
        source = "\n" * block.code.line + block.code.content
        error = None
        with (
            tempfile.TemporaryFile("w+", buffering=1, encoding="utf-8", newline="") as stdout,
            self._as_main(),
            contextlib.chdir(self.folder),
            _printing_into(stdout),
            contextlib.redirect_stderr(stderr),
            warnings.catch_warnings(),
        ):
            warnings.resetwarnings()
            warnings.showwarning = _show_on_stderr
            try:
                code = compile(source, str(self.page.path), "exec")
                exec(code, self.main.__dict__)
            except KeyboardInterrupt:
                raise
            except BaseException as raised:  # SystemExit and pytest.skip() too are failures here
                error = raised
            stdout.seek(0)
            return Result(stdout.read(), stderr.getvalue(), self._new_figures(), error)

    @contextlib.contextmanager
    def _as_main(self) -> Iterator[None]:
        """Let the page be `__main__`, so that its classes can be pickled as in a script."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.main
        try:
            yield
        finally:
            sys.modules["__main__"] = before

    def _new_figures(self) -> dict[str, bytes]:
        """Collect the pictures written since the last call: those whose time is not 0 any more."""
        figures = {}
        for file in sorted(self.folder.rglob("*")):
            if file.suffix in PICTURES and file.stat().st_mtime_ns != 0:
                figures[file.relative_to(self.folder).as_posix()] = file.read_bytes()
                os.utime(file, ns=(0, 0))
        return figures


@contextlib.contextmanager
def _printing_into(file: TextIO) -> Iterator[None]:
    """Send to `file` what is printed, by other programs that the block starts as well."""
    screen = os.dup(1)  # 1 is the number by which every program knows its output
    os.dup2(file.fileno(), 1)
    try:
        with contextlib.redirect_stdout(file):
            yield
    finally:
        file.flush()
        os.dup2(screen, 1)
        os.close(screen)


def start_afresh(threads: int = 1) -> None:
    """Take from a page what the one before may have left: settings, and lucky numbers.

    The generators are scrambled and not reset, so that a page which forgets its seed fails. So does
    one that reads memory before it has written there, which would be zero by luck now and then.
    """
    # Only here: what loads this module and runs no page, such as the process that hands tests out
    # to others, does not wait for torch.
    import numpy as np
    import torch

    random.seed()
    np.random.seed()
    torch.seed()
    if sys.platform == "linux":
        # The C library's own switch for this: memory is filled with this byte when it is given
        # back, and new memory with its complement. As floats, they are -1.5 and 3. A piece of a
        # few bytes may have the library's own notes in it instead, which are not zero either.
        ctypes.CDLL(None).mallopt(M_PERTURB, 0xBF)
    torch.set_num_threads(threads)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]
    torch.set_deterministic_debug_mode("default")
    torch.set_float32_matmul_precision("highest")
    torch.autograd.set_detect_anomaly(False)
    torch.set_warn_always(True)  # and not once, on whichever page comes first


def traceback_of(error: BaseException) -> str:
    """Tell where on the page `error` was raised, without the frames of this module."""
    frames = error.__traceback__ and error.__traceback__.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _show_on_stderr(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    print(f"{category.__name__}: {message}", file=sys.stderr)
