"""Measure one batch and one step of training, and leave everything as it was."""

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from nnfp.debugging.contents import floats
from nnfp.debugging.undo import call, replaced, unchanged
from nnfp.debugging.watch import Watched, watching

LossFunction = Callable[[Any, Any], Tensor]


@dataclass
class Run:
    """What was measured on one batch.

    Attributes:
        net: The network.
        optimizer: The optimizer, or `None`.
        x: The inputs.
        target: The targets.
        output: The network's output without its history, or `None` if it is not one tensor.
        operation: What computed it, by autograd's name, such as `ReluBackward0`.
        seen: The modules that were called, by name.
        loss: The loss of this batch.
        guess: The loss if all outputs were 0, or `None` if the loss function does not accept that.
        shifted: The loss if all outputs were larger by 1, or `None` likewise.
        gradients: For each parameter, its gradient, or `None` if the loss does not depend on it.
        steps: For each parameter, by how much one step of the optimizer changes it; or `None` if
            the step could not be measured.
        loss_after: The loss of the same batch after this step, or `None` likewise.
    """

    net: nn.Module
    optimizer: Any
    x: Any
    target: Any
    output: Tensor | None
    operation: str
    seen: dict[str, Watched]
    loss: float
    guess: float | None
    shifted: float | None
    gradients: dict[str, Tensor | None]
    steps: dict[str, Tensor] | None = None
    loss_after: float | None = None


def measure(net: nn.Module, optimizer: Any, x: Any, target: Any, loss_fn: LossFunction) -> Run:
    """Run a network on a batch, go back, and try one step on a copy of the parameters."""
    _check(net, optimizer)
    # A compiled network contains the original one, whose modules can be watched.
    net = getattr(net, "_orig_mod", net)
    parameters = dict(net.named_parameters())
    with unchanged(net, x), watching(net) as seen, torch.enable_grad():
        output = call(net, x)
        loss = _loss(loss_fn, output, target)
        wanted = [p for p in parameters.values() if p.requires_grad]
        found: dict[int, Tensor | None] = {}
        # Not backward(), which would add to .grad.
        if loss.requires_grad and wanted:
            grads = torch.autograd.grad(loss, wanted, allow_unused=True)
            found = {id(p): g for p, g in zip(wanted, grads, strict=True)}
        gradients = {name: found.get(id(p)) for name, p in parameters.items()}
        run = Run(
            net=net,
            optimizer=optimizer,
            x=x,
            target=target,
            output=_only(output),
            operation=_last_operation(output),
            seen=seen,
            loss=loss.item(),
            guess=_loss_of(loss_fn, output, target, torch.zeros_like),
            shifted=_loss_of(loss_fn, output, target, lambda output: output + 1),
            gradients={n: None if g is None else g.to_dense() for n, g in gradients.items()},
        )
    # Some optimizers need the gradients as they are: SparseAdam takes only sparse ones.
    stepped = _step(optimizer, parameters, gradients)
    if stepped is not None:
        run.steps = {name: stepped[name] - p.detach() for name, p in parameters.items()}
        values = {p: stepped[name] for name, p in parameters.items()}
        # The same random numbers as before, so that only the step makes a difference.
        with unchanged(net, x), replaced(values), torch.no_grad():
            run.loss_after = _loss(loss_fn, call(net, x), target).item()
    return run


def _check(net: nn.Module, optimizer: Any) -> None:
    if not isinstance(net, nn.Module):
        raise TypeError(f"expected a network, a torch.nn.Module, first, got {type(net).__name__}")
    if optimizer is not None and not hasattr(optimizer, "step"):
        raise TypeError(
            f"expected an optimizer, or None, as the second argument, got "
            f"{type(optimizer).__name__}"
        )
    if any(isinstance(p, UninitializedParameter) for p in net.parameters()):
        raise ValueError("expected parameters with values: call a lazy network once before")


def _only(output: Any) -> Tensor | None:
    found = floats(output)
    return found[0].detach() if len(found) == 1 else None


def _last_operation(output: Any) -> str:
    function: Any = getattr(output, "grad_fn", None)
    # These change only the shape.
    while function is not None and function.name().startswith(("View", "Squeeze", "Unsqueeze")):
        function = function.next_functions[0][0]
    return "" if function is None else str(function.name())


def _loss(loss_fn: LossFunction, output: Any, target: Any) -> Tensor:
    with warnings.catch_warnings():
        # It is among the findings.
        warnings.filterwarnings("ignore", "Using a target size")
        loss = loss_fn(output, target)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        got = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else repr(loss)
        raise ValueError(f"expected loss_fn to return a tensor of one number, got {got}")
    return loss


def _loss_of(
    loss_fn: LossFunction, output: Any, target: Any, change: Callable[[Tensor], Tensor]
) -> float | None:
    if not isinstance(output, Tensor):
        return None
    try:
        return _loss(loss_fn, change(output.detach()), target).item()
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None  # such as a loss function that insists on probabilities


def _step(
    optimizer: Any, parameters: Mapping[str, nn.Parameter], gradients: Mapping[str, Tensor | None]
) -> dict[str, Tensor] | None:
    """Let a copy of the optimizer change a copy of the parameters."""
    if optimizer is None:
        return None
    copies = {
        name: nn.Parameter(p.detach().clone(), requires_grad=p.requires_grad)
        for name, p in parameters.items()
    }
    for name, gradient in gradients.items():
        copies[name].grad = None if gradient is None else gradient.clone()
    try:
        # The copied optimizer gets our copies where the original has the parameters.
        twin = copy.deepcopy(optimizer, {id(p): copies[name] for name, p in parameters.items()})
        # Not twin.step(): a scheduler replaces that by a function that steps the original.
        type(twin).step(twin)
    except TypeError:
        return None  # a step that needs a closure, or an optimizer that cannot be copied
    return {name: p.detach() for name, p in copies.items()}
