"""Test that measurements survive a round trip through a file, and other files are rejected."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from nnfp.speed import RUNGS, Measurements, Training, read
from nnfp.speed.settings import SWEEP_BATCHES, SWEEP_SIZES
from nnfp.speed.steps import TRAINING_SIZES
from tests.nnfp.speed.examples import MEASURED

TRAINED = replace(MEASURED, training=[Training("recorded", 128, 32, 1e-4, 1e-6, 0.0)])
INTERRUPTED = Measurements({"device": "d"})


@pytest.mark.parametrize("measured", [MEASURED, TRAINED, INTERRUPTED])
@pytest.mark.parametrize("kind", [str, Path])
def test_measurements_survive_a_round_trip(
    tmp_path: Path, measured: Measurements, kind: Callable[[Path], str | Path]
) -> None:
    path = kind(tmp_path / "speed.json")
    measured.save(path)
    assert read(path) == measured


def test_a_file_without_training_is_read(tmp_path: Path) -> None:
    path = tmp_path / "speed.json"
    content = asdict(MEASURED)
    del content["training"]
    path.write_text(json.dumps(content))
    assert read(path) == MEASURED


@pytest.mark.parametrize(("machine", "kind"), [("xeon", "cpu"), ("h100", "cuda")])
def test_the_package_carries_measurements_made_with_the_default_options(
    machine: str, kind: str
) -> None:
    measured = read(files("nnfp") / "data" / f"speed-{machine}.json")
    assert [t.rung for t in measured.rungs()] == list(RUNGS)
    assert {(t.size, t.batch) for t in measured.ladder} == {
        *product((16, 128, 1024), (1, 32, 1024))
    }
    assert {t.size for t in measured.sweep} == {SWEEP_SIZES[kind]}
    assert [t.batch for t in measured.sweep] == list(SWEEP_BATCHES)
    trained = {(each.size, each.batch) for each in measured.training}
    assert trained == (set(TRAINING_SIZES) if kind == "cuda" else set())


def test_the_package_carries_measurements_of_a_large_layer() -> None:
    measured = read(files("nnfp") / "data" / "speed-h100-large.json")
    assert {(t.size, t.batch) for t in measured.rungs("bfloat16")} == {(8192, 8192)}


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"[]", b"null", b"3", b'"text"', b"{}", b"\xff\xfe", b"[" * 100_000],
    ids=lambda content: content[:8],
)
def test_a_file_without_measurements_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(ValueError) as refusal:
        read(path)
    assert str(refusal.value).startswith(f"expected measurements of nnfp.speed, got {path}: ")


def changed(*keys: str | int, to: Any) -> dict[str, Any]:
    """Return the content of a good file with one value changed."""
    content = asdict(TRAINED)
    target: Any = content
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = to
    return content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({}, "expected the key 'machine' in the file, got {}"),
        (changed("more", to=1), "expected keys among ['machine', "),
        (changed("machine", to=None), "expected an object in machine, got None"),
        (changed("machine", "device", to=1), "expected a text in device, got 1"),
        (changed("products", to=[]), "expected an object in products, got []"),
        (changed("products", "float8", to=1.0), "expected keys among ['float32', "),
        (changed("products", "float32", to="1"), "expected a finite number in float32, got '1'"),
        (changed("copy", to=float("nan")), "expected a finite number in copy, got nan"),
        (changed("copy", to=True), "expected a finite number in copy, got True"),
        (changed("call", to=0), "expected a finite number in call, got 0"),
        (changed("call", to=float("inf")), "expected a finite number in call, got inf"),
        (changed("peak", to={"cores": 1}), "expected the keys ['cores', 'gigahertz', "),
        (changed("ladder", to={}), "expected a list in ladder, got {}"),
        (changed("ladder", 0, to=3), "expected an object in ladder, got 3"),
        (changed("ladder", 0, to={"rung": "a"}), "expected the key 'precision' in ladder"),
        (changed("ladder", 0, "numbers", to="a"), "expected keys among ['rung', "),
        (changed("ladder", 0, "seconds", to=0.0), "expected a finite number in seconds, got 0.0"),
        (changed("ladder", 0, "seconds", to=10**400), "expected a finite number in seconds"),
        (changed("ladder", 0, "spread", to=-1), "expected a finite number in spread, got -1"),
        (changed("ladder", 0, "size", to=1.5), "expected a whole number above 0 in size, got 1.5"),
        (changed("ladder", 0, "samples", to=0), "expected a whole number above 0 in samples"),
        (changed("sweep", 0, "precision", to="float8"), "expected one of ('float32', "),
        (changed("sweep", 0, "work", to="back"), "expected one of ('forward', "),
        (changed("training", 0, "loss", to=None), "expected a finite number in loss, got None"),
        (changed("machine", to="a" * 99), f"expected an object in machine, got '{'a' * 59}…"),
        (changed("machine", to="a" * 58), f"expected an object in machine, got '{'a' * 58}'"),
    ],
)
def test_an_error_names_the_wrong_value(
    tmp_path: Path, content: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError) as refusal:
        read(path)
    assert sentence in str(refusal.value)


def test_the_unchanged_example_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_text(json.dumps(asdict(TRAINED)))
    assert read(path) == TRAINED
