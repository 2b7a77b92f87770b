"""Test that a process group ends, with its threads, when it is destroyed."""

import sys
from pathlib import Path

import pytest
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import nnfp.scale  # noqa: F401 (what this tests)
from tests.nnfp.scale.ranks import run_ranks


def count_threads_of_gloo() -> int:
    names = [path.read_text() for path in Path("/proc/self/task").glob("*/comm")]
    return sum("gloo" in name for name in names)


def count_threads_before_and_after_the_end() -> tuple[int, int]:
    DistributedDataParallel(nn.Linear(1, 1))
    before = count_threads_of_gloo()
    dist.destroy_process_group()
    after = count_threads_of_gloo()
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)  # type: ignore[attr-defined]
    return before, after


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of a process")
def test_no_thread_outlives_the_process_group_of_ddp() -> None:
    [(before, after)] = run_ranks(count_threads_before_and_after_the_end, 1)
    assert before > 0
    assert after == 0
