"""Test that the plots are the same, byte for byte, in another process with other settings."""

import os
import subprocess
import sys
from pathlib import Path

from nnfp import draw

CODE = """
import sys
from nnfp import draw
plots = (
    draw.losses({"a": [3, 2, 1], "b": [1, 0.5]}),
    draw.landscape([1, 2], [3, 6], [(1, 0), (2, 1)], (3, 0)),
)
sys.stdout.buffer.write(b"".join(plot.svg.encode() for plot in plots))
assert "matplotlib.pyplot" not in sys.modules
"""


def test_a_plot_does_not_depend_on_the_environment(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\nlines.dashed_pattern: 9, 9\npath.simplify_threshold: 1\npath.simplify: no\n"
    )
    settings = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", CODE], env=settings, capture_output=True, check=True
    )
    for _ in range(2):
        plots = (
            draw.losses({"a": [3, 2, 1], "b": [1, 0.5]}),
            draw.landscape([1, 2], [3, 6], [(1, 0), (2, 1)], (3, 0)),
        )
        assert other.stdout.decode() == "".join(plot.svg for plot in plots)
