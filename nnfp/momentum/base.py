"""What all optimizers of this package share: the step, without the rule that changes a number."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict[str, Any]]
"""Parameters, pairs of a name and a parameter, or groups of either.

A group is a dictionary with its parameters or pairs as `params`, and with its own settings."""

FAST = ("cuda", "xpu", "mtia")
"""The types of devices that can work on a list of tensors at once.

Elsewhere, PyTorch works through the list one by one, and makes new lists on the way: that takes
longer than to finish one tensor after the other."""


class GradientOptimizer(torch.optim.Optimizer):
    """An optimizer that changes each parameter by a rule, given its gradient.

    A subclass writes its rule as `update`, for one parameter. To be faster on devices where each
    call costs time, it also writes it as `update_together`, for a list of parameters.

    Like [torch.optim.Optimizer][], it takes the parameters and a dictionary with the settings of
    groups that do not have their own. The rule finds the settings in its group. The setting
    `foreach`, if there is one, says whether to use `update_together`.

    Examples:
        >>> import torch
        >>> from nnfp.momentum import GradientOptimizer
        >>> class SignDescent(GradientOptimizer):
        ...     def update(self, p, grad, group):
        ...         p.sub_(group["lr"] * grad.sign())
        >>> w = torch.nn.Parameter(torch.tensor([5.0, 7.0]))
        >>> w.grad = torch.tensor([0.25, -40.0])
        >>> SignDescent([w], {"lr": 0.5}).step()
        >>> w.tolist()
        [4.5, 7.5]
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change each parameter that has a gradient.

        Args:
            closure: If given, it is called once before anything is changed. It computes the loss
                and its gradients, and returns the loss.

        Returns:
            The loss that the closure returned, or `None` without a closure.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        work = [
            (group, [p for p in group["params"] if p.grad is not None])
            for group in self.param_groups
        ]
        for group, params in work:
            self.check(params, group)
        for group, params in work:
            if self.uses_foreach(params, group):
                for alike in _by_device_and_dtype(params):
                    self.update_together(alike, [_grad(p) for p in alike], group)
            else:
                for p in params:
                    self.update(p, p.grad, group)
        return loss

    def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
        """Change one parameter in place, but not its gradient.

        Args:
            p: The parameter.
            grad: Its gradient, in the shape of `p`.
            group: The settings of its group.
        """
        raise NotImplementedError

    def update_together(
        self, params: list[Tensor], grads: list[Tensor], group: dict[str, Any]
    ) -> None:
        """Change parameters of one device and dtype as `update` does, with fewer calls.

        Args:
            params: The parameters.
            grads: Their gradients.
            group: The settings of their group.
        """
        for p, grad in zip(params, grads, strict=True):
            self.update(p, grad, group)

    def check(self, params: list[Tensor], group: dict[str, Any]) -> None:
        """Raise an error if `step` cannot change these parameters; called before any is changed."""

    def uses_foreach(self, params: list[Tensor], group: dict[str, Any]) -> bool:
        """Return whether to change these parameters together, which gives the same up to rounding.

        On a processor, that would be slower, and sparse gradients do not allow it. As in PyTorch,
        subclasses of tensors are changed together only if `foreach` of the group is true.
        """
        wanted = group.get("foreach")
        if wanted is None:
            wanted = all(type(p) in (Tensor, nn.Parameter) for p in params)
        return wanted and all(p.device.type in FAST and not _grad(p).is_sparse for p in params)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Copies, pickles and state_dicts are all loaded here. A wrong state changes nothing.
        defaults = state.get("defaults") or self.defaults
        # PyTorch adds this name to the defaults when it loads a state.
        settings = [name for name in defaults if name != "differentiable"]
        for group in state["param_groups"]:
            if any(name not in group for name in settings):
                raise ValueError(
                    f"expected the state of {type(self).__name__}, with {', '.join(settings)} in "
                    f"each group, got a group with {', '.join(group)}"
                )
        super().__setstate__(state)


def scalar(number: Any) -> Any:
    """Return a tensor with one entry without its dimensions, and other numbers as they are."""
    return number.squeeze() if isinstance(number, Tensor) else number


def refuse_unknown(optimizer: type, unknown: Mapping[str, object]) -> None:
    """Raise a TypeError that lists the keywords of an optimizer if there are unknown ones."""
    if unknown:
        _, *known, _ = inspect.signature(optimizer).parameters
        raise TypeError(
            f"expected only the keywords {', '.join(known)} for {optimizer.__name__}, "
            f"got {', '.join(unknown)}"
        )


def _grad(p: Tensor) -> Tensor:
    assert p.grad is not None
    return p.grad


def _by_device_and_dtype(params: Iterable[Tensor]) -> Iterable[list[Tensor]]:
    """Split parameters into lists that one call can handle."""
    alike = defaultdict(list)
    for p in params:
        alike[p.device, p.dtype].append(p)
    return alike.values()
