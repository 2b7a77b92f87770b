"""The rules about data: inputs, targets and outputs."""

import math
from collections.abc import Iterator

from torch import Tensor

from nnfp.debugging.contents import floats
from nnfp.debugging.measure import Run
from nnfp.debugging.thresholds import INPUT_SIZE, SAME_TARGETS


def inputs(run: Run) -> Iterator[str]:
    """Report inputs that are not standardized."""
    for tensor in floats(run.x):
        if not tensor.isfinite().all():
            continue  # another finding, or a mask
        mean, std = tensor.mean().item(), tensor.std(correction=0).item()
        if max(abs(mean), std) > INPUT_SIZE:
            yield (
                f"The inputs have the mean {mean:.3g} and the standard deviation {std:.3g}. "
                "Standardize them: subtract the mean of the training data, and divide by its "
                "standard deviation."
            )


def targets(run: Run) -> Iterator[str]:
    """Report targets of another shape than the outputs, and batches of a single class."""
    target, output = run.target, run.output
    if not isinstance(target, Tensor) or output is None:
        return
    same_size = target.numel() == output.numel()
    if (target.is_floating_point() or same_size) and _is_stretched(target, output):
        shape = tuple(output.shape)
        cure = f"Use target.reshape{shape}." if same_size else "Make the shapes equal."
        yield (
            f"The outputs have the shape {shape}, the targets {tuple(target.shape)}. The loss may "
            f"stretch them and compare each output with each target. {cure}"
        )
    if target.is_floating_point() or target.numel() < SAME_TARGETS:
        return
    lowest, highest = target.min().item(), target.max().item()
    if lowest == highest:
        yield (
            f"All {target.numel()} targets of this batch are {lowest}. Shuffle the data, so that "
            "each batch is a mixture."
        )


def outputs(run: Run) -> Iterator[str]:
    """Report a function after the last layer that does not belong there."""
    y = run.output
    if y is None or not y.isfinite().all():
        return
    applies_softmax = (
        run.shifted is not None
        and run.guess != run.loss
        and math.isclose(run.shifted, run.loss, rel_tol=1e-4)
    )
    between = bool((y >= 0).all() and (y <= 1).all())
    if between and applies_softmax and y.dim() > 1 and (y.sum(1) - 1).abs().max() < 1e-3:
        yield (
            "The outputs are probabilities, but this loss function applies softmax itself. Remove "
            "the softmax after the last layer."
        )
    elif between and run.guess is not None and math.isclose(run.guess, math.log(2), rel_tol=1e-4):
        yield (
            "All outputs are between 0 and 1, but this loss function applies sigmoid itself. "
            "Remove the sigmoid after the last layer."
        )
    elif run.operation.startswith("Relu") and (applies_softmax or _negative(run)):
        yield "A ReLU follows the last layer, so no output can be negative. Remove it."


def same_output(run: Run) -> Iterator[str]:
    """Report a network that ignores its input."""
    y = run.output
    inputs_differ = any(bool((t != t[:1]).any()) for t in floats(run.x) if t.dim())
    if y is not None and y.dim() > 1 and len(y) > 1 and (y == y[0]).all() and inputs_differ:
        yield (
            "The network gives the same output for every sample. Find the first layer whose "
            "outputs do not depend on the input."
        )


def _is_stretched(target: Tensor, output: Tensor) -> bool:
    """Return whether broadcasting makes the shapes of targets and outputs equal."""
    sizes = zip(reversed(target.shape), reversed(output.shape), strict=False)
    # If they do not fit, the loss function did something else with them.
    return target.shape != output.shape and all(a == b or 1 in (a, b) for a, b in sizes)


def _negative(run: Run) -> bool:
    target = run.target
    return isinstance(target, Tensor) and target.is_floating_point() and bool((target < 0).any())
