"""A small task, networks for it, and a copy of everything that a diagnosis must not change."""

import copy
import random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from nnfp import diagnose
from nnfp.debugging.measure import LossFunction


def task() -> tuple[Tensor, Tensor, Tensor]:
    """Return inputs, targets that are numbers, and targets that are classes."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(12, 3, generator=generator)
    return x, x[:, :1] - 2 * x[:, 1:2], x.argmax(1)


def fresh(outputs: int = 1) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, outputs))


def fill(layer: nn.Module, name: str, value: float) -> None:
    """Set all entries of a parameter."""
    nn.init.constant_(layer.get_parameter(name), value)


def sgd(net: nn.Module, lr: float = 0.01) -> torch.optim.SGD:
    return torch.optim.SGD(net.parameters(), lr=lr)


def findings(
    net: nn.Module,
    x: Any = None,
    target: Any = None,
    loss_fn: LossFunction = F.mse_loss,
    optimizer: Any = None,
) -> list[str]:
    """Return what `diagnose` reports, for the task unless other data is given."""
    data, numbers, _ = task()
    x = data if x is None else x
    return diagnose(net, optimizer, x, numbers if target is None else target, loss_fn).findings


def everything(net: nn.Module, optimizer: Any) -> tuple[Any, Any]:
    """Copy what a diagnosis must leave as it is: tensors, and what else there is."""
    tensors = {
        "state": dict(net.state_dict()),
        "gradients": [p.grad for p in net.parameters()],
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
    }
    plain = [
        (vars(module).keys(), module.training, module._forward_hooks, module._forward_pre_hooks)
        for module in net.modules()
    ]
    requires_grad = [p.requires_grad for p in net.parameters()]
    return copy.deepcopy(tensors), ([str(p) for p in plain], requires_grad, random.getstate())


def assert_unchanged(net: nn.Module, optimizer: Any, before: tuple[Any, Any]) -> None:
    tensors, plain = everything(net, optimizer)
    torch.testing.assert_close(tensors, before[0], rtol=0, atol=0)
    assert plain == before[1]


def identities(net: nn.Module) -> list[tuple[int, int, int]]:
    """List parameters and buffers: which object, which memory, and how often it was written."""
    return [(id(t), t.data_ptr(), t._version) for t in (*net.parameters(), *net.buffers())]
