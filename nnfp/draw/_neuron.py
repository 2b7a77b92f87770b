"""The figure of one neuron at work on one sample."""

from collections.abc import Callable
from typing import SupportsFloat

from nnfp.draw import equation, forward, svg
from nnfp.draw.activation import graph, identity, name_of, on_tensors
from nnfp.draw.checks import check_count, check_sample
from nnfp.draw.forward import circle_text
from nnfp.draw.picture import Picture
from nnfp.draw.values import Numbers, tensor, texts
from nnfp.draw.words import listed, number, plural
from nnfp.neuron import Activation, relu
from nnfp.neuron import neuron as compute


def neuron(
    x: Numbers,
    w: Numbers,
    b: Numbers | SupportsFloat | None = None,
    activation: Activation | Callable[[float], float] = relu,
) -> Picture:
    """Draw one neuron at work on one sample: inputs, weights, the sum and the output.

    Args:
        x: The inputs of one sample, of shape `(in_features,)`: from 1 to 5 numbers.
        w: The weights, of shape `(in_features,)`.
        b: The bias, one number, or `None` for a neuron without one.
        activation: The function applied to the sum. It may take a tensor or one number, and must
            give a finite number for the sum. Its graph has a gap where it is infinite or undefined.

    Returns:
        The picture; its sum and its output are those that [nnfp.neuron.neuron][] returns.

    Raises:
        ValueError: If the shapes do not match, there are too many inputs, a number is too long to
            be shown, or the activation does not give a finite number for the sum.
        TypeError: If something is not a number, or `activation` is not a function.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.neuron([1, 2], [5, -7]).title)
        Neuron with inputs 1 and 2, weights 5 and −7: the sum is −9, ReLU gives 0
    """
    x, w = tensor(x), tensor(w)
    bias = tensor(0 if b is None else b)
    check_sample(x)
    check_count("inputs", len(x), 5)
    if bias.numel() != 1:
        raise ValueError(f"expected one number as the bias, got shape {tuple(bias.shape)}")
    bias = bias.reshape(())
    total = circle_text(compute(x, w, bias, identity).item())
    output = circle_text(compute(x, w, bias, on_tensors(activation)).item())
    sample = forward.Forward(
        inputs=list(map(circle_text, x.tolist())),
        weights=[texts(w)],
        biases=[] if b is None else [number(bias.item())],
        sums=[total],
        outputs=[output],
        activation=name_of(activation),
        graph=graph(activation),
    )
    figure, bottom = forward.draw(sample)
    [weights] = sample.weights
    written, bottom = equation.write(sample.inputs, weights, sample.biases, total, bottom)
    title = (
        f"Neuron with {plural(len(x), 'input')} {listed(sample.inputs)}, "
        f"{plural(len(x), 'weight')} {listed(weights)}"
        + (f", bias {sample.biases[0]}" if sample.biases else "")
        + f": the sum is {total}, {sample.activation} gives {output}"
    )
    return Picture(title, svg.document(title, bottom, figure + written))
