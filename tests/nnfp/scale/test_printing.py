"""Test that the texts of several ranks are printed in order."""

import contextlib
import io

import pytest
import torch.distributed as dist

from nnfp.scale import print_in_order
from tests.conftest import run_python
from tests.nnfp.scale.ranks import run_ranks


def printed() -> str:
    rank = dist.get_rank()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        print_in_order(f"rank {rank}")
        print_in_order(rank)
    return output.getvalue()


def test_rank_0_prints_the_texts_of_all_ranks_in_order() -> None:
    assert run_ranks(printed, 3) == ["rank 0\nrank 1\nrank 2\n0\n1\n2\n", "", ""]


# The ends of some programs: a crash, or os._exit, which skips an end that could hang.
PROGRAM = """
import os
import torch.distributed as dist
from nnfp.scale import print_in_order

dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
print_in_order("rank 0")
os._exit(0)
"""


def test_the_texts_are_printed_at_once() -> None:
    done = run_python(PROGRAM, PYTHONUNBUFFERED="")
    assert (done.returncode, done.stdout) == (0, "rank 0\n"), done.stderr


def test_printing_without_a_process_group_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"expected a process group, got none: .* torchrun"):
        print_in_order("alone")
