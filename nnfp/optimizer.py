"""The fake optimizer, which knows the answer, and the training loop that drives any optimizer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

TRIPLE = {"fc1.weight": 3.0, "fc1.bias": 0.0}


class Solved(torch.optim.Optimizer):
    """An optimizer that learns nothing: it knows the answers and sets them.

    It finds parameters by name, so it is given `net.named_parameters()`. The gradients are not
    looked at.

    Args:
        named_parameters: Pairs of a name and a parameter, as `net.named_parameters()` yields them.
        answers: The number that every entry of the parameter of that name is set to. The default
            triples a number with [nnfp.layer.Net][].

    Raises:
        ValueError: When the parameters come without names, or when an answer's name is not among
            them: a wrapper such as [torch.compile][] puts a prefix before each.

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
        named_parameters: Iterable[tuple[str, nn.Parameter]],
        answers: Mapping[str, float] = TRIPLE,
    ) -> None:
        # In the groups, as a learning rate is: there copies and a state_dict find the answers.
        super().__init__(named_parameters, defaults={"answers": dict(answers)})
        if not all("param_names" in group for group in self.param_groups):
            raise ValueError(
                "expected pairs of a name and a parameter, got parameters alone: "
                "pass net.named_parameters()"
            )
        names = [name for group in self.param_groups for name in group["param_names"]]
        missing = [name for name in answers if name not in names]
        if missing:
            raise ValueError(
                f"expected parameters named {', '.join(missing)}, got {', '.join(names)}"
            )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Set each parameter to its answer, if it has one.

        Args:
            closure: If given, it is called once, first: it computes the loss again and returns it.

        Returns:
            What the closure returned: the loss before this step. Without a closure, `None`.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            answers = group["answers"]
            for name, parameter in zip(group["param_names"], group["params"], strict=True):
                if name in answers:
                    parameter.fill_(answers[name])
        return loss


def fit(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    epochs: int = 1,
) -> list[float]:
    """Train `net`: for each batch predict, measure the loss, find the gradients and step.

    A progress bar counts the epochs where the output is a terminal, and is silent elsewhere.

    Args:
        net: The network; its parameters are changed in place. It stays in
            training or evaluation mode, whichever it is in.
        optimizer: Made from the parameters of `net`.
        batches: Pairs of inputs and targets, walked through once an epoch: a list, or a
            [torch.utils.data.DataLoader][].
        loss_fn: Takes the predictions and the targets and returns one number.
        epochs: How many times to walk through all batches.

    Returns:
        The loss of each step, in order, each measured before its step: `epochs` times the number
        of batches.

    Raises:
        ValueError: When `epochs` is negative, when an epoch has no batch, or when `batches` is an
            iterator, which would run dry after one epoch.
        TypeError: When a batch is a tensor and not a pair.

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
            "expected batches that can be walked through once an epoch, got an iterator, which "
            "is empty after the first: pass a list of batches or a DataLoader"
        )
    losses: list[Tensor] = []
    # disable=None: the bar is for a person at a terminal, not for a file or a test.
    for epoch in tqdm(range(epochs), unit="epoch", disable=None):
        before = len(losses)
        for batch in batches:
            # A tensor would come apart into its rows, unnoticed where it has two.
            if isinstance(batch, Tensor):
                raise TypeError(
                    "expected each batch to be a pair of inputs and targets, got a tensor of shape "
                    f"{tuple(batch.shape)}: a single batch goes in brackets, [(x, target)]"
                )
            x, target = batch
            loss = loss_fn(net(x), target)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            # .item() here would make an accelerator wait at every step.
            losses.append(loss.detach())
        if len(losses) == before:
            raise ValueError(f"expected at least one batch, got none in epoch {epoch + 1}")
    return [loss.item() for loss in losses]
