"""Test that rates, intensities, limits and ranks are computed as their docstrings say."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from nnfp.speed import BACKWARD, Measurements, Training, read
from tests.nnfp.speed.examples import MEASURED, RATES, timing


def test_the_rate_counts_two_operations_for_each_weight_and_sample() -> None:
    t = timing("F.linear", 1, size=10, batch=64, samples=4, seconds=2.0)
    assert t.rate == 2 * 10 * 10 * 4 / 2.0


def test_backward_counts_as_two_more_products() -> None:
    forward = timing("F.linear", 1e9)
    assert timing("F.linear", 1e9, work=BACKWARD).rate == 3 * forward.rate


@pytest.mark.parametrize(("precision", "itemsize"), [("float32", 4), ("tf32", 4), ("bfloat16", 2)])
def test_the_intensity_counts_each_moved_tensor_once(precision: str, itemsize: int) -> None:
    t = timing("F.linear", 1, size=10, batch=3, precision=precision)
    assert t.intensity == 2 * 3 * 100 / ((30 + 100 + 30) * itemsize)


def test_the_limit_is_set_by_the_memory_or_the_largest_product() -> None:
    small, large = timing("F.linear", 1, batch=1), timing("F.linear", 1, batch=1000)
    assert MEASURED.limit(small) == small.intensity * 4e10
    assert MEASURED.limit(large) == 2e11


@pytest.mark.parametrize("measured", [replace(MEASURED, copy=None), replace(MEASURED, products={})])
def test_the_limit_needs_a_copy_and_a_product(measured: Measurements) -> None:
    with pytest.raises(ValueError, match="expected measurements with a copy and a float32 product"):
        measured.limit(timing("F.linear", 1))


def test_the_rungs_are_those_of_the_largest_layer_and_batch_size() -> None:
    assert [t.rung for t in MEASURED.rungs()] == list(RATES)
    assert {(t.size, t.batch) for t in MEASURED.rungs()} == {(1000, 1000)}


def test_there_are_no_rungs_where_none_were_measured() -> None:
    assert MEASURED.rungs(work=BACKWARD) == MEASURED.rungs("bfloat16") == []


def test_close_rungs_share_a_rank() -> None:
    assert MEASURED.ranks() == {
        "F.linear": 1,
        "matrix product": 1,
        "row by row": 3,
        "three Python loops": 4,
    }


def test_a_rung_shares_a_rank_only_if_it_is_close_to_the_fastest_of_it() -> None:
    ladder = [timing(f"{rate}", rate) for rate in (100.0, 85.0, 72.0)]
    assert Measurements({}, ladder=ladder).ranks() == {"100.0": 1, "85.0": 1, "72.0": 3}


@pytest.mark.parametrize(
    "result", [MEASURED, MEASURED.ladder[0], Training("recorded", 128, 32, 1e-4, 0.0, 0.5)]
)
def test_results_cannot_be_changed(result: object) -> None:
    with pytest.raises(FrozenInstanceError):
        result.seconds = 0.0  # type: ignore[attr-defined]


def test_saving_makes_missing_folders(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "speed.json"
    MEASURED.save(path)
    assert json.loads(path.read_text())["machine"]["torch"] == "2.13"


def test_a_leading_tilde_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    MEASURED.save("~/speed.json")
    assert (tmp_path / "speed.json").exists()
    assert read("~/speed.json") == MEASURED
