"""A training loop for any network and optimizer, and a score on data that it has not seen."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
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
    *,
    after_epoch: Callable[[], object] | None = None,
    device: torch.device | str | int | None = None,
) -> list[float]:
    """Train `net`: for each batch, predict, compute the loss and its gradients, and step.

    A progress bar counts the epochs if the output is a terminal. Ctrl-C, a `KeyboardInterrupt`,
    stops the training and raises no error: the network keeps what it has learned, and the losses
    so far are returned. A script goes on with its next line.

    Args:
        net: The network. Its parameters are changed in place. Its mode, training or
            evaluation, does not change.
        optimizer: An optimizer of the parameters of `net`. If its `step` requires a closure, as
            that of [torch.optim.LBFGS][] does, it gets one, which computes the loss of the batch
            and its gradients anew each time it is called. If its closure is optional, it gets none.
        batches: Pairs of inputs and targets: a list of them or a [torch.utils.data.DataLoader][].
            Each epoch iterates over it once.
        loss_fn: A function of predictions and targets that returns one number.
        epochs: The number of passes over all batches.
        after_epoch: If given, it is called without arguments after each epoch, for example to
            validate the network or to change the learning rate.
        device: If given, `net` and each batch are moved to it. An optimizer that has taken steps
            on another device keeps its state there.

    Returns:
        The loss of each step, in order, measured before the step: `epochs` times as many numbers
        as there are batches, or fewer after Ctrl-C.

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

    def loss_and_gradients(x: Tensor, target: Tensor, seen: list[Tensor]) -> Tensor:
        loss = loss_fn(net(x), target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        # A copy, because the loss may share memory with a parameter that the step changes.
        # A tensor, because .item() would make an accelerator wait in every step.
        seen.append(loss.detach().clone())
        return seen[-1]

    if device is not None:
        net.to(device)
    needs_closure = _needs_closure(optimizer)
    losses: list[Tensor] = []
    try:
        # disable=None shows the bar only in a terminal, not in a file or a test.
        for epoch in tqdm(range(epochs), unit="epoch", disable=None):
            before = len(losses)
            for batch in batches:
                x, target = _pair(batch, device)
                seen: list[Tensor] = []
                closure: Any = partial(loss_and_gradients, x, target, seen)
                if needs_closure:
                    optimizer.step(closure)
                else:
                    closure()
                    optimizer.step()
                losses.append(seen[0])
            if len(losses) == before:
                raise ValueError(f"expected at least one batch, got none in epoch {epoch + 1}")
            if after_epoch is not None:
                after_epoch()
    except KeyboardInterrupt:
        pass
    return [loss.item() for loss in losses]


@torch.no_grad()
def evaluate(
    net: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    metric: Callable[[Tensor, Tensor], Tensor | float],
    *,
    device: torch.device | str | int | None = None,
) -> float:
    """Return the mean of a metric over all samples, with `net` in evaluation mode.

    Nothing is recorded for gradients. Afterwards, every module of `net` is in the mode it was in.

    Args:
        net: The network.
        batches: Pairs of inputs and targets, with the samples in the first dimension. The batches
            may differ in size: each counts by its number of samples.
        metric: A function of predictions and targets that returns one number, the mean over the
            batch, such as a loss or an accuracy.
        device: If given, each batch is moved to it. The network must be there already.

    Returns:
        The mean over the samples of all batches.

    Raises:
        ValueError: If there is no sample, or if `metric` returns more than one number.
        TypeError: If a batch is not a tuple or list of two.

    Examples:
        >>> import torch
        >>> from nnfp import Net, evaluate
        >>> net = Net(init=torch.nn.init.ones_)
        >>> x = torch.tensor([[1.0], [2.0], [3.0]])
        >>> evaluate(net, [(x[:2], 3 * x[:2]), (x[2:], 3 * x[2:])], torch.nn.functional.l1_loss)
        4.0
    """
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    values: list[tuple[Tensor | float, int]] = []
    try:
        for batch in batches:
            x, target = _pair(batch, device)
            value = metric(net(x), target)
            if isinstance(value, Tensor) and value.numel() != 1:
                raise ValueError(
                    f"expected the metric to return one number, the mean over the batch, "
                    f"got a tensor of shape {tuple(value.shape)}"
                )
            values.append((value, len(x)))
    finally:
        for module, training in modes:
            module.train(training)
    samples = sum(size for _, size in values)
    if samples == 0:
        raise ValueError("expected at least one sample, got none")
    # Only now, because float() makes an accelerator wait.
    return sum(float(value) * size for value, size in values) / samples


def _needs_closure(optimizer: torch.optim.Optimizer) -> bool:
    parameter = inspect.signature(optimizer.step).parameters.get("closure")
    return parameter is not None and parameter.default is parameter.empty


def _pair(batch: Any, device: torch.device | str | int | None) -> tuple[Any, Any]:
    # Unpacking is not enough: a dictionary would yield its keys and a tensor its rows.
    if isinstance(batch, tuple | list) and len(batch) == 2:
        if device is None:
            return batch[0], batch[1]
        for part in batch:
            if not hasattr(part, "to"):
                kind = type(part).__name__
                raise TypeError(f"expected tensors, which can be moved to a device, got a {kind}")
        return batch[0].to(device), batch[1].to(device)
    if isinstance(batch, Tensor):
        got = f"a tensor of shape {tuple(batch.shape)}: put a single batch in a list, [(x, target)]"
    elif isinstance(batch, Mapping):
        got = f"a dictionary with the keys {', '.join(map(repr, batch))}"
    elif isinstance(batch, tuple | list):
        got = f"a {type(batch).__name__} of {len(batch)}"
    else:
        got = repr(batch)
    raise TypeError(f"expected each batch to be a pair of inputs and targets, got {got}")
