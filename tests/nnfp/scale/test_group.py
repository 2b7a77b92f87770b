"""Test that a process group ends, with its threads, when it is destroyed."""

import sys

import pytest

from nnfp.scale.group import check_process_group
from tests.conftest import run_python

# A new process must run this: those that other tests fork have imported torch.distributed.nn.
PROGRAM = """
from pathlib import Path
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
import nnfp.scale

def count_threads_of_gloo():
    names = [path.read_text() for path in Path("/proc/self/task").glob("*/comm")]
    return sum("gloo" in name for name in names)

dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
DistributedDataParallel(nn.Linear(1, 1))
before = count_threads_of_gloo()
dist.destroy_process_group()
print(before > 0, count_threads_of_gloo())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of a process")
def test_no_thread_outlives_the_process_group_of_ddp() -> None:
    done = run_python(PROGRAM)
    assert (done.returncode, done.stdout) == (0, "True 0\n"), done.stderr


def test_without_a_process_group_an_error_says_how_to_get_one() -> None:
    with pytest.raises(RuntimeError) as error:
        check_process_group()
    assert str(error.value) == (
        "expected a process group, got none: start the program with torchrun, and call "
        "torch.distributed.init_process_group() first"
    )
