"""Seven ways to compute one layer with ReLU, from Python loops to `torch.compile`."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from nnfp.batch import all_at_once
from nnfp.layer import Linear

Layer = Callable[[Tensor], Tensor]
"""A function of the inputs, of shape `(batch, in_features)`, that returns the outputs."""
Rung = Callable[[nn.Parameter, nn.Parameter], Layer]
"""A function that makes a layer of a weight and a bias."""


def three_loops(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that loops in Python over samples, neurons and inputs.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`. Its outputs have no gradient.

    Examples:
        >>> import torch
        >>> from torch import nn
        >>> from nnfp.speed import three_loops
        >>> weight = nn.Parameter(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
        >>> bias = nn.Parameter(torch.tensor([-20.0, 0.0]))
        >>> three_loops(weight, bias)(torch.tensor([[1.0, 2.0]]))
        tensor([[ 0., 22.]])
    """
    rows, biases = weight.tolist(), bias.tolist()

    def layer(x: Tensor) -> Tensor:
        outputs = []
        for sample in x.tolist():
            for row, b in zip(rows, biases, strict=True):
                total = b
                for value, w in zip(sample, row, strict=True):
                    total += value * w
                outputs.append(max(0.0, total))
        return x.new_tensor(outputs).reshape(len(x), len(rows))

    return layer


def dot_products(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that computes one dot product for each sample and neuron.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """

    def layer(x: Tensor) -> Tensor:
        rows, biases = weight.unbind(), bias.unbind()
        sums = [
            torch.dot(sample, row) + b for sample in x for row, b in zip(rows, biases, strict=True)
        ]
        return torch.relu(torch.stack(sums).reshape(len(x), len(weight)))

    return layer


def row_by_row(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that computes one matrix-vector product for each sample.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """
    return lambda x: torch.stack([torch.relu(weight @ sample + bias) for sample in x])


def matrix_product(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that calls [nnfp.batch.all_at_once][]: a product, a sum and a ReLU.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """
    return lambda x: all_at_once(x, weight, bias, torch.relu)


def f_linear(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that calls [torch.nn.functional.linear][]: product and sum in one call.

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """
    return lambda x: torch.relu(F.linear(x, weight, bias))


def nnfp_linear(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that calls [nnfp.layer.Linear][].

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """
    out_features, in_features = weight.shape
    # The meta device draws no weights: they would be replaced at once.
    linear = Linear(in_features, out_features, device="meta")
    linear.weight, linear.bias = weight, bias
    return lambda x: torch.relu(linear(x))


def compiled(weight: nn.Parameter, bias: nn.Parameter) -> Layer:
    """Make a layer that is [nnfp.speed.f_linear][] compiled by [torch.compile][].

    Args:
        weight: Shape `(out_features, in_features)`.
        bias: Shape `(out_features,)`.

    Returns:
        A function of the inputs, of shape `(batch, in_features)`.
    """
    layer: Layer = torch.compile(f_linear(weight, bias), dynamic=False)
    return layer


RUNGS: dict[str, Rung] = {
    "three Python loops": three_loops,
    "dot products": dot_products,
    "row by row": row_by_row,
    "matrix product": matrix_product,
    "F.linear": f_linear,
    "nnfp.Linear": nnfp_linear,
    "torch.compile": compiled,
}
"""The seven ways by name, each a function of a layer's parameters."""
# These take the same time for each sample, so a few samples are enough to time them.
ONE_BY_ONE = ("three Python loops", "dot products", "row by row")
