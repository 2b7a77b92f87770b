"""Gradient descent, with momentum and weight decay."""

from typing import Any, Never

import torch
from torch import Tensor

from nnfp.momentum.base import GradientOptimizer, Params, refuse_unknown, scalar


class SGD(GradientOptimizer):
    """Stochastic gradient descent: a drop-in replacement for [torch.optim.SGD][].

    For each entry `p` of a parameter, with the velocity `v` and the gradient `g`, which `maximize`
    turns into `-g`, a step computes:

    1. `g = g + weight_decay * p`
    2. `v = momentum * v + (1 - dampening) * g`, or `v = g` in the first step
    3. `p = p - lr * v`, or `p = p - lr * (g + momentum * v)` with `nesterov`

    Args:
        params: The parameters, also with their names, or groups of them with their own settings.
        lr: The learning rate. It may be a tensor with one entry.
        momentum: How much of the velocity is left after a step.
        dampening: How much of the gradient is kept out of the velocity.
        weight_decay: How much of the parameter is added to its gradient.
        nesterov: Whether to use the gradient once more after it has changed the velocity.
        maximize: Whether to go up instead of down.
        foreach: Whether to change many parameters by one call on devices where this is faster, such
            as GPUs. The default does so, except for subclasses of tensors.

    Attributes:
        state: For each parameter that had a gradient while `momentum` was not zero, the velocity
            as `momentum_buffer`, in the shape of the parameter.

    Raises:
        ValueError: If a setting is negative, if `lr` is a tensor with more than one entry, or if
            `nesterov` comes without `momentum` or with `dampening`.
        TypeError: If a keyword is unknown. The options `differentiable` and `fused` of
            [torch.optim.SGD][] are not taken.

    Examples:
        >>> import torch
        >>> from nnfp import SGD
        >>> w = torch.nn.Parameter(torch.tensor(7.0))
        >>> sgd = SGD([w], lr=0.5, momentum=0.5)
        >>> for _ in range(3):
        ...     w.grad = torch.tensor(1.0)
        ...     sgd.step()
        ...     print(w.item(), sgd.state[w]["momentum_buffer"].item())
        6.5 1.0
        5.75 1.5
        4.875 1.75

    Source:
        Momentum is from Polyak, "Some methods of speeding up the convergence of iteration methods"
        (1964). The form of Nesterov's momentum is from Sutskever et al., "On the importance of
        initialization and momentum in deep learning" (2013), with a learning rate that multiplies
        the velocity when it is used.
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown(SGD, unknown)
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if lr < 0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        settings = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
        }
        super().__init__(params, settings)

    def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
        """Change one parameter by the rule above."""
        momentum, state = group["momentum"], self.state
        if group["maximize"]:
            grad = -grad
        if group["weight_decay"] != 0:
            grad = grad.add(p, alpha=group["weight_decay"])
        if momentum != 0:
            if "momentum_buffer" in state[p]:
                v = state[p]["momentum_buffer"]
                v.mul_(momentum).add_(grad, alpha=1 - group["dampening"])
            else:
                v = state[p]["momentum_buffer"] = grad.clone()
            grad = grad.add(v, alpha=momentum) if group["nesterov"] else v
        p.add_(grad, alpha=-scalar(group["lr"]))

    def update_together(
        self, params: list[Tensor], grads: list[Tensor], group: dict[str, Any]
    ) -> None:
        """Change many parameters by the rule above, with one call for each of its operations."""
        momentum, state = group["momentum"], self.state
        if momentum != 0 and any("momentum_buffer" not in state[p] for p in params):
            # One of them takes its first step, which has another rule.
            super().update_together(params, grads, group)
            return
        if group["maximize"]:
            grads = list(torch._foreach_neg(grads))
        if group["weight_decay"] != 0:
            grads = list(torch._foreach_add(grads, params, alpha=group["weight_decay"]))
        if momentum != 0:
            v = [state[p]["momentum_buffer"] for p in params]
            torch._foreach_mul_(v, momentum)
            torch._foreach_add_(v, grads, alpha=1 - group["dampening"])
            if group["nesterov"]:
                v = list(torch._foreach_add(grads, v, alpha=momentum))
            grads = v
        torch._foreach_add_(params, grads, alpha=-scalar(group["lr"]))
