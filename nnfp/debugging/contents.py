"""Find tensors and modules inside of lists, dictionaries, attributes and optimizers."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

DEEPEST = 6  # levels of lists in lists: deeper ones are seldom layers, and may contain themselves


def contents(value: Any, depth: int = DEEPEST) -> Iterator[Any]:
    """Yield the tensors and modules in a value.

    Args:
        value: A tensor or module, or lists, tuples, sets, dictionaries and optimizers of them.
            Of anything else, nothing is yielded.
        depth: How many levels to go down.
    """
    if isinstance(value, Tensor | nn.Module):
        yield value
    elif isinstance(value, torch.optim.Optimizer):
        yield from contents(value.param_groups, depth)
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            yield from contents(item, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from contents(item, depth - 1)


def floats(value: Any) -> list[Tensor]:
    """List the tensors of floats in a value."""
    return [t for t in contents(value) if isinstance(t, Tensor) and t.is_floating_point()]


def is_clean(value: Any) -> bool:
    """Return whether the tensors in a value have no nan and no infinity above 0.

    Masks are often made of infinities below 0.
    """
    return not any(bool((t.isnan() | t.isposinf()).any()) for t in floats(value))


def parameters_of(optimizer: Any) -> set[int]:
    """Return the ids of all tensors that an optimizer keeps, under any name."""
    kept = optimizer if isinstance(optimizer, torch.optim.Optimizer) else vars(optimizer)
    return {id(tensor) for tensor in contents(kept)}


def unregistered(net: nn.Module) -> Iterator[tuple[str, Any, int]]:
    """Yield the attributes with layers or parameters that `net.parameters()` does not find.

    Yields:
        The name of the attribute, its value, and the number of parameters that are lost in it.
    """
    known = {id(item) for item in (*net.modules(), *net.parameters(), *net.buffers())}
    for path, module in net.named_modules():
        for name, value in vars(module).items():
            lost = [item for item in contents(value) if id(item) not in known]
            # Tensors with a history are results that the module keeps; integers are not trained.
            tensors = [t for t in lost if isinstance(t, Tensor) and t.is_leaf]
            count = sum(t.is_floating_point() for t in tensors)
            for item in lost:
                if isinstance(item, nn.Module):
                    count += sum(id(p) not in known for p in item.parameters())
            if count:
                yield f"{path}.{name}".lstrip("."), value, count
