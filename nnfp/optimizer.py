"""The fake optimizer, which knows the answer, and a training loop for any optimizer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

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


def fit(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    epochs: int = 1,
) -> list[float]:
    """Train `net`: for each batch, predict, compute the loss and its gradients, and step.

    A progress bar counts the epochs if the output is a terminal.

    Args:
        net: The network. Its parameters are changed in place. It stays in training or evaluation
            mode.
        optimizer: An optimizer of the parameters of `net`.
        batches: Pairs of inputs and targets: a list of them or a [torch.utils.data.DataLoader][].
            Each epoch iterates over it once.
        loss_fn: A function of predictions and targets that returns one number.
        epochs: The number of passes over all batches.

    Returns:
        The loss of each step, in order, measured before the step: `epochs` times as many numbers
        as there are batches.

    Raises:
        ValueError: If `epochs` is negative, if an epoch has no batch, or if `batches` is an
            iterator, which would be empty after one epoch.
        TypeError: If a batch is not a tuple or list of two.

    Examples:
        >>> import torch
        >>> from nnfp import Net, Solved, fit
        >>> net = Net(init=torch.nn.init.zeros_)
        >>> x = torch.tensor([[1.0], [2.0], [3.0]])
        >>> solver = Solved(net.named_parameters())
        >>> fit(net, solver, [(x, 3 * x)], torch.nn.functional.mse_loss, epochs=2)
        [42.0, 0.0]
    """
    if epochs < 0:
        raise ValueError(f"expected 0 epochs or more, got {epochs}")
    if isinstance(batches, Iterator):
        raise ValueError(
            "expected batches that every epoch can iterate over, got an iterator, which is empty "
            "after the first: pass a list of batches or a DataLoader"
        )
    losses: list[Tensor] = []
    # disable=None shows the bar only in a terminal, not in a file or a test.
    for epoch in tqdm(range(epochs), unit="epoch", disable=None):
        before = len(losses)
        for batch in batches:
            x, target = _pair(batch)
            loss = loss_fn(net(x), target)
            # A copy, because the loss may share memory with a parameter that the step changes.
            # A tensor, because .item() would make an accelerator wait in every step.
            losses.append(loss.detach().clone())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        if len(losses) == before:
            raise ValueError(f"expected at least one batch, got none in epoch {epoch + 1}")
    return [loss.item() for loss in losses]


def _pair(batch: Any) -> tuple[Any, Any]:
    # Unpacking is not enough: a dictionary would yield its keys and a tensor its rows.
    if isinstance(batch, tuple | list) and len(batch) == 2:
        return batch[0], batch[1]
    if isinstance(batch, Tensor):
        got = f"a tensor of shape {tuple(batch.shape)}: put a single batch in a list, [(x, target)]"
    elif isinstance(batch, Mapping):
        got = f"a dictionary with the keys {', '.join(map(repr, batch))}"
    elif isinstance(batch, tuple | list):
        got = f"a {type(batch).__name__} of {len(batch)}"
    else:
        got = repr(batch)
    raise TypeError(f"expected each batch to be a pair of inputs and targets, got {got}")
