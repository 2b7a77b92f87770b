"""Capture what a process and its child processes write to standard output and standard error."""

import contextlib
import ctypes
import os
import sys
import tempfile


class Stream:
    """A file that captures writes to file descriptor 1 or 2, by child processes as well."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.redirect()

    def redirect(self) -> None:
        """Capture writes in a new file. A fork needs one, because it would share the old one."""
        # Appending, so that children do not write over each other.
        self.file = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115 (until the end)
        os.dup2(self.file.fileno(), self.descriptor)
        self.seen = 0

    def read_new(self) -> str:
        """Return what was written since the last call."""
        self.file.seek(self.seen)
        new = self.file.read()
        self.seen += len(new)
        return new.decode("utf-8", "backslashreplace")


def flush() -> None:
    """Write out what Python and the C library have buffered."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):  # the page may have put anything there, or closed it
            stream.flush()  # type: ignore[union-attr]
    with contextlib.suppress(OSError, TypeError):  # where the C library has no such name
        ctypes.CDLL(None).fflush(None)
