"""The figure of a layer at work on one sample."""

from collections.abc import Callable

from nnfp.batch import all_at_once
from nnfp.draw import forward, svg
from nnfp.draw.activation import graph, identity, name_of, on_tensors
from nnfp.draw.checks import check_count, check_sample
from nnfp.draw.forward import circle_text
from nnfp.draw.picture import Picture
from nnfp.draw.values import Numbers, tensor, texts
from nnfp.draw.words import counted, listed, plural
from nnfp.neuron import Activation, relu


def layer(
    x: Numbers,
    weight: Numbers,
    bias: Numbers | None = None,
    activation: Activation | Callable[[float], float] = relu,
) -> Picture:
    """Draw a layer at work on one sample: each neuron with its weights, sum and output.

    Args:
        x: The inputs of one sample, of shape `(in_features,)`: from 1 to 4 numbers.
        weight: The weights, of shape `(out_features, in_features)`: from 1 to 4 rows, each the
            weights of one neuron.
        bias: The biases, of shape `(out_features,)`, or `None` for a layer without them.
        activation: The function applied to each sum. It may take a tensor or one number, and must
            give a finite number for each sum. Its graph has a gap where it is infinite or
            undefined.

    Returns:
        The picture; its sums and outputs are those that [nnfp.batch.all_at_once][] returns.

    Raises:
        ValueError: If the shapes do not match, there are too many inputs or neurons, a number is
            too long to be shown, or the activation does not give a finite number for a sum.
        TypeError: If something is not a number, or `activation` is not a function.

    Examples:
        >>> from nnfp import draw
        >>> print(draw.layer([1, 2], [[5, 7], [6, 8]]).title)
        Layer of 2 neurons with inputs 1 and 2, weights 5 and 7, 6 and 8: ReLU gives 19 and 22
    """
    x, weight = tensor(x), tensor(weight)
    biases = None if bias is None else tensor(bias)
    check_sample(x)
    sums = all_at_once(x, weight, biases, identity)
    check_count("inputs", len(x), 4)
    check_count("neurons", len(weight), 4)
    outputs = all_at_once(x, weight, biases, on_tensors(activation))
    sample = forward.Forward(
        inputs=list(map(circle_text, x.tolist())),
        weights=[texts(row) for row in weight],
        biases=[] if biases is None else texts(biases),
        sums=list(map(circle_text, sums.tolist())),
        outputs=list(map(circle_text, outputs.tolist())),
        activation=name_of(activation),
        graph=graph(activation),
    )
    figure, bottom = forward.draw(sample)
    title = (
        f"Layer of {counted(len(weight), 'neuron')} "
        f"with {plural(len(x), 'input')} {listed(sample.inputs)}, "
        f"weights {', '.join(listed(row) for row in sample.weights)}"
        + (f", {plural(len(weight), 'bias')} {listed(sample.biases)}" if sample.biases else "")
        + f": {sample.activation} gives {listed(sample.outputs)}"
    )
    return Picture(title, svg.document(title, bottom, figure))
