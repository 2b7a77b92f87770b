"""Test how the processes of `torchrun` meet."""

from collections.abc import Iterator

import pytest
import torch
import torch.distributed as dist
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from nnfp.scale.processes import process_group


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[TCPStore]:
    """Be the only process that `torchrun` has started, and return its store."""
    store = TCPStore("127.0.0.1", 0, is_master=True)
    environment = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": store.port,
        "RANK": 0,
        "WORLD_SIZE": 1,
        "LOCAL_RANK": 0,
        "LOCAL_WORLD_SIZE": 1,
        "GROUP_WORLD_SIZE": 1,
        "TORCHELASTIC_RESTART_COUNT": 0,
        "TORCHELASTIC_USE_AGENT_STORE": True,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    yield store
    if dist.is_initialized():
        dist.destroy_process_group()


def test_the_processes_form_a_group_and_leave_it(store: TCPStore) -> None:
    with process_group() as device:
        assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "gloo")
        assert device == torch.device("cpu")
    assert not dist.is_initialized()


def test_a_restart_replaces_no_address_of_the_start_before(
    store: TCPStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that came early would read the address of one that has been killed.
    before = store.num_keys()
    with process_group():
        first = store.num_keys() - before
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    with process_group():
        assert store.num_keys() - before == 2 * first > 0


def test_hosts_that_count_their_restarts_alone_use_the_same_names(
    store: TCPStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUP_WORLD_SIZE", "2")
    with process_group():
        first = store.num_keys()
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    with process_group():
        assert store.num_keys() == first
