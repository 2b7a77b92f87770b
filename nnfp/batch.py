"""Send a mini-batch through a layer: one number at a time in two loops, or all at once."""

from torch import Tensor

from nnfp.neuron import Activation, neuron, relu


def one_at_a_time(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    activation: Activation = relu,
) -> Tensor:
    """Compute a layer's outputs in two Python loops, over the samples and over the neurons.

    The loops are slow but easy to follow. [nnfp.batch.all_at_once][] returns the same numbers.

    Args:
        x: The inputs, of shape `(batch, in_features)`: a row is a sample.
        weight: The weights, of shape `(out_features, in_features)`: a row is a neuron.
        bias: The biases, of shape `(out_features,)`, or `None`.
        activation: The function that is applied to each sum.

    Returns:
        The outputs, of shape `(batch, out_features)`.

    Raises:
        ValueError: If the shapes do not match.
        TypeError: If `x` has an integer dtype, or if the dtypes differ.

    Examples:
        >>> import torch
        >>> from nnfp import one_at_a_time
        >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> weight = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
        >>> one_at_a_time(x, weight)
        tensor([[19., 22.],
                [43., 50.]])
    """
    _check_shapes(x, weight, bias)
    if x.dim() != 2:
        raise ValueError(
            f"expected a mini-batch of shape (batch, in_features), got shape {tuple(x.shape)}"
        )
    # The outputs get the dtype of x. An integer dtype would cut an output of 19.5 to 19.
    if not x.is_floating_point():
        raise TypeError(f"expected floating-point inputs (write 1. for 1), got {x.dtype}")
    _check_dtype("weights", weight, "inputs", x)
    if bias is not None:
        _check_dtype("biases", bias, "inputs", x)
    biases = [0.0] * len(weight) if bias is None else list(bias)
    out = x.new_empty(len(x), len(weight))
    for i, sample in enumerate(x):
        for j, (w, b) in enumerate(zip(weight, biases, strict=True)):
            out[i, j] = neuron(sample, w, b, activation)
    return out


def all_at_once(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    activation: Activation = relu,
) -> Tensor:
    """Compute a layer's outputs with one matrix product, `activation(x @ weight.T + bias)`.

    Args:
        x: The inputs, of shape `(..., in_features)`, with any number of leading dimensions.
        weight: The weights, of shape `(out_features, in_features)`: a row is a neuron.
        bias: The biases, of shape `(out_features,)`, or `None`.
        activation: The function that is applied to the sums.

    Returns:
        The outputs, of shape `(..., out_features)`.

    Raises:
        ValueError: If the shapes do not match.
        TypeError: If the dtypes differ. Under `torch.autocast`, the dtype of `x` may differ from
            that of `weight` and `bias`.

    Examples:
        >>> import torch
        >>> from nnfp import all_at_once
        >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> weight = torch.tensor([[5.0, 7.0], [6.0, 8.0]])
        >>> all_at_once(x, weight)
        tensor([[19., 22.],
                [43., 50.]])
        >>> all_at_once(x, weight, bias=torch.tensor([-20.0, 0.0]))
        tensor([[ 0., 22.],
                [23., 50.]])
    """
    _check_shapes(x, weight, bias)
    try:
        z = x @ weight.T
    except RuntimeError:
        # Checked only now, because autocast multiplies tensors of different dtypes.
        _check_dtype("weights", weight, "inputs", x)
        raise
    if bias is None:
        return activation(z)
    # Adding would promote the sums to the wider dtype without an error.
    _check_dtype("biases", bias, "weights", weight)
    return activation(z + bias)


def _check_shapes(x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if weight.dim() != 2:
        raise ValueError(
            f"expected weights of shape (out_features, in_features), got {tuple(weight.shape)}"
        )
    out_features, in_features = weight.shape
    if x.dim() == 0 or x.shape[-1] != in_features:
        raise ValueError(
            f"expected the last dimension to be {in_features} (in_features), "
            f"got inputs of shape {tuple(x.shape)}"
        )
    if bias is not None and bias.shape != (out_features,):
        raise ValueError(
            f"expected {out_features} biases (out_features), "
            f"got biases of shape {tuple(bias.shape)}"
        )


def _check_dtype(name: str, values: Tensor, owner: str, reference: Tensor) -> None:
    if values.dtype != reference.dtype:
        raise TypeError(
            f"expected {name} of dtype {reference.dtype} (the {owner}'), got {values.dtype}"
        )
