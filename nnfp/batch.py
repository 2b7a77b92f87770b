"""A mini-batch through a layer of neurons: one sample and one neuron at a time, and all at once."""

from torch import Tensor

from nnfp.neuron import Activation, neuron, relu


def one_at_a_time(
    z: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    activation: Activation = relu,
) -> Tensor:
    """Compute a layer's outputs by asking each neuron about each sample, in two Python loops.

    Slow, and plain to read: [nnfp.batch.all_at_once][] gives the same numbers.

    Args:
        z: The input activations, of shape `(batch, in_features)`.
        weight: The weights, of shape `(out_features, in_features)`: a row is a neuron.
        bias: The biases, of shape `(out_features,)`, or none.
        activation: The non-linear function that each sum is put through.

    Returns:
        The output activations, of shape `(batch, out_features)`.

    Raises:
        ValueError: When the shapes do not fit each other.
        TypeError: When the numbers are integers, or not all of the same dtype.

    Examples:
        >>> import torch
        >>> from nnfp import one_at_a_time
        >>> z = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> weight = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
        >>> one_at_a_time(z, weight)
        tensor([[19., 22.],
                [43., 50.]])
    """
    _check_shapes(z, weight, bias)
    if z.dim() != 2:
        raise ValueError(
            f"expected a mini-batch of shape (batch, in_features), got shape {tuple(z.shape)}"
        )
    _check_dtypes(z, weight, bias)
    biases = [0.0] * len(weight) if bias is None else list(bias)
    out = z.new_empty(len(z), len(weight))
    for i, sample in enumerate(z):
        for j, (w, b) in enumerate(zip(weight, biases, strict=True)):
            out[i, j] = neuron(sample, w, b, activation)
    return out


def all_at_once(
    z: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    activation: Activation = relu,
) -> Tensor:
    """Compute a layer's outputs by one matrix product: `A = σ(Z Wᵀ + b)`.

    Args:
        z: The input activations, of shape `(..., in_features)`: any dimensions may lead.
        weight: The weights, of shape `(out_features, in_features)`: a row is a neuron.
        bias: The biases, of shape `(out_features,)`, or none.
        activation: The non-linear function that the sums are put through.

    Returns:
        The output activations, of shape `(..., out_features)`.

    Raises:
        ValueError: When the shapes do not fit each other.

    Examples:
        >>> import torch
        >>> from nnfp import all_at_once
        >>> z = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> weight = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
        >>> all_at_once(z, weight)
        tensor([[19., 22.],
                [43., 50.]])
        >>> all_at_once(z, weight, bias=torch.tensor([-20.0, 0.0]))
        tensor([[ 0., 22.],
                [23., 50.]])
    """
    _check_shapes(z, weight, bias)
    sums = z @ weight.T
    return activation(sums if bias is None else sums + bias)


def _check_shapes(z: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if weight.dim() != 2:
        raise ValueError(
            f"expected weights of shape (out_features, in_features), got {tuple(weight.shape)}"
        )
    out_features, in_features = weight.shape
    if z.dim() == 0 or z.shape[-1] != in_features:
        raise ValueError(
            f"expected the last dimension to be {in_features} (in_features), "
            f"got inputs of shape {tuple(z.shape)}"
        )
    if bias is not None and bias.shape != (out_features,):
        raise ValueError(
            f"expected {out_features} biases (out_features), "
            f"got biases of shape {tuple(bias.shape)}"
        )


def _check_dtypes(z: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    # Each output is written into a tensor of the dtype of z: an integer would cut 19.5 to 19.
    if not z.is_floating_point():
        raise TypeError(f"expected floating-point inputs (write 1. for 1), got {z.dtype}")
    for name, values in (("weights", weight), ("biases", bias)):
        if values is not None and values.dtype != z.dtype:
            raise TypeError(f"expected {name} of dtype {z.dtype} (the inputs'), got {values.dtype}")
