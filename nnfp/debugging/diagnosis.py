"""The function `diagnose` and its result, which is printed as a table."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from nnfp.debugging.findings import dead_units, findings
from nnfp.debugging.measure import Run, measure

WIDTH = 78


@dataclass(frozen=True)
class LayerRow:
    """What a layer put out for the batch, over all of its calls.

    Attributes:
        name: Its name in the network, and its class.
        shape: The shape of its last output, or `None` if it returns no tensor of floats.
        mean: The mean of its outputs.
        std: Their standard deviation.
        dead: The share of its units that are never above 0 and get no gradient, or `None` if it
            has no units with weights.
    """

    name: str
    shape: tuple[int, ...] | None
    mean: float
    std: float
    dead: float | None


@dataclass(frozen=True)
class ParameterRow:
    """How a parameter would change.

    Attributes:
        name: Its name in the network.
        shape: Its shape.
        norm: The root of the sum of its squares.
        gradient: The same of its gradient, or `None` if it has none.
        ratio: How large one step of the optimizer is compared with the parameter, or `None` if the
            step was not measured or the parameter is 0.
    """

    name: str
    shape: tuple[int, ...]
    norm: float
    gradient: float | None
    ratio: float | None


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What `diagnose` measured; printing it shows a table and the findings.

    Attributes:
        loss: The loss of the batch.
        loss_after: The loss of the same batch after one step, or `None` if that was not measured.
        layers: A row for each layer, in the order in which they ran.
        parameters: A row for each parameter.
        findings: What is out of the ordinary, in sentences.
    """

    loss: float
    loss_after: float | None
    layers: list[LayerRow]
    parameters: list[ParameterRow]
    findings: list[str]

    def __str__(self) -> str:
        after = "" if self.loss_after is None else f", {_number(self.loss_after)} after one step"
        layers = [("layer", "output", "mean", "std", "dead")]
        for row in self.layers:
            dead = "" if row.dead is None else f"{row.dead:.0%}"
            layers.append((row.name, _shape(row.shape), _number(row.mean), _number(row.std), dead))
        parameters = [("parameter", "shape", "norm", "grad", "step/norm")]
        for p in self.parameters:
            numbers = (_number(p.norm), _number(p.gradient), _number(p.ratio))
            parameters.append((p.name, _shape(p.shape), *numbers))
        wrapped = [
            textwrap.fill(finding, WIDTH, initial_indent="- ", subsequent_indent="  ")
            for finding in self.findings
        ]
        found = wrapped or ["Nothing is out of the ordinary."]
        heading = f"loss {_number(self.loss)}{after}"
        return "\n".join([heading, "", *_columns(layers), "", *_columns(parameters), "", *found])

    __repr__ = __str__


def diagnose(
    net: nn.Module,
    optimizer: Any,
    x: Any,
    target: Any,
    loss_fn: Callable[[Any, Any], Tensor],
) -> Diagnosis:
    """Run a network on one batch, try one step, and list what is out of the ordinary.

    Nothing is changed by that: parameters, gradients, buffers, modes, hooks, the optimizer and the
    random generators are as before, even after an error.

    Args:
        net: The network, in the mode in which you train it.
        optimizer: Its optimizer, or `None` to look at the network alone.
        x: The inputs of one batch: a tensor, a tuple of arguments, or a dictionary of named ones.
        target: Its targets.
        loss_fn: A function of the network's output and the targets that returns one number.

    Returns:
        The measurements and findings. Print them.

    Raises:
        TypeError: If `net` is not a module, or `optimizer` has no `step`.
        ValueError: If the loss is not one number, or a lazy network was never called.

    Examples:
        >>> import torch
        >>> from nnfp import diagnose
        >>> net, other = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
        >>> optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
        >>> x, target = torch.randn(5, 3), torch.randn(5, 2)
        >>> found = diagnose(net, optimizer, x, target, torch.nn.functional.mse_loss).findings
        >>> print(found[0])
        The optimizer holds none of the network's parameters. Create it from net.parameters().

    Source:
        The ratio of step and parameter is from Karpathy et al., the notes of CS231n, "Learning and
        Evaluation".
    """
    run = measure(net, optimizer, x, target, loss_fn)
    layers = [
        LayerRow(seen.label, seen.shape, seen.mean, seen.std, _share(dead_units(run, name)))
        for name, seen in run.seen.items()
        if not list(seen.module.children()) or seen.module._parameters
    ]
    named = dict(run.net.named_parameters())
    parameters = [_parameter_row(run, name, p) for name, p in named.items()]
    return Diagnosis(run.loss, run.loss_after, layers, parameters, findings(run))


def _share(dead: Tensor | None) -> float | None:
    return None if dead is None else dead.float().mean().item()


def _parameter_row(run: Run, name: str, p: Tensor) -> ParameterRow:
    gradient, norm = run.gradients[name], p.detach().norm().item()
    ratio = None
    if run.steps is not None and norm > 0:
        ratio = run.steps[name].norm().item() / norm
    size = None if gradient is None else gradient.norm().item()
    return ParameterRow(name, tuple(p.shape), norm, size, ratio)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(shape)


def _number(value: float | None) -> str:
    """Write a number with three digits."""
    return "none" if value is None else f"{value:.3g}"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align the first two columns to the left and the numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if place < 2 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
