"""Read the numbers that a figure shows: from lists, tensors, arrays and mixtures of them."""

import reprlib
import sys
from collections.abc import Iterable, Mapping, Set
from typing import Any, SupportsFloat

import torch
from torch import Tensor

from nnfp.draw.words import number

Numbers = Tensor | Iterable[SupportsFloat] | Iterable[Iterable[SupportsFloat]]
"""Numbers to draw: a tensor, with or without gradients, an array, or a list of numbers or rows."""


def tensor(values: Numbers | SupportsFloat) -> Tensor:
    """Return the values as a tensor of the default dtype on the CPU, without gradients.

    Raises:
        TypeError: If a value is not a number.
        ValueError: If the rows differ in length, or a number is too large for the dtype.
    """
    nested = _plain(values)
    if _is_ragged(nested):
        raise ValueError(f"expected rows of one length, got {reprlib.repr(nested)}")
    exact = torch.tensor(nested, dtype=torch.float64, device="cpu")
    result = exact.to(torch.get_default_dtype())
    too_large = exact[exact.isfinite() & ~result.isfinite()]
    if len(too_large):
        raise ValueError(f"expected numbers that fit in {result.dtype}, got {too_large[0]:g}")
    return result


def row(values: object) -> list[float]:
    """Return the values as a list of Python floats.

    Raises:
        TypeError: If a value is not a number.
        ValueError: If the values are one number, or rows of numbers.
    """
    numbers = _plain(values)
    if not isinstance(numbers, list) or any(isinstance(each, list) for each in numbers):
        raise ValueError(f"expected a row of numbers, got {reprlib.repr(numbers)}")
    return numbers


def pair(values: object, name: str) -> tuple[float, float]:
    """Return the two numbers that `values` holds; `name` describes them in the error message.

    Raises:
        TypeError: If a value is not a number.
        ValueError: If there are not exactly two.
    """
    numbers = _plain(values)
    if not isinstance(numbers, list) or len(numbers) != 2:
        raise ValueError(f"expected two numbers as {name}, got {reprlib.repr(numbers)}")
    first, second = row(numbers)
    return first, second


def pairs(values: object, name: str) -> list[tuple[float, float]]:
    """Return pairs of numbers; `name` describes one of them in the error message.

    Raises:
        TypeError: If a value is not a number.
        ValueError: If the values are not a list of pairs.
    """
    nested = _plain(values)
    if not isinstance(nested, list):
        raise ValueError(f"expected pairs of numbers, each {name}, got {reprlib.repr(nested)}")
    return [pair(each, name) for each in nested]


def texts(values: Tensor) -> list[str]:
    """Return each value of a row as the figures write it."""
    return [number(value) for value in values.tolist()]


def _plain(values: Any) -> Any:
    """Turn tensors, arrays and sequences into floats and lists of them."""
    if isinstance(values, Tensor):
        values = values.detach().to_dense()
    if hasattr(values, "tolist"):  # tensors, and NumPy's arrays and scalars
        values = values.tolist()
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping | Set):
        return [_plain(each) for each in values]
    try:
        if isinstance(values, str | bytes):  # float() would read them
            raise TypeError
        return float(values)
    except OverflowError as error:
        largest = f"{sys.float_info.max:.1e}"
        raise ValueError(f"expected numbers up to {largest}, got a larger one") from error
    except (TypeError, ValueError) as error:
        raise TypeError(f"expected numbers, got {reprlib.repr(values)}") from error


def _is_ragged(nested: Any) -> bool:
    """Return whether rows next to each other differ in length, or are mixed with numbers."""
    while isinstance(nested, list):
        lengths = {len(each) if isinstance(each, list) else None for each in nested}
        if len(lengths) > 1:
            return True
        nested = [number for each in nested for number in each] if lengths - {None} else None
    return False
