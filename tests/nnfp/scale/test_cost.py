"""Test the predicted time of a training step on several ranks."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnfp.scale import Link, ring_bytes, ring_seconds, step_seconds

LINK = Link(bandwidth=1000, latency=0.5)


def count_what_each_rank_sends(ranks: int, size: int) -> list[int]:
    """Add up the parts that each rank sends, until all ranks have all sums."""
    sent = [0] * ranks
    # What each rank knows of each part: the ranks whose numbers are added up in it.
    known = [[{rank} for _ in range(ranks)] for rank in range(ranks)]
    everyone, turn = set(range(ranks)), 0
    while any(part != everyone for parts in known for part in parts):
        sending = [known[rank][(rank - turn) % ranks] for rank in range(ranks)]
        for rank in range(ranks):
            part = (rank - 1 - turn) % ranks
            known[rank][part] = known[rank][part] | sending[rank - 1]
            sent[rank] += size // ranks
        turn += 1
    return sent


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 8])
def test_a_ring_sends_as_many_bytes_as_the_formula_says(ranks: int) -> None:
    sent = count_what_each_rank_sends(ranks, 24)
    assert sent == [ring_bytes(24, ranks)] * ranks


@given(st.floats(0, 1e15), st.integers(1, 10**6))
def test_a_rank_never_sends_more_than_twice_the_gradients(size: float, ranks: int) -> None:
    assert 0 <= ring_bytes(size, ranks) <= 2 * size


def test_one_rank_communicates_nothing() -> None:
    assert ring_bytes(1000, 1) == ring_seconds(1000, 1, LINK) == 0
    assert step_seconds(3.0, 1000, 1, LINK) == 3.0


def test_each_turn_costs_a_latency() -> None:
    seconds = [ring_seconds(0, ranks, LINK) for ranks in (2, 3, 5)]
    assert seconds == [2 * 0.5, 4 * 0.5, 8 * 0.5]


def test_bytes_take_their_time_at_the_bandwidth() -> None:
    assert ring_seconds(4000, 4, Link(1000, 0)) == 2 * 3 / 4 * 4000 / 1000


def test_a_step_is_its_arithmetic_and_the_all_reduce() -> None:
    assert step_seconds(3.0, 4000, 4, LINK) == 3.0 + ring_seconds(4000, 4, LINK)
    assert math.isclose(step_seconds(3.0, 4000, 4, LINK), 3.0 + 6 * 0.5 + 6.0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ring_bytes(1, 0), "expected at least 1 rank, got 0"),
        (lambda: ring_bytes(-1, 2), "expected a size of 0 bytes or more, got -1"),
        (
            lambda: ring_seconds(1, 2, Link(0, 1)),
            r"expected a bandwidth above 0 and a latency of 0 or more, got Link\(bandwidth=0, ",
        ),
        (lambda: ring_seconds(1, 2, Link(1, -1)), r"latency of 0 or more, .*latency=-1\)"),
        (lambda: ring_seconds(1, 0, LINK), "expected at least 1 rank, got 0"),
        (lambda: step_seconds(-1, 1, 2, LINK), "expected a time of 0 seconds or more, got -1"),
    ],
)
def test_impossible_cases_are_rejected(call: Callable[[], float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
