"""Fixtures for the tests of `nnfp.scale`."""

from collections.abc import Iterator

import pytest
import torch.distributed as dist
from torch.distributed import HashStore  # type: ignore[attr-defined]


@pytest.fixture
def alone() -> Iterator[None]:
    """Let the process of the test be the only rank."""
    dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()
