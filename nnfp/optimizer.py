"""The fake optimizer, which knows the answer."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from nnfp._answers import as_dictionary, check_group, check_names

TRIPLE = {"fc1.weight": 3.0, "fc1.bias": 0.0}


class Solved(torch.optim.Optimizer):
    """An optimizer that learns nothing: it knows the answers and sets them.

    It finds parameters by name and ignores the gradients. Like other optimizers it has a learning
    rate in each group, `lr`, so that schedulers and checkpoints work. A step at rate 0 changes
    nothing; at any other rate, it sets the answers.

    Args:
        named_parameters: Pairs of a name and a parameter, as `net.named_parameters()` yields them,
            or groups of such pairs. A group may have its own `answers` and `lr`.
        answers: For each name, the number to which all entries of that parameter are set. They
            apply to groups without their own answers. The default triples a number with
            [nnfp.layer.Net][].

    Raises:
        ValueError: If the parameters come without names, if no parameter has the name of an answer
            (a wrapper such as [torch.compile][] puts a prefix before each name), or if an answer
            is not a single number that the dtype of its parameter can hold.
        TypeError: If an answer is not a number.

    Examples:
        >>> import torch
        >>> from nnfp import Net, Solved
        >>> net = Net()
        >>> Solved(net.named_parameters()).step()
        >>> net(torch.tensor([[7.0]])).item()
        21.0
    """

    def __init__(
        self,
        named_parameters: Iterable[tuple[str, nn.Parameter]] | Iterable[dict[str, Any]],
        answers: Mapping[str, float] | None = None,
    ) -> None:
        alone = isinstance(named_parameters, Tensor)
        given: list[Any] = [named_parameters] if alone else list(named_parameters)
        own = any(isinstance(group, dict) and "answers" in group for group in given)
        wanted = as_dictionary(TRIPLE if answers is None else answers)
        super().__init__(given, defaults={"lr": 1.0, "answers": wanted})
        # The default answers may go unused if groups come with their own.
        if answers is not None or not own:
            names = [name for group in self.param_groups for name in group["param_names"]]
            check_names(wanted, names)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, or leave the optimizer unchanged and raise an error.

        Args:
            param_group: A dictionary with the named parameters as `params`. It may have its own
                `answers`, for parameters of this group, and `lr`.

        Raises:
            ValueError: If the parameters come without names, if the group has no parameter with
                the name of one of its answers, or if an answer does not fit its parameter.
            TypeError: If an answer is not a number.
        """
        own = "answers" in param_group
        super().add_param_group(param_group)
        try:
            check_group(self.param_groups[-1], own)
        except (TypeError, ValueError):
            self.param_groups.pop()
            raise

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Copies, pickles and state_dicts are all loaded here. A wrong state changes nothing.
        for group in state["param_groups"]:
            group.setdefault("lr", 1.0)
            check_group(group, own=True)
        super().__setstate__(state)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Set each parameter to its answer, if it has one.

        Args:
            closure: If given, it is called once before anything is set. It computes the loss and
                returns it.

        Returns:
            The loss that the closure returned, or `None` without a closure.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group["lr"] == 0:
                continue
            for name, parameter in zip(group["param_names"], group["params"], strict=True):
                if name in group["answers"]:
                    parameter.fill_(group["answers"][name])
        return loss
