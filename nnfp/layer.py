"""The fully connected layer as a module, and layers chained into networks."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the field's own name)

from nnfp.neuron import Activation, relu

Init = Callable[[Tensor], object]


class Linear(nn.Module):
    """A fully connected layer, `y = x Wᵀ + b`: a drop-in for [torch.nn.Linear][].

    It has the parameters, shapes and `state_dict` of [torch.nn.Linear][]. It starts with other
    values: the weights are filled by `init`, and the bias is zero.

    Args:
        in_features: How many inputs each neuron has.
        out_features: How many neurons the layer has.
        bias: Whether each neuron adds a bias.
        device: Where the parameters live.
        dtype: The type of the parameters.
        init: A function that fills the weight in place, such as those of [torch.nn.init][]. The
            default keeps the spread of the activations alike from layer to layer under ReLU.

    Attributes:
        weight: Shape `(out_features, in_features)`: a row is a neuron.
        bias: Shape `(out_features,)`, or `None`.

    Raises:
        ValueError: When a size is negative.

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
        self.init = init
        self.weight = nn.Parameter(
            torch.empty(out_features, in_features, device=device, dtype=dtype)
        )
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Fill the weight by `init` and the bias with zeros, as at the start."""
        # Filling is not part of what is learned: autograd must not record it.
        with torch.no_grad():
            self.init(self.weight)
            if self.bias is not None:
                self.bias.zero_()

    def forward(self, input: Tensor) -> Tensor:
        """Compute `input @ weight.T + bias`.

        Args:
            input: Shape `(..., in_features)`: any dimensions may lead.

        Returns:
            Shape `(..., out_features)`.

        Raises:
            ValueError: When the last dimension of `input` is not `in_features`.
            TypeError: When `input` and the weight do not have the same dtype.
        """
        # The same mathematics as `input @ self.weight.T + self.bias`, in one call. It is asked
        # first and questioned after, so that right input pays nothing for the clear sentences.
        try:
            return F.linear(input, self.weight, self.bias)
        except RuntimeError as error:
            self._explain(input, error)
            raise

    def _explain(self, input: Tensor, error: RuntimeError) -> None:
        if input.dim() == 0 or input.shape[-1] != self.in_features:
            got = "no dimension" if input.dim() == 0 else str(input.shape[-1])
            raise ValueError(
                f"expected the last dimension to be {self.in_features} (in_features), got {got}: "
                f"input of shape {tuple(input.shape)}"
            ) from error
        # Autocast lets dtypes differ, so they are the cause only where torch names them.
        if input.dtype != self.weight.dtype and "dtype" in str(error):
            raise TypeError(
                f"expected an input of dtype {self.weight.dtype} (the weight's), got {input.dtype}"
            ) from error

    def extra_repr(self) -> str:
        """Say the sizes, as they stand between the brackets when the layer is printed."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Net(nn.Module):
    """The smallest network: one input, one neuron, ReLU.

    Args:
        init: A function that fills the weight in place; see [nnfp.layer.Linear][].

    Attributes:
        fc1: The one layer, `Linear(1, 1)`.

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
        """Compute `relu(fc1(x))`; `x` has shape `(..., 1)`, and so has what comes back."""
        return relu(self.fc1(x))


class MLP(nn.Module):
    """A multi-layer perceptron: fully connected layers in a chain, an activation between them.

    The last layer has no activation after it, so that its outputs may be negative.

    Args:
        sizes: How many numbers go in, how many come out of each layer: at least two.
        activation: The non-linear function between the layers.

    Attributes:
        layers: The layers, in order.

    Raises:
        ValueError: When there are fewer than two sizes.

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
        """Send `x` of shape `(..., sizes[0])` through all layers; back comes `(..., sizes[-1])`."""
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        y: Tensor = last(x)
        return y
