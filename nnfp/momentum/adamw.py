"""AdamW, which keeps the weight decay out of the running means."""

from typing import Any, Never

from torch import Tensor

from nnfp.momentum.adam import Adam
from nnfp.momentum.base import Params, refuse_unknown


class AdamW(Adam):
    """Adam with decoupled weight decay: a drop-in replacement for [torch.optim.AdamW][].

    A step first shrinks each entry `p` of a parameter, for any gradient:
    `p = p - lr * weight_decay * p`. The rest is a step of [nnfp.momentum.Adam][] without decay.

    Args:
        params: The parameters, also with their names, or groups of them with their own settings.
        lr: The learning rate. It may be a tensor with one entry, but not if `foreach` is true.
        betas: How much of the running means is left after a step: of the gradient, and of its
            square.
        eps: A number that is added to the divisor, so that it is never zero.
        weight_decay: How much of the parameter is lost per unit of `lr`.
        maximize: Whether to go up instead of down.
        foreach: Whether to change many parameters by one call on devices where this is faster, such
            as GPUs. The default does so, except for subclasses of tensors and if `lr` is a tensor.

    Raises:
        ValueError: For the same settings as [nnfp.momentum.Adam][].
        TypeError: If a keyword is unknown. The options `amsgrad`, `capturable`, `differentiable`
            and `fused` of [torch.optim.AdamW][] are not taken.

    Examples:
        >>> import torch
        >>> from nnfp import AdamW
        >>> w = torch.nn.Parameter(torch.tensor([2.0, 8.0]))
        >>> adamw = AdamW([w], lr=0.5, weight_decay=0.5)
        >>> w.grad = torch.zeros(2)
        >>> adamw.step()
        >>> w.tolist()
        [1.5, 6.0]

    Source:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown(AdamW, unknown)
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            maximize=maximize,
            foreach=foreach,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        # The state may come from Adam.
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
