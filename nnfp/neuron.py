"""One neuron: multiply the inputs by the weights, add up, and apply an activation function."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (the usual name)

Activation = Callable[[Tensor], Tensor]
"""An activation function: it returns a tensor of the same shape, as [nnfp.relu][] does."""


def relu(z: Tensor) -> Tensor:
    """Return `z` where it is positive and 0 elsewhere: the rectified linear unit.

    The slope is 1 above 0 and 0 below. At exactly 0, where either would do, the slope is 0, as in
    [torch.nn.functional.relu][]. `nan` stays `nan`.

    Args:
        z: The sums before the activation, of any shape. Sparse, quantized and nested tensors work
            as they do in [torch.nn.functional.relu][].

    Returns:
        A tensor with the shape and dtype of `z`.

    Examples:
        >>> import torch
        >>> from nnfp import relu
        >>> relu(torch.tensor([-3.0, 0.0, 19.0]))
        tensor([ 0.,  0., 19.])

    Source:
        Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010).
    """
    try:
        return torch.where(z <= 0, torch.zeros_like(z), z)
    except RuntimeError:  # `where` handles only dense tensors
        return F.relu(z)


def neuron(
    x: Tensor | Sequence[float],
    w: Tensor | Sequence[float],
    b: Tensor | float = 0.0,
    activation: Activation = relu,
) -> Tensor:
    """Compute the output of one neuron, `activation(x · w + b)`.

    Args:
        x: The inputs, of shape `(..., in_features)`: one sample or any number of them.
        w: The weights, of shape `(in_features,)`: one for each input.
        b: The bias: one number, which is added to the weighted sum.
        activation: The function that is applied to the sum.

    Returns:
        The outputs, of shape `(...)`: one number for each sample.

    Raises:
        ValueError: If `w` is not one row of weights, if the last dimension of `x` does not have
            one input for each weight, or if `b` is not one number.
        TypeError: If one of them is not made of numbers.

    Examples:
        >>> from nnfp.neuron import neuron
        >>> neuron([1.0, 2.0], [5.0, 7.0])
        tensor(19.)
        >>> neuron([1.0, 2.0], [5.0, -7.0])
        tensor(0.)

    Source:
        McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943),
        with the weights of Rosenblatt's perceptron (1958).
    """
    x, w, bias = _tensor("the inputs", x), _tensor("the weights", w), _tensor("the bias", b)
    if w.dim() != 1:
        raise ValueError(f"expected one row of weights, got weights of shape {tuple(w.shape)}")
    if x.dim() == 0 or x.shape[-1] != len(w):
        raise ValueError(
            f"expected the last dimension of the inputs to be {len(w)} (one for each weight), "
            f"got inputs of shape {tuple(x.shape)}"
        )
    if bias.dim() != 0:
        raise ValueError(
            f"expected one number as the bias, got a bias of shape {tuple(bias.shape)}"
        )
    # A Python number is added as it is: as a tensor, it would be rounded to the default dtype.
    return activation((x * w).sum(-1) + (b if isinstance(b, int | float) else bias))


def _tensor(name: str, values: Tensor | Sequence[float] | float) -> Tensor:
    try:
        return torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"expected numbers as {name}, got {values!r}") from error
