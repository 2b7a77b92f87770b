"""A neuron: multiply the inputs by the weights, sum, and put the sum through an activation."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Activation = Callable[[Tensor], Tensor]


def relu(z: Tensor) -> Tensor:
    """Keep what is positive and turn the rest into 0: the rectified linear unit.

    Its slope is 1 above 0 and 0 below; at exactly 0, where both would do, it is 0, as in
    [torch.nn.functional.relu][]. `nan` stays `nan`.

    Args:
        z: Numbers of any shape.

    Returns:
        A tensor of the shape and dtype of `z`.

    Examples:
        >>> import torch
        >>> from nnfp import relu
        >>> relu(torch.tensor([-3.0, 0.0, 19.0]))
        tensor([ 0.,  0., 19.])

    Source:
        Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010).
    """
    return torch.where(z <= 0, torch.zeros_like(z), z)


def neuron(
    x: Tensor | Sequence[float],
    w: Tensor | Sequence[float],
    b: Tensor | float = 0.0,
    activation: Activation = relu,
) -> Tensor:
    """Compute the output of one neuron, `activation(x · w + b)`.

    Args:
        x: The inputs, of shape `(..., in_features)`: one sample, or any number of them.
        w: The weights, of shape `(in_features,)`: one for each input.
        b: The bias, one number, added to the sum.
        activation: The non-linear function that the sum is put through.

    Returns:
        The outputs, of shape `(...)`: one number for each sample.

    Raises:
        ValueError: When `w` is not one row of weights, `x` does not have an input for each, or `b`
            is not one number.

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
    x, w = torch.as_tensor(x), torch.as_tensor(w)
    if w.dim() != 1:
        raise ValueError(f"expected one row of weights, got weights of shape {tuple(w.shape)}")
    if x.dim() == 0 or x.shape[-1] != len(w):
        raise ValueError(
            f"expected the last dimension of the inputs to be {len(w)} (one for each weight), "
            f"got inputs of shape {tuple(x.shape)}"
        )
    if isinstance(b, Tensor) and b.dim() != 0:
        raise ValueError(f"expected one number as the bias, got a bias of shape {tuple(b.shape)}")
    return activation((x * w).sum(-1) + b)
