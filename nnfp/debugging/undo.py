"""Run a network and undo what that changed."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from nnfp.debugging.contents import contents

INNER = ("_parameters", "_buffers", "_modules")


@contextmanager
def unchanged(net: nn.Module, *others: Any) -> Iterator[None]:
    """Restore buffers, attributes and random generators at the end, even after an error.

    Args:
        net: The network that will run.
        *others: What it will run on; the random generators of its CUDA devices are restored, too.
    """
    tensors = [*net.parameters(), *net.buffers()]
    devices = {t.device for t in (*tensors, *contents(others)) if isinstance(t, Tensor)}
    cuda = [device for device in devices if device.type == "cuda"]
    attributes = [
        (module, dict(vars(module)), {name: dict(vars(module)[name]) for name in INNER})
        for module in net.modules()
    ]
    python = random.getstate()
    # The network runs on copies of its buffers, so that even their versions stay: a loss that was
    # computed before can still go back.
    copies = {id(buffer): buffer.detach().clone() for buffer in net.buffers()}
    with torch.random.fork_rng(cuda):
        try:
            for module in net.modules():
                for name, buffer in module._buffers.items():
                    if buffer is not None:
                        module._buffers[name] = copies[id(buffer)]
            yield
        finally:
            random.setstate(python)
            for module, saved, inner in attributes:
                vars(module).clear()
                vars(module).update(saved)
                for name, items in inner.items():
                    vars(module)[name].clear()
                    vars(module)[name].update(items)


@contextmanager
def replaced(values: Mapping[nn.Parameter, Tensor]) -> Iterator[None]:
    """Let parameters have other values for a while."""
    # Through .data, which keeps the memory and the version of each parameter.
    saved = [(parameter, parameter.data) for parameter in values]
    try:
        for parameter, value in values.items():
            parameter.data = value.detach()
        yield
    finally:
        for parameter, data in saved:
            parameter.data = data


def call(net: nn.Module, x: Any) -> Any:
    """Call a network with one input, a tuple of inputs, or a dictionary of named ones."""
    if isinstance(x, Mapping):
        return net(**x)
    if isinstance(x, tuple):
        return net(*x)
    return net(x)
