"""What a block did."""

import traceback
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Error:
    """What a block raised."""

    last: str
    """The type and the message, as in the last lines of a traceback."""
    traceback: str
    kind: str
    """`Exception`, or the type's name if it is not an `Exception`, such as `SystemExit`."""


@dataclass
class Result:
    """What a block did: what it printed, wrote to stderr, drew and raised.

    If the block is commands, `status` is the exit status of the last one.
    """

    stdout: str
    stderr: str
    figures: dict[str, bytes] = field(default_factory=dict)
    error: Error | None = None
    status: int | None = None


def describe(error: BaseException) -> Error:
    """Describe an error as Python would, without the frames of this module."""
    lines = traceback.TracebackException.from_exception(error)
    if isinstance(error, SyntaxError):
        # Drop the lines that name this machine's file and repeat the code.
        lines.filename = lines.lineno = lines.text = None  # type: ignore[assignment]
    last = "".join(lines.format_exception_only())
    frames = error.__traceback__ and error.__traceback__.tb_next
    whole = "".join(traceback.format_exception(type(error), error, frames))
    kind = "Exception" if isinstance(error, Exception) else type(error).__name__
    return Error(_printable(last), _printable(whole), kind)


def _printable(text: str) -> str:
    """Escape what UTF-8 cannot express, as Python does on stderr."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
