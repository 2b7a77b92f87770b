"""Check the answers given to the optimizer `Solved`."""

from collections.abc import Mapping
from typing import Any

import torch


def check_group(group: dict[str, Any], own: bool) -> None:
    """Reduce the answers of a group to those of its parameters, as Python numbers.

    Args:
        group: A parameter group of an optimizer.
        own: Whether the answers are meant for this group alone, so that all must be in it.

    Raises:
        ValueError: If the group has no names or no answers, or if an answer does not fit.
        TypeError: If an answer is not a number.
    """
    if "param_names" not in group:
        raise ValueError(
            "expected pairs of a name and a parameter, got parameters alone: "
            "pass net.named_parameters()"
        )
    if "answers" not in group:
        raise ValueError(
            "expected the state of a Solved optimizer, with answers in each group, "
            f"got a group with {', '.join(group)}"
        )
    answers, names = as_dictionary(group["answers"]), group["param_names"]
    if own:
        check_names(answers, names)
    group["answers"] = {
        name: _number(name, answers[name], parameter.dtype)
        for name, parameter in zip(names, group["params"], strict=True)
        if name in answers
    }


def as_dictionary(answers: object) -> dict[str, Any]:
    """Return a copy of the answers, or raise a TypeError if they are not a mapping."""
    if not isinstance(answers, Mapping):
        raise TypeError(f"expected answers as a dictionary of names and numbers, got {answers!r}")
    return dict(answers)


def check_names(answers: Mapping[str, Any], names: list[str]) -> None:
    """Raise a ValueError if an answer has a name that is not among `names`."""
    if missing := [name for name in answers if name not in names]:
        raise ValueError(f"expected parameters named {', '.join(missing)}, got {', '.join(names)}")


def _number(name: str, answer: Any, dtype: torch.dtype) -> Any:
    """Return an answer as a Python number, which can be copied and saved."""
    if shape := tuple(getattr(answer, "shape", ())):
        raise ValueError(f"expected one number as the answer for {name}, got shape {shape}")
    number = answer.item() if hasattr(answer, "item") else answer
    if not isinstance(number, int | float | complex):
        raise TypeError(f"expected a number as the answer for {name}, got {answer!r}")
    try:
        torch.empty((), dtype=dtype).fill_(number)
    except (RuntimeError, OverflowError) as error:
        raise ValueError(
            f"expected a number that fits {dtype} as the answer for {name}, got {answer!r}"
        ) from error
    return number
