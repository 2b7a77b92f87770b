"""Read measurements from the JSON files that `Measurements.save` writes, and check them."""

import json
from dataclasses import MISSING, fields, is_dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args, get_origin

from nnfp.speed.results import BACKWARD, DTYPES, FORWARD, Measurements

# The texts that a field may have, and the keys that its object must have, by its name.
CHOICES = {"precision": tuple(DTYPES), "work": (FORWARD, BACKWARD)}
KEYS = {"peak": {"cores", "gigahertz", "per_cycle", "rate"}}
# Times repeat exactly on a coarse clock, and a loss can reach 0. No other number is 0.
MAY_BE_ZERO = ("spread", "loss")


def read(path: str | Path | Traversable) -> Measurements:
    """Read measurements that [nnfp.speed.Measurements.save][] wrote.

    Args:
        path: The file. It may be a file of a package, as `importlib.resources.files` finds it.

    Returns:
        The measurements.

    Raises:
        ValueError: If the file holds something else.

    Examples:
        >>> from importlib.resources import files
        >>> from nnfp.speed import read
        >>> read(files("nnfp") / "data" / "speed-xeon.json").machine["device"]
        'Intel(R) Xeon(R) Processor, 2 threads'
    """
    file = Path(path).expanduser() if isinstance(path, str | Path) else path
    content = file.read_bytes()
    try:
        measured = _parse(Measurements, json.loads(content), "the file")
    except (RecursionError, ValueError) as error:
        raise ValueError(f"expected measurements of nnfp.speed, got {path}: {error}") from error
    assert isinstance(measured, Measurements)
    return measured


def _parse(kind: Any, value: Any, name: str) -> Any:
    """Convert a JSON value to a type, or raise a `ValueError` that says why it does not fit."""
    if is_dataclass(kind):
        return _parse_dataclass(kind, value, name)
    arguments = get_args(kind)
    if type(None) in arguments:
        return None if value is None else _parse(arguments[0], value, name)
    if get_origin(kind) is list:
        _expect(isinstance(value, list), "a list", value, name)
        return [_parse(arguments[0], each, name) for each in value]
    if get_origin(kind) is dict:
        _expect(isinstance(value, dict), "an object", value, name)
        if name in KEYS:
            _expect(value.keys() == KEYS[name], f"the keys {sorted(KEYS[name])}", value, name)
        if name == "products":
            _expect(value.keys() <= DTYPES.keys(), f"keys among {[*DTYPES]}", value, name)
        return {key: _parse(arguments[1], each, key) for key, each in value.items()}
    if kind is str:
        _expect(isinstance(value, str), "a text", value, name)
        if name in CHOICES:
            _expect(value in CHOICES[name], f"one of {CHOICES[name]}", value, name)
        return value
    number = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    positive = number and (0 < value < 1e30 or (value == 0 and name in MAY_BE_ZERO))
    _expect(positive, "a whole number above 0" if kind is int else "a finite number", value, name)
    return value


def _parse_dataclass(kind: Any, value: Any, name: str) -> Any:
    _expect(isinstance(value, dict), "an object", value, name)
    known = {each.name: each for each in fields(kind)}
    for key in value:
        _expect(key in known, f"keys among {[*known]}", key, name)
    for key, each in known.items():
        optional = each.default is not MISSING or each.default_factory is not MISSING
        _expect(key in value or optional, f"the key {key!r}", value, name)
    return kind(**{key: _parse(known[key].type, each, key) for key, each in value.items()})


def _expect(true: bool, expected: str, value: object, name: str) -> None:
    if not true:
        shown = repr(value)
        raise ValueError(
            f"expected {expected} in {name}, got {shown[:60]}{'…' if len(shown) > 60 else ''}"
        )
