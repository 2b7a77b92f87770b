"""Apply an activation function, name it, and draw its graph."""

import math
from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from nnfp.draw import svg
from nnfp.draw.values import tensor
from nnfp.draw.words import number
from nnfp.neuron import Activation

Function = Activation | Callable[[float], float]
Point = tuple[float, float]


def identity(sums: Tensor) -> Tensor:
    """Return the sums as they are: what a neuron computes before its activation."""
    return sums


def on_tensors(function: Function) -> Activation:
    """Return a function that applies an activation to each value of a tensor.

    Args:
        function: An activation for tensors, such as `torch.tanh`, or for one number, such as
            `math.tanh`.

    Raises:
        TypeError: If `function` is not a function.
    """
    if not callable(function):
        raise TypeError(f"expected a function as the activation, got {function!r}")

    def activation(sums: Tensor) -> Tensor:
        outputs = _outputs(function, sums)
        undefined = sums.isfinite() & ~outputs.isfinite()
        if undefined.any():
            raise ValueError(
                f"expected {name_of(function)} to give a finite number for the sum "
                f"{number(sums[undefined][0].item())}, got {number(outputs[undefined][0].item())}"
            )
        return outputs

    return activation


def name_of(function: Function) -> str:
    """Return the name of an activation, or σ if it has none."""
    while isinstance(function, partial):
        function = function.func
    name = getattr(function, "__name__", type(function).__name__)
    return {"relu": "ReLU", "<lambda>": "σ"}.get(name, name)


def graph(function: Function) -> list[list[Point]]:
    """Return the graph of an activation from −4 to 4, with both axes scaled to −1 to 1.

    Where the activation is infinite or undefined the graph has a gap, so it is a list of lines.
    """
    xs = torch.linspace(-4, 4, 17, device="cpu")
    points = list(zip(xs.tolist(), _outputs(function, xs).tolist(), strict=True))
    finite = [y for _, y in points if math.isfinite(y)]
    lowest, spread = min(finite, default=0), max(finite, default=0) - min(finite, default=0)
    return [
        [(x / 4, 2 * (y - lowest) / max(spread, 1e-6) - 1) for x, y in line]
        for is_finite, line in groupby(points, lambda point: math.isfinite(point[1]))
        if is_finite
    ]


def draw(lines: list[list[Point]], x: float, y: float) -> str:
    """Draw the graph of an activation in a box centered at `(x, y)`."""
    box = svg.box(x - 18, y - 18, 36, 36, svg.RESULT, stroke=1.5)
    placed = [[(x + 12 * right, y - 10 * up) for right, up in line] for line in lines]
    return box + (svg.path(*placed) if placed else "")


def _outputs(function: Callable[[Any], Any], sums: Tensor) -> Tensor:
    """Apply a function to a whole tensor, or if it does not take one, to each number in it."""
    try:
        # A copy, because functions such as torch.relu_ write into their argument.
        outputs = tensor(function(sums.clone()))
    except Exception:
        pass  # functions such as math.exp take only one number
    else:
        if outputs.shape == sums.shape:
            return outputs
    return tensor([_output(function, value) for value in sums.flatten().tolist()]).view(sums.shape)


def _output(function: Callable[[float], Any], value: float) -> float:
    try:
        return tensor(function(value)).item()
    except (ArithmeticError, ValueError):
        return math.nan  # math.log(-1) raises where torch.log gives nan
    except Exception as error:
        raise ValueError(
            f"expected an activation that gives one number for each sum, got an error from "
            f"{name_of(function)} for {number(value)}: {error}"
        ) from error
