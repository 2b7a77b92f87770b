"""Adam, which divides the running mean of a gradient by the root of that of its square."""

from typing import Any, Never

import torch
from torch import Tensor

from nnfp.momentum.base import GradientOptimizer, Params, refuse_unknown, scalar

NO_TENSOR = "lr as a Tensor is not supported for capturable=False and foreach=True"


class Adam(GradientOptimizer):
    """Adam, adaptive moment estimation: a drop-in replacement for [torch.optim.Adam][].

    For each entry `p` of a parameter, with the gradient `g`, which `maximize` turns into `-g`, a
    step computes the running means `m` of the gradient and `s` of its square, which start at zero.
    `t` counts the steps:

    1. `g = g + weight_decay * p`, or `p = p - lr * weight_decay * p` with `decoupled_weight_decay`
    2. `m = beta1 * m + (1 - beta1) * g`
    3. `s = beta2 * s + (1 - beta2) * g * g`
    4. `p = p - lr * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + eps)`

    A complex number counts as two entries, as in [torch.optim.Adam][].

    Args:
        params: The parameters, also with their names, or groups of them with their own settings.
        lr: The learning rate. It may be a tensor with one entry, but not if `foreach` is true.
        betas: How much of the running means is left after a step: `beta1` for the gradient, `beta2`
            for its square.
        eps: A number that is added to the divisor, so that it is never zero.
        weight_decay: How much of the parameter is added to its gradient, or, if decoupled, how much
            of the parameter is lost per unit of `lr`.
        maximize: Whether to go up instead of down.
        foreach: Whether to change many parameters by one call on devices where this is faster, such
            as GPUs. The default does so, except for subclasses of tensors and if `lr` is a tensor.
        decoupled_weight_decay: Whether the decay stays out of the running means, as in
            [nnfp.momentum.AdamW][].

    Attributes:
        state: For each parameter that had a gradient, the tensors `step` (a single number),
            `exp_avg` and `exp_avg_sq` (in the shape of the parameter): `t`, `m` and `s`.

    Raises:
        ValueError: If a setting is negative, if one of the `betas` is not below 1 or not a float,
            if `lr` is a tensor with more than one entry, or if `lr` is a tensor and `foreach` true.
        TypeError: If a keyword is unknown. The options `amsgrad`, `capturable`, `differentiable`
            and `fused` of [torch.optim.Adam][] are not taken.

    Examples:
        >>> import torch
        >>> from nnfp import Adam
        >>> w = torch.nn.Parameter(torch.tensor([7.0, 7.0]))
        >>> adam = Adam([w], lr=0.5)
        >>> for _ in range(2):
        ...     w.grad = torch.tensor([0.01, -400.0])
        ...     adam.step()
        ...     print([round(entry, 3) for entry in w.tolist()])
        [6.5, 7.5]
        [6.0, 8.0]

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015).
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        decoupled_weight_decay: bool = False,
        **unknown: Never,
    ) -> None:
        refuse_unknown(Adam, unknown)
        if isinstance(lr, Tensor):
            if foreach:
                raise ValueError(NO_TENSOR)
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        # `not number >= 0`, unlike `number < 0`, is true for nan, too.
        for name, number in (("learning rate", lr), ("epsilon value", eps)):
            if not number >= 0:
                raise ValueError(f"Invalid {name}: {number}")
        for i, beta in enumerate(betas):
            if not 0 <= beta < 1:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        if not weight_decay >= 0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if len(betas) != 2 or not all(isinstance(beta, float) for beta in betas):
            raise ValueError(f"expected two floats as betas, got {betas}")
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, settings)

    def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
        """Change one parameter by the rule above."""
        lr, decay, (beta1, beta2) = scalar(group["lr"]), group["weight_decay"], group["betas"]
        state = self._state_of(p)
        p, grad, mean, square = map(_real, (p, grad, state["exp_avg"], state["exp_avg_sq"]))
        if group["maximize"]:
            grad = -grad
        if decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                grad = grad.add(p, alpha=decay)
        mean.lerp_(grad, 1 - beta1)
        square.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        state["step"] += 1
        # The running means start at zero. These corrections make up for it.
        t = state["step"].item()
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        size = (square.sqrt() / correction2**0.5).add_(group["eps"])
        p.addcdiv_(mean, size, value=-lr / correction1)

    def update_together(
        self, params: list[Tensor], grads: list[Tensor], group: dict[str, Any]
    ) -> None:
        """Change many parameters by the rule above, with one call for each of its operations."""
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        states = [self._state_of(p) for p in params]
        params, grads = [_real(p) for p in params], [_real(grad) for grad in grads]
        means = [_real(state["exp_avg"]) for state in states]
        squares = [_real(state["exp_avg_sq"]) for state in states]
        if group["maximize"]:
            grads = list(torch._foreach_neg(grads))
        if decay != 0:
            if group["decoupled_weight_decay"]:
                torch._foreach_mul_(params, 1 - lr * decay)
            else:
                grads = list(torch._foreach_add(grads, params, alpha=decay))
        torch._foreach_lerp_(means, grads, 1 - beta1)
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)
        for state in states:
            state["step"] += 1
        # Each parameter has its own count, because one without a gradient skips the step.
        counts = [state["step"].item() for state in states]
        sizes = torch._foreach_sqrt(squares)
        torch._foreach_div_(sizes, [(1 - beta2**t) ** 0.5 for t in counts])
        torch._foreach_add_(sizes, group["eps"])
        torch._foreach_addcdiv_(params, means, sizes, [-lr / (1 - beta1**t) for t in counts])

    def check(self, params: list[Tensor], group: dict[str, Any]) -> None:
        """Raise an error if the step is impossible, or would go wrong without one.

        Raises:
            RuntimeError: If a gradient is sparse, if `lr` is a tensor although `foreach` is true,
                or in the capture of a CUDA graph, which would repeat the first step's corrections.
            ValueError: If a group has `amsgrad`, such as one that [torch.optim.Adam][] has saved.
        """
        name = type(self).__name__
        if any(p.grad is not None and p.grad.is_sparse for p in params):
            raise RuntimeError(
                f"{name} does not support sparse gradients, please consider SparseAdam instead"
            )
        if group["foreach"] and isinstance(group["lr"], Tensor):
            raise RuntimeError(NO_TENSOR)
        if group.get("amsgrad"):
            raise ValueError(f"expected groups without amsgrad, which {name} does not have")
        if any(p.is_cuda for p in params) and torch.cuda.is_current_stream_capturing():
            raise RuntimeError(f"expected a step outside of CUDA graphs: {name} counts its steps")

    def uses_foreach(self, params: list[Tensor], group: dict[str, Any]) -> bool:
        """Return whether to change parameters together: never if `lr` is a tensor."""
        return not isinstance(group["lr"], Tensor) and super().uses_foreach(params, group)

    def _state_of(self, p: Tensor) -> dict[str, Tensor]:
        """Return the running means of a parameter and their count, which all start at zero."""
        state: dict[str, Tensor] = self.state[p]
        if not state:
            # On the processor, where reading it does not wait for an accelerator.
            state["step"] = torch.zeros((), dtype=torch.float32, device="cpu")
            state["exp_avg"] = torch.zeros_like(p)
            state["exp_avg_sq"] = torch.zeros_like(p)
        return state


def _real(tensor: Tensor) -> Tensor:
    """Return a complex tensor as real numbers that share its memory, and other tensors as is."""
    return torch.view_as_real(tensor) if tensor.is_complex() else tensor
