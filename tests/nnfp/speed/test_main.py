"""Test that `python -m nnfp.speed` is the command."""

import subprocess
import sys

from nnfp.speed.command import make_parser


def test_the_module_is_a_command_that_explains_its_options() -> None:
    command = [sys.executable, "-m", "nnfp.speed", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.startswith("usage: python -m nnfp.speed ")
    for name in vars(make_parser().parse_args([])):
        assert f"\n  --{name} " in shown
