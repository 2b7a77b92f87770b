"""The rules that turn measurements into findings: each names a place and says what to do."""

import math
from collections.abc import Callable, Iterator

from torch import Tensor

from nnfp.debugging.connections import (
    hooks_that_did_not_run,
    lost_layers,
    modes,
    parameters_without_gradient,
    some,
    what_the_optimizer_holds,
)
from nnfp.debugging.contents import floats
from nnfp.debugging.measure import Run

INPUT_SIZE = 10.0
"""Larger means or deviations of inputs are reported: the initializations assume about 0 and 1, and
the largest learning rate shrinks with the square of the inputs' size."""
LOSS_FACTOR = 3.0
"""A loss this many times that of answering 0 is reported: a fresh network should start near it."""
DEAD_SHARE = 0.5
"""From this share of dead units on, a layer is reported. Some are normal: PyTorch's default leaves
39 % of neurons dead on positive inputs."""
RISE = 1.1
"""A step that multiplies the loss of its own batch by this is reported: it should fall."""
SMALL_STEP = 1e-5
"""If every step is smaller than this part of its parameter, the learning rate is reported. The
notes of CS231n suggest about 0.001."""
GRADIENT_SPREAD = 1e4
"""Gradients of weights that differ by more than this factor are reported: no single learning rate
fits both."""


def findings(run: Run) -> list[str]:
    """Apply all rules, those about causes first."""
    rules: tuple[Callable[[Run], Iterator[str]], ...] = (
        _not_finite,
        lost_layers,
        what_the_optimizer_holds,
        modes,
        hooks_that_did_not_run,
        _inputs,
        _targets,
        _outputs,
        parameters_without_gradient,
        _dead_or_zero,
        _spread,
        _loss,
        _step,
    )
    return [finding for rule in rules for finding in rule(run)]


def _not_finite(run: Run) -> Iterator[str]:
    if any(not t.isfinite().all() for t in floats(run.x)):
        yield "The inputs contain nan or infinity. Clean the data first."
        return
    for name, parameter in run.net.named_parameters():
        if not parameter.isfinite().all():
            yield (
                f"{name} already contains nan or infinity. Start again from a fresh network, and "
                "diagnose it before the first nan."
            )
            return
    for seen in run.seen.values():
        if not seen.given_finite:
            yield (
                f"nan or infinity first appears in the input of {seen.label}: look at what is "
                "computed right before it."
            )
            return
        if not seen.finite:
            yield (
                f"nan or infinity first appears in the output of {seen.label}. Its input is "
                "finite: look for a division by 0, the logarithm of 0, or exp of a large number."
            )
            return
    if not math.isfinite(run.loss):
        yield (
            f"The loss is {run.loss}, but all outputs are finite. Look at the loss function and "
            "the targets."
        )
        return
    bad = [n for n, g in run.gradients.items() if g is not None and not g.isfinite().all()]
    if bad:
        yield (
            f"The loss is finite, but the gradient of {some(bad)} is not. Look for a square root "
            "or norm at 0, or a division by 0 whose result is thrown away."
        )


def _inputs(run: Run) -> Iterator[str]:
    for tensor in floats(run.x):
        mean, std = tensor.mean().item(), tensor.std(correction=0).item()
        if max(abs(mean), std) > INPUT_SIZE:
            yield (
                f"The inputs have the mean {mean:.3g} and the standard deviation {std:.3g}. "
                "Standardize them: subtract the mean of the training data, and divide by its "
                "standard deviation."
            )


def _targets(run: Run) -> Iterator[str]:
    target, output = run.target, run.output
    if not isinstance(target, Tensor) or output is None:
        return
    same_size = target.numel() == output.numel()
    if target.shape != output.shape and (target.is_floating_point() or same_size):
        shape = tuple(output.shape)
        cure = f"Use target.reshape{shape}." if same_size else "Make the shapes equal."
        yield (
            f"The outputs have the shape {shape}, the targets {tuple(target.shape)}. The loss may "
            f"stretch them and compare each output with each target. {cure}"
        )
    if not target.is_floating_point() and len(target) > 7 and (target == target[0]).all():
        yield (
            f"All {len(target)} targets of this batch are {target[0].tolist()}. Shuffle the data, "
            "so that each batch is a mixture."
        )


def _outputs(run: Run) -> Iterator[str]:
    y = run.output
    if y is None or not y.isfinite().all():
        return
    if y.dim() > 1 and len(y) > 1 and (y == y[0]).all() and not _alike(run.x):
        yield (
            "The network gives the same output for every sample. Find the first layer whose "
            "outputs do not depend on the input."
        )
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
    elif (
        (y >= 0).all() and (y == 0).any() and (y > 0).any() and (applies_softmax or _negative(run))
    ):
        yield (
            "No output is negative, and some are exactly 0: a ReLU follows the last layer. Remove "
            "it, so that outputs can be negative."
        )


def _alike(x: object) -> bool:
    return all(bool((t == t[:1]).all()) for t in floats(x) if t.dim())


def _negative(run: Run) -> bool:
    target = run.target
    return isinstance(target, Tensor) and target.is_floating_point() and bool((target < 0).any())


def dead_units(run: Run, name: str) -> Tensor | None:
    """Return which units of a layer were never above 0 and get no gradient, or `None`."""
    seen = run.seen[name]
    gradient = run.gradients.get(f"{name}.weight" if name else "weight")
    if gradient is None or seen.positive is None:
        return None
    return ~seen.positive & (gradient.flatten(1) if gradient.dim() > 1 else gradient[:, None]).eq(
        0
    ).all(1)


def _dead_or_zero(run: Run) -> Iterator[str]:
    if run.loss == 0:
        return
    explained: set[str] = set()
    for name, seen in run.seen.items():
        dead = dead_units(run, name)
        if dead is None or dead.float().mean() < DEAD_SHARE:
            continue
        explained |= {f"{name}.{p}" if name else p for p in seen.module._parameters}
        yield (
            f"In {seen.label}, {int(dead.sum())} of {len(dead)} units are dead: no sample makes "
            "them positive, and they get no gradient. Use a smaller learning rate, or start again "
            "with another seed or initialization."
        )
    zero = [n for n, g in run.gradients.items() if g is not None and not g.any()]
    if left := [n for n in zero if n not in explained]:
        yield (
            f"The gradient of {some(left)} is exactly 0. Something after it multiplies by 0: dead "
            "units, or weights that are all 0."
        )


def _spread(run: Run) -> Iterator[str]:
    sizes = {
        name: gradient.square().mean().sqrt().item()
        for name, gradient in run.gradients.items()
        if gradient is not None and gradient.dim() > 1 and gradient.any()
    }
    if sizes and all(map(math.isfinite, sizes.values())):
        low, high = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
        if sizes[high] > GRADIENT_SPREAD * sizes[low]:
            yield (
                f"The gradient of {low} is {sizes[high] / sizes[low]:.2g} times smaller than that "
                f"of {high}: it vanishes on the way back. Change the initialization, or add "
                "normalization or residual connections."
            )


def _loss(run: Run) -> Iterator[str]:
    if run.guess is not None and 0 < LOSS_FACTOR * run.guess < run.loss:
        yield (
            f"The loss is {run.loss:.3g}, but answering 0 everywhere would give {run.guess:.3g}. A "
            "fresh network should start near that: make its last layer's weights smaller, and "
            "check inputs and targets."
        )


def _step(run: Run) -> Iterator[str]:
    if run.steps is None or run.loss_after is None:
        return
    ratios = {
        name: (run.steps[name].norm() / parameter.detach().norm()).item()
        for name, parameter in run.net.named_parameters()
        if parameter.dim() > 1 and parameter.any()
    }
    if not ratios:
        return
    name = max(ratios, key=ratios.__getitem__)
    if run.loss_after > RISE * run.loss or (
        math.isfinite(run.loss) and not math.isfinite(run.loss_after)
    ):
        yield (
            f"One step makes the loss of its own batch larger: from {run.loss:.3g} to "
            f"{run.loss_after:.3g}. It changes {name} by {ratios[name]:.2g} times its size. Use a "
            "smaller learning rate, for example a tenth of it."
        )
    moved = any(g is not None and g.any() for g in run.gradients.values())
    if moved and ratios[name] < SMALL_STEP:
        yield (
            f"The step is tiny: it changes {name} by {ratios[name]:.2g} times its size, and no "
            "weight by more. Use a larger learning rate."
        )
