"""Test the digits and their split, and that the loss and its parts equal PyTorch's."""

import json
from collections.abc import Callable
from importlib.resources import files
from statistics import median
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from benchmarks import digits as benchmark
from nnfp import accuracy, confusion, cross_entropy, digits, evaluate, log_softmax, softmax

DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
# PyTorch computes the short types in float32 and rounds once; ours rounds after each step.
CLOSE: dict[torch.dtype, dict[str, Any]] = {
    torch.float32: {},
    torch.float64: {},
    torch.float16: {"rtol": 2e-3, "atol": 2e-3},
    torch.bfloat16: {"rtol": 2e-2, "atol": 2e-2},
}
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4)
scales = st.sampled_from([0.0, 1e-3, 1.0, 30.0, 1e4])
seeds = st.integers(0, 2**32)


def scores_of(shape: list[int], scale: float, dtype: torch.dtype, seed: int) -> Tensor:
    torch.manual_seed(seed)
    return (scale * torch.randn(shape, dtype=torch.float64)).to(dtype).requires_grad_()


def gradient(result: Tensor, scores: Tensor) -> Tensor:
    # Differing slopes, because softmax sums to 1 and its sum has no slope.
    slopes = torch.linspace(-1, 1, result.numel(), dtype=result.dtype).reshape(result.shape)
    return torch.autograd.grad(result, scores, slopes)[0]


@settings(max_examples=60, deadline=None)
@given(
    shape=shapes,
    scale=scales,
    dtype=st.sampled_from(DTYPES),
    seed=seeds,
    pair=st.sampled_from([(softmax, F.softmax), (log_softmax, F.log_softmax)]),
    data=st.data(),
)
def test_softmax_and_its_logarithm_equal_pytorchs(
    shape: list[int],
    scale: float,
    dtype: torch.dtype,
    seed: int,
    pair: tuple[Callable[..., Tensor], Callable[..., Tensor]],
    data: st.DataObject,
) -> None:
    scores = scores_of(shape, scale, dtype, seed)
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    ours, theirs = (function(scores, dim=dim) for function in pair)
    torch.testing.assert_close(ours, theirs, **CLOSE[dtype])
    torch.testing.assert_close(gradient(ours, scores), gradient(theirs, scores), **CLOSE[dtype])


EXTREMES = st.sampled_from([0.0, 89.0, -104.0, 1e30, -1e30, 3e38, -3e38, -torch.inf])


@settings(max_examples=60, deadline=None)
@given(row=st.lists(EXTREMES, min_size=1, max_size=5), target=st.integers(0, 4))
def test_extreme_scores_give_what_pytorch_gives(row: list[float], target: int) -> None:
    scores = torch.tensor(row)
    for ours, theirs in ((softmax, F.softmax), (log_softmax, F.log_softmax)):
        expected = theirs(scores, dim=0)
        torch.testing.assert_close(ours(scores, dim=0), expected, equal_nan=True)
    right = torch.tensor(target % len(row))
    expected = F.cross_entropy(scores, right)
    torch.testing.assert_close(cross_entropy(scores, right), expected, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(
    batch=st.integers(0, 4),
    classes=st.integers(1, 5),
    more=st.lists(st.integers(1, 3), max_size=2),
    scale=scales,
    dtype=st.sampled_from(DTYPES),
    seed=seeds,
    reduction=st.sampled_from(["mean", "sum", "none"]),
)
def test_cross_entropy_equals_pytorchs(
    batch: int,
    classes: int,
    more: list[int],
    scale: float,
    dtype: torch.dtype,
    seed: int,
    reduction: str,
) -> None:
    # PyTorch rounds the sum before it divides by the number of losses, so that it becomes infinite.
    assume(not (dtype == torch.float16 and reduction == "mean" and scale > 30))
    scores = scores_of([batch, classes, *more], scale, dtype, seed)
    target = torch.randint(classes, (batch, *more))
    ours = cross_entropy(scores, target, reduction=reduction)
    theirs = F.cross_entropy(scores, target, reduction=reduction)
    assert ours.dtype == theirs.dtype
    close = {**CLOSE[dtype], "equal_nan": True}  # the mean of no losses is nan
    torch.testing.assert_close(ours, theirs, **close)
    torch.testing.assert_close(gradient(ours, scores), gradient(theirs, scores), **close)


def test_cross_entropy_of_one_sample_without_a_batch_equals_pytorchs() -> None:
    scores, target = torch.tensor([2.0, 1.0, -1.0]), torch.tensor(1)
    expected = F.cross_entropy(scores, target)
    torch.testing.assert_close(cross_entropy(input=scores, target=target), expected)


def test_cross_entropy_passes_gradcheck_twice() -> None:
    torch.manual_seed(0)
    scores = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    target = torch.tensor([0, 3, 1])
    assert torch.autograd.gradcheck(lambda scores: cross_entropy(scores, target), scores)
    assert torch.autograd.gradgradcheck(lambda scores: cross_entropy(scores, target), scores)


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_scores_that_are_whole_numbers_are_rejected(function: Callable[..., Tensor]) -> None:
    with pytest.raises(TypeError, match=r"expected scores that are floats, got torch\.int64"):
        function(torch.tensor([1, 2]), 0)


def test_an_unknown_reduction_is_rejected() -> None:
    with pytest.raises(ValueError, match="expected mean, sum or none as the reduction, got 'max'"):
        cross_entropy(torch.zeros(1, 2), torch.tensor([0]), reduction="max")


with_target = pytest.mark.parametrize("function", [cross_entropy, accuracy, confusion])


@with_target
@pytest.mark.parametrize("dtype", [torch.float32, torch.int32, torch.uint8, torch.bool])
def test_targets_that_are_not_int64_are_rejected(
    function: Callable[..., Tensor], dtype: torch.dtype
) -> None:
    with pytest.raises(TypeError) as error:
        function(torch.zeros(2, 3), torch.zeros(2, dtype=dtype))
    assert str(error.value) == f"expected classes as targets, of dtype torch.int64, got {dtype}"


@with_target
@pytest.mark.parametrize(
    ("scores", "target"),
    [((), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3), ()), ((3,), (1,)), ((2, 3, 4), (2, 3))],
)
def test_shapes_that_do_not_match_are_rejected(
    function: Callable[..., Tensor], scores: tuple[int, ...], target: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError) as error:
        function(torch.zeros(scores), torch.zeros(target, dtype=torch.int64))
    expected = "expected scores of shape (N, C) and targets of shape (N,)"
    assert str(error.value) == f"{expected}, got {scores} and {target}"


@with_target
@pytest.mark.parametrize("wrong", [-100, -1, 3, 7])
def test_a_target_that_is_not_a_class_is_rejected(
    function: Callable[..., Tensor], wrong: int
) -> None:
    with pytest.raises(IndexError, match=f"expected classes from 0 to 2, got {wrong}$"):
        function(torch.zeros(2, 3), torch.tensor([2, wrong]))


@pytest.mark.parametrize("shape", [(), (2,), (2, 4)])
def test_targets_on_an_accelerator_are_not_read(shape: tuple[int, ...]) -> None:
    # The device "meta" stands for an accelerator: reading a number from it is an error.
    scores = torch.zeros(*shape[:1], 3, *shape[1:], device="meta")
    target = torch.zeros(shape, dtype=torch.int64, device="meta")
    assert cross_entropy(scores, target).shape == ()
    assert accuracy(scores, target).shape == ()


def test_accuracy_is_the_share_of_right_choices() -> None:
    scores = torch.tensor([[0.0, 2.0, 1.0], [3.0, 0.0, 1.0], [0.0, 0.0, -1.0], [0.0, 1.0, 5.0]])
    assert accuracy(scores, torch.tensor([1, 2, 2, 2])).item() == 0.5
    assert accuracy(scores[0], torch.tensor(1)).item() == 1


def test_accuracy_with_several_targets_for_each_sample_counts_each() -> None:
    scores = torch.tensor([[[5.0, 0.0, 5.0, 0.0], [0.0, 5.0, 0.0, 5.0]]])
    assert accuracy(scores, torch.tensor([[0, 1, 0, 0]])).item() == 0.75


def test_confusion_counts_right_classes_in_rows_and_chosen_ones_in_columns() -> None:
    chosen, right = torch.tensor([0, 1, 1, 2, 0, 2]), torch.tensor([0, 1, 2, 2, 2, 2])
    table = confusion(F.one_hot(chosen, 4).float(), right)
    assert table.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 2, 0], [0, 0, 0, 0]]


def test_confusion_counts_every_target_of_a_sample() -> None:
    table = confusion(torch.zeros(2, 3, 4), torch.ones(2, 4, dtype=torch.int64))
    assert table.tolist() == [[0, 0, 0], [8, 0, 0], [0, 0, 0]]


def test_no_digit_is_lost_or_in_two_parts() -> None:
    images = torch.cat([images for images, _ in digits()])
    assert len(images) == 1797
    assert len({tuple(image) for image in images.tolist()}) == 1797


def test_the_digits_are_images_from_0_to_1_with_labels_from_0_to_9() -> None:
    for images, labels in digits():
        assert images.shape == (len(labels), 64)
        assert (images.dtype, labels.dtype) == (torch.float32, torch.int64)
        assert (images.min().item(), images.max().item()) == (0, 1)
        torch.testing.assert_close(16 * images, (16 * images).round())
        assert set(labels.tolist()) == set(range(10))


def test_each_part_has_its_share_of_every_digit() -> None:
    counts = torch.stack([labels.bincount() for _, labels in digits()])
    shares = counts / counts.sum(0)
    expected = torch.tensor([[0.7], [0.1], [0.2]]).expand(3, 10)
    torch.testing.assert_close(shares, expected, atol=0.01, rtol=0)


def test_the_first_digits_are_in_the_parts_that_their_places_give() -> None:
    # The first thirty images are three rounds of 0 to 9: the first, second and third of each.
    train, validation, test = digits()
    assert validation[1][:10].tolist() == list(range(10))
    assert train[1][:20].tolist() == [*range(10), *range(10)]
    first_zero = [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]
    assert (16 * validation[0][0, :16]).tolist() == first_zero
    assert test[1][:5].tolist() != list(range(5))


def test_the_split_does_not_use_the_random_generator() -> None:
    before = torch.get_rng_state()
    digits()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_five_saved_networks_read_97_of_100_unseen_digits_in_20_seconds() -> None:
    saved = json.loads((files("nnfp") / "data/digits.json").read_text(encoding="utf-8"))
    assert saved["seeds"] == [0, 1, 2, 3, 4]
    assert len(saved["test"]) == len(saved["validation"]) == 5
    assert median(saved["test"]) >= 0.97
    assert saved["processor seconds"] < 20


def test_a_network_of_the_benchmark_learns_to_read() -> None:
    _, validation, test = digits()
    net = benchmark.train(seed=0, epochs=3)
    assert evaluate(net, [validation], accuracy) > 0.7
    assert evaluate(net, [test], accuracy) > 0.7
