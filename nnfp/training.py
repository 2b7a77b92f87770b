"""A training loop for any network and optimizer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm


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
