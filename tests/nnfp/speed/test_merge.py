"""Test that runs are merged by what they measured, even if some of them are incomplete."""

from dataclasses import replace

import pytest

from nnfp.speed import Measurements, Timing, Training, fastest
from tests.nnfp.speed.examples import MEASURED, timing


def of(*ladder: Timing, **more: object) -> Measurements:
    """Make a run that measured these timings."""
    return replace(Measurements({"device": "d"}, ladder=list(ladder)), **more)  # type: ignore[arg-type]


def names(run: Measurements) -> list[str]:
    return [t.rung for t in run.ladder]


def test_the_fastest_timing_of_each_rung_is_kept() -> None:
    slow, fast = timing("F.linear", 1e9), timing("F.linear", 2e9)
    first, second = timing("nnfp.Linear", 3e9), timing("nnfp.Linear", 1e9)
    assert fastest([of(slow, first), of(fast, second)]).ladder == [fast, first]


def test_the_fastest_timing_of_the_sweep_is_kept() -> None:
    slow, fast = timing("nnfp.Linear", 1e9), timing("nnfp.Linear", 2e9)
    assert fastest([of(sweep=[fast]), of(sweep=[slow])]).sweep == [fast]


def test_the_fastest_training_of_each_mode_is_kept() -> None:
    slow = Training("recorded", 128, 32, 2e-4, 0.0, 0.5)
    fast = replace(slow, seconds=1e-4)
    other = replace(slow, mode="call by call", seconds=9e-4)
    assert fastest([of(training=[other, slow]), of(training=[fast])]).training == [other, fast]


def test_timings_of_different_numbers_of_samples_are_compared_per_sample() -> None:
    few = timing("dot products", 1, samples=1, seconds=3.0)
    many = timing("dot products", 1, samples=4, seconds=4.0)
    assert fastest([of(few), of(many)]).ladder == fastest([of(many), of(few)]).ladder == [many]


def test_the_best_limits_are_kept() -> None:
    one = of(products={"float32": 3.0}, copy=4.0, call=5.0)
    other = of(products={"float32": 2.0}, copy=6.0, call=1.0)
    best = fastest([one, other])
    assert (best.products, best.copy, best.call) == ({"float32": 3.0}, 6.0, 1.0)


def test_the_machine_records_the_number_of_runs() -> None:
    assert fastest([MEASURED] * 3).machine == MEASURED.machine | {"runs": "fastest of 3"}


def test_merging_one_run_changes_nothing_else() -> None:
    assert replace(fastest([MEASURED]), machine=MEASURED.machine) == MEASURED


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ("abc", "ab", "abc"),
        ("ab", "abc", "abc"),
        ("bc", "abc", "abc"),
        ("ac", "abc", "abc"),
        ("ab", "bc", "abc"),
        ("ab", "cd", "cdab"),
        ("", "ab", "ab"),
    ],
)
def test_a_rung_that_failed_in_one_run_is_taken_from_another(
    one: str, other: str, merged: str
) -> None:
    runs = [of(*(timing(rung, 1e9) for rung in rungs)) for rungs in (one, other)]
    assert names(fastest(runs)) == list(merged)


def test_different_rungs_at_the_same_position_are_both_kept() -> None:
    slow, fast = timing("F.linear", 1e9), timing("nnfp.Linear", 2e9)
    assert set(fastest([of(slow), of(fast)]).ladder) == {slow, fast}


@pytest.mark.parametrize(
    "changed",
    [{"precision": "bfloat16"}, {"work": "forward and backward"}, {"size": 3}, {"batch": 3}],
)
def test_timings_of_different_work_are_all_kept(changed: dict[str, object]) -> None:
    one, other = timing("F.linear", 1e9), timing("F.linear", 2e9, **changed)
    assert set(fastest([of(one, other), of(other)]).ladder) == {one, other}


def test_timings_missing_from_an_interrupted_run_come_from_the_others() -> None:
    interrupted = Measurements(MEASURED.machine, products={"bfloat16": 9e11})
    for runs in ([MEASURED, interrupted], [interrupted, MEASURED]):
        merged = fastest(runs)
        assert merged.products == {"float32": 2e11, "bfloat16": 9e11}
        assert (merged.copy, merged.call, merged.peak) == (4e10, 5e-6, MEASURED.peak)
        assert (merged.ladder, merged.sweep) == (MEASURED.ladder, MEASURED.sweep)


def test_an_empty_list_of_runs_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match=r"^expected runs on one device, got none$"):
        fastest([])


def test_runs_on_different_devices_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match=r"^expected runs on one device, got d, e$"):
        fastest([of(), Measurements({"device": "e"})])
