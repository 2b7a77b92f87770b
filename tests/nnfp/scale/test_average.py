"""Test that gradients averaged over several ranks are those of the whole batch."""

from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel

from nnfp import MLP
from nnfp.scale import average_gradients
from tests.nnfp.scale.ranks import run_ranks


def data() -> tuple[MLP, Tensor, Tensor]:
    """Return the same network, inputs and targets on every rank."""
    torch.manual_seed(0)
    return MLP([3, 4, 2]), torch.randn(6, 3), torch.randn(6, 2)


def gradients(model: nn.Module) -> list[Tensor | None]:
    return [p.grad for p in model.parameters()]


def whole_batch() -> list[Tensor | None]:
    model, x, target = data()
    mse_loss(model(x), target).backward()  # type: ignore[no-untyped-call]
    return gradients(model)


def average(sizes: list[int], weighted: bool) -> list[Tensor | None]:
    """Average the gradients of shards of these sizes."""
    rank = dist.get_rank()
    model, x, target = data()
    shard = slice(sum(sizes[:rank]), sum(sizes[: rank + 1]))
    mse_loss(model(x[shard]), target[shard]).backward()  # type: ignore[no-untyped-call]
    average_gradients(model, sizes[rank] if weighted else None)
    return gradients(model)


def average_with_ddp() -> list[Tensor | None]:
    rank = dist.get_rank()
    model, x, target = data()
    wrapped = DistributedDataParallel(model)
    shard = slice(3 * rank, 3 * rank + 3)
    mse_loss(wrapped(x[shard]), target[shard]).backward()  # type: ignore[no-untyped-call]
    return gradients(model)


def test_equal_shards_give_the_gradients_of_the_whole_batch() -> None:
    for averaged in run_ranks(average, 2, [3, 3], False):
        torch.testing.assert_close(averaged, whole_batch())


def test_three_ranks_give_the_gradients_of_the_whole_batch() -> None:
    for averaged in run_ranks(average, 3, [2, 2, 2], False):
        torch.testing.assert_close(averaged, whole_batch())


def test_ddp_gives_the_same_gradients() -> None:
    for averaged in run_ranks(average_with_ddp, 2):
        torch.testing.assert_close(averaged, whole_batch())


def test_unequal_shards_give_other_gradients() -> None:
    for averaged in run_ranks(average, 2, [4, 2], False):
        with pytest.raises(AssertionError, match="not close"):
            torch.testing.assert_close(averaged, whole_batch())


@pytest.mark.parametrize("sizes", [[4, 2], [6, 0]])
def test_unequal_shards_count_by_their_samples(sizes: list[int]) -> None:
    for averaged in run_ranks(average, 2, sizes, True):
        torch.testing.assert_close(averaged, whole_batch())


def average_parts() -> list[Any]:
    """Average parameters of which some have no gradient, or another dtype, or are frozen."""
    rank = dist.get_rank()
    model = nn.ParameterList([nn.Parameter(torch.ones(2)) for _ in range(5)])
    everywhere, here, _nowhere, frozen, short = model
    everywhere.grad = torch.tensor([1.0, 2.0]) + rank
    here.grad = torch.tensor([5.0, 7.0]) if rank == 0 else None
    frozen.grad = torch.full((2,), float(rank))
    frozen.requires_grad_(False)
    short.data = short.data.bfloat16()
    short.grad = torch.full((2,), 2.0 * rank, dtype=torch.bfloat16)
    average_gradients(model)
    assert short.grad.dtype == torch.bfloat16
    return [None if p.grad is None else p.grad.tolist() for p in model]


@pytest.fixture(scope="session")
def averaged_parts() -> list[list[Any]]:
    """Return the gradients of each rank after `average_parts`."""
    return run_ranks(average_parts, 2)


def test_a_gradient_that_a_rank_lacks_counts_as_zero(averaged_parts: list[list[Any]]) -> None:
    assert [parts[1] for parts in averaged_parts] == [[2.5, 3.5]] * 2


def test_a_parameter_without_any_gradient_keeps_none(averaged_parts: list[list[Any]]) -> None:
    assert [parts[2] for parts in averaged_parts] == [None] * 2


def test_a_frozen_parameter_is_left_as_it_is(averaged_parts: list[list[Any]]) -> None:
    assert [parts[3] for parts in averaged_parts] == [[0.0, 0.0], [1.0, 1.0]]


def test_each_gradient_keeps_its_dtype(averaged_parts: list[list[Any]]) -> None:
    for parts in averaged_parts:
        assert (parts[0], parts[4]) == ([1.5, 2.5], [1.0, 1.0])


def average_nothing() -> int:
    average_gradients(nn.ReLU())
    return 7


def test_a_model_without_parameters_is_left_alone() -> None:
    assert run_ranks(average_nothing, 2) == [7, 7]


def average_no_samples() -> list[Any]:
    model = nn.Linear(1, 1, bias=False)
    model.weight.grad = torch.tensor([[float(dist.get_rank())]])
    with pytest.raises(ValueError, match=r"expected at least one sample on some rank, got none$"):
        average_gradients(model, samples=0)
    return [model.weight.grad.item()]


def test_no_samples_on_any_rank_is_an_error_that_changes_nothing() -> None:
    assert run_ranks(average_no_samples, 2) == [[0.0], [1.0]]


def average_badly() -> None:
    table = nn.Embedding(3, 2, sparse=True)
    table(torch.tensor([0])).sum().backward()
    with pytest.raises(TypeError, match=r"expected dense gradients, got one of layout torch.spar"):
        average_gradients(table)
    with pytest.raises(ValueError, match="expected 0 samples or more, got -1"):
        average_gradients(table, samples=-1)


def test_sparse_gradients_and_negative_counts_are_rejected() -> None:
    assert run_ranks(average_badly, 1) == [None]


def test_without_a_process_group_a_sentence_says_what_to_do() -> None:
    model, _, _ = data()
    with pytest.raises(RuntimeError, match=r"expected a process group, got none: .* torchrun"):
        average_gradients(model)
