"""The fully connected layer as a module, and networks made of several layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the usual name)

from nnfp._init import Filler
from nnfp.neuron import Activation, relu

Init = Callable[[Tensor], object]
"""A function that fills a weight in place, as in [torch.nn.init][]. Its result is ignored."""


class Linear(nn.Module):
    """A fully connected layer, `y = x Wᵀ + b`: a drop-in replacement for [torch.nn.Linear][].

    It has the parameters, shapes and `state_dict` of [torch.nn.Linear][], but other starting
    values: `init` fills the weights, and the bias is zero. Its argument is called `x`, not `input`.

    It is not a subclass of [torch.nn.Linear][], so tools that look for that class do not find it:
    `quantize_dynamic` skips it and `ColwiseParallel` refuses it. For these, load its `state_dict`
    into a [torch.nn.Linear][]. `torch.jit.script` cannot compile it; `torch.export` can.

    Args:
        in_features: The number of inputs of each neuron.
        out_features: The number of neurons.
        bias: Whether each neuron adds a bias.
        device: The device of the parameters.
        dtype: The dtype of the parameters.
        init: A function that fills the weight in place, such as those in [torch.nn.init][]. The
            default keeps the spread of the activations similar from layer to layer under ReLU.

    Attributes:
        weight: Shape `(out_features, in_features)`: a row is a neuron.
        bias: Shape `(out_features,)`, or `None`.

    Raises:
        ValueError: If a size is negative, or if `init` does not fill the weight.

    Examples:
        >>> import torch
        >>> from nnfp import Linear
        >>> layer = Linear(2, 2, bias=False)
        >>> with torch.no_grad():
        ...     _ = layer.weight.copy_(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
        >>> layer(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[19.0, 22.0], [43.0, 50.0]]

    Source:
        The default `init` is from He et al., "Delving Deep into Rectifiers" (2015).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | int | None = None,
        dtype: torch.dtype | None = None,
        *,
        init: Init = nn.init.kaiming_normal_,
    ) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if size < 0:
                raise ValueError(f"expected {name} to be 0 or more, got {size}")
        self.in_features = in_features
        self.out_features = out_features
        self._fill = Filler(init)
        self.weight = nn.Parameter(
            torch.empty(out_features, in_features, device=device, dtype=dtype)
        )
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Fill the weight with `init` and the bias with zeros, as in a new layer."""
        self._fill(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Compute `x @ weight.T + bias`.

        Args:
            x: Shape `(..., in_features)`, with any number of leading dimensions.

        Returns:
            Shape `(..., out_features)`.

        Raises:
            ValueError: If the last dimension of `x` is not `in_features`.
            TypeError: If `x` and the weight differ in dtype.
        """
        # One call for `x @ self.weight.T + self.bias`. Input is checked only if it fails, so
        # that valid input does not pay for the checks.
        try:
            return F.linear(x, self.weight, self.bias)
        except RuntimeError as error:
            if x.dim() == 0 or x.shape[-1] != self.in_features:
                got = x.shape[-1] if x.dim() else "no dimension"
                raise ValueError(
                    f"expected the last dimension to be {self.in_features} (in_features), "
                    f"got {got}: input of shape {tuple(x.shape)}"
                ) from error
            # Under autocast dtypes may differ, so they are the cause only if torch says so.
            if x.dtype != self.weight.dtype and "dtype" in str(error):
                raise TypeError(
                    f"expected an input of dtype {self.weight.dtype} (the weight's), got {x.dtype}"
                ) from error
            raise

    def extra_repr(self) -> str:
        """Return the sizes, which are shown in parentheses when the layer is printed."""
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"


class Net(nn.Module):
    """The smallest network: one input, one neuron, ReLU.

    Args:
        init: A function that fills the weight in place; see [nnfp.layer.Linear][].

    Attributes:
        fc1: The only layer, `Linear(1, 1)`.

    Examples:
        >>> import torch
        >>> from nnfp import Net
        >>> net = Net(init=torch.nn.init.ones_)
        >>> net(torch.tensor([[-2.0], [2.0]])).tolist()
        [[0.0], [2.0]]
    """

    def __init__(self, init: Init = nn.init.kaiming_normal_) -> None:
        super().__init__()
        self.fc1 = Linear(1, 1, init=init)

    def forward(self, x: Tensor) -> Tensor:
        """Compute `relu(fc1(x))`, where `x` and the result have shape `(..., 1)`."""
        return relu(self.fc1(x))


class MLP(nn.Module):
    """A multi-layer perceptron: fully connected layers with an activation between them.

    No activation follows the last layer, so the outputs may be negative.

    Args:
        sizes: The number of inputs, then the number of neurons in each layer: at least two sizes.
        activation: The function that is applied between the layers.

    Attributes:
        layers: The layers, in order.

    Raises:
        ValueError: If there are fewer than two sizes.

    Examples:
        >>> import torch
        >>> from nnfp import MLP
        >>> net = MLP([2, 8, 8, 1])
        >>> net(torch.zeros(5, 2)).shape
        torch.Size([5, 1])
        >>> [tuple(p.shape) for p in net.parameters()]
        [(8, 2), (8,), (8, 8), (8,), (1, 8), (1,)]
    """

    def __init__(self, sizes: Sequence[int], activation: Activation = relu) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"expected at least two sizes (in and out), got {list(sizes)}")
        self.activation = activation
        self.layers = nn.ModuleList(Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """Send `x`, of shape `(..., sizes[0])`, through all layers to shape `(..., sizes[-1])`."""
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        y: Tensor = last(x)
        return y
