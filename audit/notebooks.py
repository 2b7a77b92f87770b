"""Compare what the cells of a notebook printed, for the tests and `make fresh`."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from nbformat import v4

from pages.prove.compare import TRACEBACK, same_output

# A line of torch's log on stderr, which depends on the machine.
LOG = re.compile(r"[IWE]\d{4} .*\n?")


def outputs_of(cell: Any) -> list[tuple[str, ...]]:
    """List what is below a cell; a page always ends the last line of an output."""
    return list(_outputs(cell))


def _outputs(cell: Any) -> Iterator[tuple[str, ...]]:
    outputs = cell.outputs
    if cell.source.startswith("%%bash"):
        outputs = _in_one_stream(outputs)
    # A kernel may send what a cell prints in several parts.
    for (kind, name), parts in groupby(outputs, lambda o: (o.output_type, o.get("name"))):
        if kind == "stream":
            text = "".join(part.text for part in parts)
            if name != "stderr" or LOG.sub("", text):
                yield name, text.removesuffix("\n")
        elif kind == "error":
            yield from (("error", part.ename, part.evalue) for part in parts)
        else:
            yield from ((kind, str(part.data)) for part in parts)


def _in_one_stream(outputs: list[Any]) -> list[Any]:
    """Join the streams of commands as a page does, with stderr last."""
    texts = {"stdout": "", "stderr": ""}
    for output in outputs:
        if output.output_type == "stream":
            texts[output.name] += output.text
    text = texts["stdout"] + LOG.sub("", texts["stderr"])
    rest = [output for output in outputs if output.output_type != "stream"]
    return [v4.new_output("stream", text=text), *rest] if text else rest


def differences(shown: Any, executed: Any, ulps: int = 0) -> list[str]:
    """List the cells of a notebook that had other outputs when it was executed.

    Args:
        shown: The notebook as it is published.
        executed: The same notebook after all of its cells have run.
        ulps: See [pages.prove.compare.differences][].
    """
    return [
        f"{cell.id}: expected {outputs_of(expected)}, got {outputs_of(cell)}"
        for expected, cell in zip(shown.cells, executed.cells, strict=True)
        if cell.cell_type == "code" and not same_output(_text(expected), _text(cell), ulps)
    ]


def _text(cell: Any) -> str:
    """Write the outputs of a cell as a page shows them."""
    return "\n".join(
        f"{TRACEBACK}  ...\n{': '.join(texts)}" if kind == "error" else f"{kind}: {texts[0]}"
        for kind, *texts in outputs_of(cell)
    )
