"""Watch the modules of a network while it runs, by hooks."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from nnfp.debugging.contents import contents, floats, is_clean


class Watched:
    """What a module put out, over all of its calls.

    Attributes:
        name: Its name in the network; the network itself has an empty one.
        kind: The name of its class.
        shape: The shape of its last output, or `None` if that has no tensor of floats.
        mean: The mean of all numbers it put out.
        std: Their standard deviation.
        clean: Whether no output had nan or infinity.
        given_clean: Whether no input had.
        recorded: Whether autograd recorded how its output was computed.
        positive: For each of its units, whether it was ever above 0; `None` if it has no units.
    """

    def __init__(self, name: str, module: nn.Module) -> None:
        self.name, self.module, self.kind = name, module, type(module).__name__
        self.count = 0
        self.total = self.squares = 0.0
        self.shape: tuple[int, ...] | None = None
        self.clean = self.given_clean = True
        self.recorded = False
        self.positive: Tensor | None = None

    @property
    def label(self) -> str:
        """The name and the class."""
        return f"{self.name} ({self.kind})" if self.name else f"the network ({self.kind})"

    @property
    def mean(self) -> float:
        """The mean of all numbers."""
        return self.total / self.count if self.count else math.nan

    @property
    def std(self) -> float:
        """The standard deviation of all numbers."""
        return (
            math.sqrt(max(self.squares / self.count - self.mean**2, 0)) if self.count else math.nan
        )

    @torch.no_grad()
    def see(self, given: Any, output: Any) -> None:
        """Add one call."""
        self.recorded |= any(t.requires_grad for t in contents(output) if isinstance(t, Tensor))
        self.given_clean &= is_clean(given)
        self.clean &= is_clean(output)
        for tensor in floats(output)[:1]:
            self._add(tensor.detach())

    def _add(self, tensor: Tensor) -> None:
        self.shape = tuple(tensor.shape)
        self.count += tensor.numel()
        # In float32, the squares of large numbers would drown the variance. Not every device has
        # float64.
        numbers = tensor.cpu().double()
        self.total += numbers.sum().item()
        self.squares += numbers.square().sum().item()
        axis = unit_axis(self.module, tensor)
        if axis is not None:
            above = (tensor > 0).movedim(axis, 0).flatten(1).any(1)
            self.positive = above if self.positive is None else self.positive | above


def unit_axis(module: nn.Module, output: Tensor) -> int | None:
    """Return the dimension of an output that counts the rows of the module's weight."""
    weight = module._parameters.get("weight")
    # The rows of an embedding are words, and those of a transposed convolution are inputs.
    other = isinstance(module, nn.Embedding | nn.EmbeddingBag) or getattr(
        module, "transposed", False
    )
    if weight is None or weight.dim() == 0 or other:
        return None
    # Channels come first after the samples; the neurons of a linear layer come last.
    for axis in (-1, 1) if weight.dim() == 2 else (1, -1):
        if output.dim() > 1 and output.shape[axis] == len(weight):
            return axis
    return None


@contextmanager
def watching(net: nn.Module) -> Iterator[dict[str, Watched]]:
    """Attach hooks to all modules, and remove them at the end, even after an error.

    Yields:
        The modules that were called, by name, in the order in which they finished. After an error,
            its note names the module that was running.
    """
    seen: dict[str, Watched] = {}
    running: list[tuple[str, Any]] = []
    handles = []

    def attach(name: str, module: nn.Module) -> None:
        def before(module: nn.Module, args: Any, kwargs: Any) -> None:
            running.append((Watched(name, module).label, (args, kwargs)))

        def after(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            running.pop()
            seen.setdefault(name, Watched(name, module)).see((args, kwargs), output)

        handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
        handles.append(module.register_forward_hook(after, with_kwargs=True))

    try:
        for name, module in net.named_modules():
            attach(name, module)
        yield seen
    except Exception as error:
        if running:
            label, given = running[-1]
            inputs = [t for t in contents(given) if isinstance(t, Tensor)]
            got = ", ".join(f"{tuple(t.shape)} of {t.dtype}" for t in inputs) or "no tensor"
            error.add_note(f"diagnose was running {label}, whose input was {got}")
        raise
    finally:
        for handle in handles:
            handle.remove()
