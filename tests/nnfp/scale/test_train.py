"""Test that several processes train as one does."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.distributed.fsdp import FSDPModule
from torch.distributed.tensor import DTensor

from nnfp import accuracy, cross_entropy
from nnfp.attention import letter_loss
from nnfp.scale.tasks import TASKS, Task
from nnfp.scale.train import Options, batches, distribute, run, score, take_step
from tests.nnfp.scale.ranks import run_ranks

CPU = torch.device("cpu")


def weights(net: torch.nn.Module) -> list[Tensor]:
    parameters = [p.detach() for p in net.parameters()]
    return [p.full_tensor() if isinstance(p, DTensor) else p for p in parameters]


def task(model: str) -> Task:
    torch.manual_seed(0)
    return TASKS[model]()


def trained(model: str, parallel: str) -> dict[str, Any]:
    """Take three steps on all ranks, and return what they change."""
    made = task(model)
    net = distribute(made.net, parallel)
    # Adam would blow up the rounding errors of gradients that are nearly zero.
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _, share in zip(range(3), batches(made.train, 12, seed=0), strict=False):
        take_step(net, optimizer, share, CPU)
    parts = [p.to_local() if isinstance(p, DTensor) else p for p in net.parameters()]
    return {
        "weights": weights(net),
        "scores": list(score(net, made.valid, CPU)),
        "numbers here": sum(part.numel() for part in parts),
        "whole at a time": [n for n, m in net.named_modules() if isinstance(m, FSDPModule)],
    }


def trained_twice(model: str) -> list[dict[str, Any]]:
    return [trained(model, "ddp"), trained(model, "fsdp")]


@pytest.mark.parametrize(
    ("model", "ranks", "layers"),
    [("digits", 3, ["layers.0", "layers.1"]), ("names", 2, ["blocks.0", "blocks.1"])],
)
def test_ddp_fsdp_and_one_process_learn_the_same(
    alone: None, model: str, ranks: int, layers: list[str]
) -> None:
    one = trained(model, "ddp")
    ddp, fsdp = zip(*run_ranks(trained_twice, ranks, model), strict=True)
    for several in (*ddp, *fsdp):
        torch.testing.assert_close(several["weights"], one["weights"])
        torch.testing.assert_close(several["scores"], one["scores"])
    # With FSDP, all processes together have each parameter once.
    assert [rank["numbers here"] for rank in ddp] == [one["numbers here"]] * ranks
    assert sum(rank["numbers here"] for rank in fsdp) == one["numbers here"]
    # Each layer or block is whole only while it computes.
    assert fsdp[0]["whole at a time"] == ["", *layers]


@pytest.mark.parametrize(("model", "size", "most"), [("digits", 32, 0.7), ("names", 64, 2.4)])
def test_one_epoch_brings_the_loss_far_down(
    alone: None, model: str, size: int, most: float
) -> None:
    assert run(Options(model, "ddp", 1, size, 0, None, 100), CPU).loss < most


def seen(start: int, count: int) -> list[list[int]]:
    """Return the samples of this rank in some mini-batches, each of four out of ten samples."""
    data = torch.arange(10), torch.arange(10)
    shares = zip(range(count), batches(data, 4, 1, start), strict=False)
    return [x.tolist() for _, (x, _) in shares]


def seen_from_two_starts() -> list[list[int]]:
    return seen(0, 5) + seen(3, 2)


def test_the_mini_batches_do_not_depend_on_the_number_of_processes(alone: None) -> None:
    first, second = run_ranks(seen_from_two_starts, 2)
    together = [sorted(a + b) for a, b in zip(first, second, strict=True)]
    assert together == [sorted(samples) for samples in seen_from_two_starts()]
    # An epoch has two mini-batches and no sample twice, and the next one another order.
    assert len({*together[0], *together[1]}) == len({*together[2], *together[3]}) == 8
    assert together[:2] != together[2:4]
    # Going on in the middle of an epoch.
    assert together[5:] == together[3:5]


def test_the_order_of_the_samples_depends_on_the_seed(alone: None) -> None:
    data = torch.arange(10), torch.arange(10)
    first, again, other = (next(batches(data, 10, seed))[0].tolist() for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert sorted(first) == sorted(other) == list(range(10))


def validation(model: str) -> list[float]:
    made = task(model)
    return list(score(made.net, made.valid, CPU))


def test_the_score_is_that_of_all_validation_data_on_every_rank() -> None:
    x, target = task("digits").valid
    logits = task("digits").net(x)
    expected = [cross_entropy(logits, target).item(), accuracy(logits, target).item(), 185]
    for found in run_ranks(validation, 2, "digits"):
        torch.testing.assert_close(found, expected)


def test_the_score_counts_letters_and_not_names() -> None:
    x, target = task("names").valid
    expected = letter_loss(task("names").net(x), target).item()
    loss, _, answers = run_ranks(validation, 2, "names")[0]
    torch.testing.assert_close(loss, expected)
    assert answers == sum(int((t >= 0).sum()) for t in target)


def test_the_score_leaves_the_network_in_training_mode(alone: None) -> None:
    made = task("digits")
    score(made.net, made.valid, CPU)
    assert made.net.training


def test_a_mini_batch_larger_than_the_data_is_refused(alone: None) -> None:
    with pytest.raises(ValueError, match=r"expected a batch of at most 1,257 samples, got 2,000"):
        run(Options("digits", "ddp", 1, 2000, 0, None, 100), CPU)


def test_a_process_whose_torchrun_was_killed_writes_no_checkpoint(
    alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parents = iter([7, 7, 1])
    monkeypatch.setattr("os.getppid", lambda: next(parents))
    with pytest.raises(OSError, match=r"torchrun has ended, so this process ends without a check"):
        run(Options("digits", "ddp", 1, 32, 0, tmp_path, 5), CPU)
    assert [path.name for path in tmp_path.iterdir()] == ["step-5"]
