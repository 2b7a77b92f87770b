"""Test that several processes train as one does."""

from itertools import chain
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor
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


def trained(model: str, parallel: str, size: int) -> dict[str, Any]:
    """Take three steps on all ranks, and return what they change."""
    made = task(model)
    net = distribute(made.net, parallel)
    optimizer = made.optimizer(net.parameters())
    for _, share in zip(range(3), batches(made.train, size, seed=0), strict=False):
        take_step(net, optimizer, share, CPU)
    scores = score(net, made.valid, CPU)
    return {
        "weights": weights(net),
        "scores": list(scores),
        "numbers here": sum(
            p.to_local().numel() if isinstance(p, DTensor) else p.numel() for p in net.parameters()
        ),
    }


@pytest.mark.parametrize("model", ["digits", "names"])
def test_ddp_fsdp_and_one_process_learn_the_same(model: str) -> None:
    (one,) = run_ranks(trained, 1, model, "ddp", 12)
    ddp = run_ranks(trained, 2, model, "ddp", 12)
    fsdp = run_ranks(trained, 3, model, "fsdp", 12)
    for several in (*ddp, *fsdp):
        torch.testing.assert_close(several["weights"], one["weights"], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(several["scores"], one["scores"], rtol=1e-4, atol=1e-5)
    # With FSDP, all processes together have each parameter once.
    assert [rank["numbers here"] for rank in ddp] == [one["numbers here"]] * 2
    assert sum(rank["numbers here"] for rank in fsdp) == one["numbers here"]


def seen(size: int, start: int, count: int) -> list[list[int]]:
    """Return the samples of this rank in some mini-batches of ten samples."""
    data = torch.arange(10), torch.arange(10)
    return [
        x.tolist() for x, _ in (next(found) for found in [batches(data, size, 1, start)] * count)
    ]


def together(ranks: int, size: int, start: int, count: int) -> list[list[int]]:
    """Return the sorted samples of mini-batches, those of all ranks together."""
    shares = run_ranks(seen, ranks, size, start, count)
    return [sorted(chain(*parts)) for parts in zip(*shares, strict=True)]


def test_the_mini_batches_do_not_depend_on_the_number_of_processes() -> None:
    alone = together(1, 4, 0, 5)
    assert together(2, 4, 0, 5) == alone
    # An epoch has two mini-batches and no sample twice, and the next one another order.
    assert len({*alone[0], *alone[1]}) == len({*alone[2], *alone[3]}) == 8
    assert alone[:2] != alone[2:4]
    # Going on in the middle of an epoch.
    assert together(2, 4, 3, 2) == alone[3:]


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


def evaluation_mode() -> bool:
    made = task("digits")
    score(made.net, made.valid, CPU)
    return made.net.training and dist.get_rank() == 0


def test_the_score_leaves_the_network_in_training_mode() -> None:
    assert run_ranks(evaluation_mode, 1) == [True]


def too_large() -> None:
    run(Options("digits", "ddp", 1, 2000, 0, None, 100), CPU)


def test_a_mini_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a batch of at most 1,257 samples, got 2,000"):
        run_ranks(too_large, 1)
