"""Random starting values for weights, of a size that suits the layer they are for."""

import math

import torch
from torch import Tensor

# What makes up for an activation function that makes numbers smaller. The names are those that
# PyTorch knows, apart from leaky ReLU, whose gain depends on its slope.
GAINS = {"sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2.0), "selu": 3 / 4, "linear": 1.0}
GAINS |= {f"conv{way}{n}d": 1.0 for way in ("", "_transpose") for n in (1, 2, 3)}


@torch.no_grad()
def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Fill a weight with numbers that are equally likely between two bounds.

    The bounds are ± `gain * sqrt(6 / (fan_in + fan_out))`. The standard deviation is then that of
    [nnfp.initialization.xavier_normal_][]. Arguments, result, errors and source are the same.

    Examples:
        >>> import torch
        >>> from nnfp import xavier_uniform_
        >>> bool(xavier_uniform_(torch.empty(2, 4)).abs().max() <= 1)
        True
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return tensor.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def xavier_normal_(
    tensor: Tensor, gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Fill a weight from a normal distribution that balances activations and gradients.

    The standard deviation is `gain * sqrt(2 / (fan_in + fan_out))`: `fan_in` would keep the size of
    the activations on the way forward, and `fan_out` that of the gradients on the way back.

    Args:
        tensor: The weight, of shape `(out_features, in_features)`, or that of a convolution. It is
            filled in place.
        gain: What the standard deviation is multiplied by.
        generator: The random generator to use; by default, that of [torch.manual_seed][].

    Returns:
        The same tensor.

    Raises:
        ValueError: If the tensor has fewer than two dimensions or whole numbers, or the gain is
            negative or not finite.
        TypeError: If `tensor` is not a tensor.

    Examples:
        >>> import torch
        >>> from nnfp import xavier_normal_
        >>> weight = xavier_normal_(torch.empty(200, 300), gain=10)
        >>> print(f"{weight.std().item():.1f}")
        0.6

    Source:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks" (2010).
    """
    std = _xavier_std(tensor, gain)
    return tensor.normal_(0.0, std, generator=generator)


@torch.no_grad()
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Fill a weight with numbers that are equally likely between two bounds.

    The bounds are ± `gain * sqrt(3 / fan)`. The standard deviation is then that of
    [nnfp.initialization.kaiming_normal_][]. Arguments, result, errors and source are the same.

    Examples:
        >>> import torch
        >>> from nnfp import kaiming_uniform_
        >>> bool(kaiming_uniform_(torch.empty(3, 6)).abs().max() <= 1)
        True
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Fill a weight from a normal distribution, so that numbers keep their size through layers.

    The standard deviation is `gain / sqrt(fan)`: each sum adds up `fan` products, and the gain
    makes up for the activation function. ReLU turns negative sums into 0, so its gain is √2.

    Args:
        tensor: The weight, of shape `(out_features, in_features)`, or that of a convolution. It is
            filled in place.
        a: The slope of leaky ReLU below 0; with 0, it is ReLU. Other functions ignore it.
        mode: What keeps its size: the activations on the way forward (`fan_in`), or the gradients
            on the way back (`fan_out`).
        nonlinearity: The activation function after the layer, by its name in PyTorch.
        generator: The random generator to use; by default, that of [torch.manual_seed][].

    Returns:
        The same tensor.

    Raises:
        ValueError: If the tensor has fewer than two dimensions or whole numbers, or `mode`,
            `nonlinearity` or `a` is not one that can be used.
        TypeError: If `tensor` is not a tensor.

    Examples:
        >>> import torch
        >>> from nnfp import kaiming_normal_
        >>> weight = kaiming_normal_(torch.empty(500, 200), nonlinearity="relu")
        >>> print(f"{weight.std().item():.1f}")
        0.1

    Source:
        He et al., "Delving Deep into Rectifiers" (2015).
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor.normal_(0.0, std, generator=generator)


@torch.no_grad()
def torch_default_(
    weight: Tensor, bias: Tensor | None = None, generator: torch.Generator | None = None
) -> Tensor:
    """Fill a weight, and then a bias if there is one, as a new [torch.nn.Linear][] does.

    All numbers, the bias included, are equally likely between ± `1 / sqrt(fan_in)`. Errors are
    those of [nnfp.initialization.kaiming_uniform_][].

    Args:
        weight: The weight, of shape `(out_features, in_features)`. It is filled in place.
        bias: The bias, of shape `(out_features,)`, or `None`. It is filled in place.
        generator: The random generator to use; by default, that of [torch.manual_seed][].

    Returns:
        The same weight.

    Examples:
        >>> import torch
        >>> from nnfp import torch_default_
        >>> bias = torch.empty(3)
        >>> weight = torch_default_(torch.empty(3, 4), bias)
        >>> bool(weight.abs().max() <= 1 / 2), bool(bias.abs().max() <= 1 / 2)
        (True, True)
    """
    # With the square root of 5, the bounds of Kaiming are ± 1 / sqrt(fan_in), except for rounding.
    kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
    if bias is not None:
        bound = 1 / math.sqrt(_fans(weight)[0]) if weight.numel() else 0.0
        bias.uniform_(-bound, bound, generator=generator)
    return weight


def _fans(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs each neuron has, and how many neurons each input goes to."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"expected a tensor to fill, got {tensor!r}")
    if tensor.dim() < 2:
        raise ValueError(f"expected a weight of two or more dimensions, got {tuple(tensor.shape)}")
    if not tensor.is_floating_point():
        raise ValueError(f"expected a weight of a floating-point dtype, got {tensor.dtype}")
    places = math.prod(tensor.shape[2:])  # of a convolution's kernel
    # An empty tensor has a fan of 0, by which nothing can be divided; any other will do.
    return max(1, tensor.shape[1] * places), max(1, tensor.shape[0] * places)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    if not 0 <= gain < math.inf:
        raise ValueError(f"expected a finite gain of 0 or more, got {gain}")
    return gain * math.sqrt(2.0 / sum(_fans(tensor)))


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(tensor), strict=True))
    if mode not in fans:
        raise ValueError(f"expected fan_in or fan_out as mode, got {mode!r}")
    if not math.isfinite(a):
        raise ValueError(f"expected a finite slope as a, got {a}")
    gains = {**GAINS, "leaky_relu": math.sqrt(2.0 / (1 + a**2))}
    if nonlinearity not in gains:
        raise ValueError(f"expected one of {list(gains)} as nonlinearity, got {nonlinearity!r}")
    return gains[nonlinearity] / math.sqrt(fans[mode])
