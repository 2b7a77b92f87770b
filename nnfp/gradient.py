"""Gradients: an autograd engine for single numbers, and the rules for a layer's matrix product."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import SupportsFloat

import torch
from torch import Tensor

_serials = itertools.count()


class Value:
    """A number that knows how it was computed, so that `backward` can find every slope.

    `+`, `-`, `*` and `relu` make new values; the other operand may be a plain number.

    Args:
        data: The number.
        inputs: For each value that this one was computed from, that value and the local slope: how
            much this one grows per unit of it. Empty for a value that was not computed.

    Attributes:
        data: The number.
        inputs: The values that it was computed from, each with the local slope.
        grad: The slope, with respect to this value, of the one whose `backward` was called. It
            starts at 0, and each call adds to it.

    Raises:
        TypeError: If `data` is not a number.

    Examples:
        >>> from nnfp import Value
        >>> w1, w2 = Value(5), Value(7)
        >>> error = 1 * w1 + 2 * w2 - 21
        >>> loss = error * error
        >>> loss.backward()
        >>> loss.data, w1.grad, w2.grad
        (4.0, -4.0, -8.0)

    Source:
        Linnainmaa, "Taylor expansion of the accumulated rounding error" (1976).
    """

    def __init__(self, data: SupportsFloat, inputs: Sequence[tuple[Value, float]] = ()) -> None:
        if not isinstance(data, SupportsFloat):
            raise TypeError(f"expected a number, got {data!r}")
        self.data = float(data)
        self.inputs = inputs
        self.grad = 0.0
        self._serial = next(_serials)

    def __add__(self, other: Value | SupportsFloat) -> Value:
        b = _as_value(other)
        return Value(self.data + b.data, [(self, 1.0), (b, 1.0)])

    def __sub__(self, other: Value | SupportsFloat) -> Value:
        b = _as_value(other)
        return Value(self.data - b.data, [(self, 1.0), (b, -1.0)])

    def __mul__(self, other: Value | SupportsFloat) -> Value:
        b = _as_value(other)
        return Value(self.data * b.data, [(self, b.data), (b, self.data)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: SupportsFloat) -> Value:
        return Value(other) - self

    def __neg__(self) -> Value:
        return Value(-self.data, [(self, -1.0)])

    def relu(self) -> Value:
        """Return this value if it is positive and 0 otherwise, like [nnfp.neuron.relu][]."""
        if self.data <= 0:
            return Value(0.0, [(self, 0.0)])
        return Value(self.data, [(self, 1.0)])

    def backward(self) -> None:
        """Add the slope of this value to the `grad` of each value that it was computed from.

        Slopes are multiplied along each path, and added where paths meet.
        """
        slopes = {self: 1.0}
        waiting = [(-self._serial, self)]
        while waiting:
            # The newest value comes first: everything computed from it has been handled, so its
            # slope is complete. Each value is visited once, however many paths lead to it.
            _, value = heappop(waiting)
            value.grad += slopes[value]
            for source, local in value.inputs:
                if source not in slopes:
                    slopes[source] = 0.0
                    heappush(waiting, (-source._serial, source))
                slopes[source] += slopes[value] * local

    def __repr__(self) -> str:
        return f"Value({self.data}, grad={self.grad})"


def _as_value(number: Value | SupportsFloat) -> Value:
    return number if isinstance(number, Value) else Value(number)


def linear_backward(y_grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of a loss with respect to `x`, `weight` and bias, for `y = x Wᵀ + b`.

    Args:
        y_grad: The gradient with respect to `y`, of shape `(..., out_features)`.
        x: The inputs, of shape `(..., in_features)`.
        weight: The weights, of shape `(out_features, in_features)`: a row is a neuron.

    Returns:
        The gradients with respect to `x`, `weight` and the bias. The last one has the shape
            `(out_features,)`; the others have the shapes of `x` and `weight`.

    Raises:
        ValueError: If the shapes do not match.

    Examples:
        >>> import torch
        >>> from nnfp import linear_backward
        >>> y_grad = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        >>> weight = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
        >>> for gradient in linear_backward(y_grad, x, weight):
        ...     print(gradient.tolist())
        [[5.0, 7.0], [6.0, 8.0], [11.0, 15.0]]
        [[6.0, 8.0], [8.0, 10.0]]
        [2.0, 2.0]
    """
    if weight.dim() != 2:
        raise ValueError(
            f"expected weights of shape (out_features, in_features), got {tuple(weight.shape)}"
        )
    n_out, n_in = weight.shape
    leading = x.shape[:-1]
    if not x.dim() or x.shape != (*leading, n_in) or y_grad.shape != (*leading, n_out):
        raise ValueError(
            f"expected x of shape (..., {n_in}) and y_grad of shape (..., {n_out}), as the weights "
            f"have the shape {tuple(weight.shape)}, got {tuple(x.shape)} and {tuple(y_grad.shape)}"
        )
    # All dimensions but the last count samples. Each weight and bias is used for every sample, so
    # its slopes add up over the samples.
    samples, sample_grads = x.reshape(-1, n_in), y_grad.reshape(-1, n_out)
    return y_grad @ weight, sample_grads.T @ samples, sample_grads.sum(0)


def numerical_gradient(
    function: Callable[[Tensor], Tensor | float], x: Tensor, nudge: float = 1e-6
) -> Tensor:
    """Find the gradient of a function by nudging each entry of `x` up and down.

    This calls the function twice for each entry, so it is only good for checking other gradients.

    Args:
        function: Takes a tensor like `x` and returns one number.
        x: Where to find the gradient. Its dtype is `float64`: in shorter ones, a nudge is lost in
            rounding.
        nudge: By how much each entry is changed.

    Returns:
        The gradient, of the shape of `x`.

    Raises:
        TypeError: If `x` is not of dtype `float64`.
        ValueError: If the function does not return one number.

    Examples:
        >>> import torch
        >>> from nnfp import numerical_gradient
        >>> x = torch.tensor([3.0, 4.0], dtype=torch.float64)
        >>> print(numerical_gradient(lambda x: (x * x).sum(), x).round(decimals=4).tolist())
        [6.0, 8.0]
    """
    if x.dtype != torch.float64:
        raise TypeError(f"expected x of dtype torch.float64, got {x.dtype}")
    gradient = torch.empty_like(x)
    with torch.no_grad():
        for index in itertools.product(*map(range, x.shape)):
            results = []
            for change in (nudge, -nudge):
                nudged = x.clone()
                nudged[index] += change
                result = torch.as_tensor(function(nudged), dtype=torch.float64)
                if result.numel() != 1:
                    shape = tuple(result.shape)
                    raise ValueError(f"expected the function to return one number, got {shape}")
                results.append(result.item())
            gradient[index] = (results[0] - results[1]) / (2 * nudge)
    return gradient
