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
from nnfp.debugging.contents import is_clean, parameters_of
from nnfp.debugging.data import inputs, outputs, same_output, targets
from nnfp.debugging.measure import Run
from nnfp.debugging.thresholds import (
    DEAD_SHARE,
    GRADIENT_SPREAD,
    LEARNED,
    LOSS_FACTOR,
    RISE,
    SLOPE,
    SMALL_STEP,
)


def findings(run: Run) -> list[str]:
    """Apply all rules, those about causes first."""
    rules: tuple[Callable[[Run], Iterator[str]], ...] = (
        _not_finite,
        lost_layers,
        what_the_optimizer_holds,
        modes,
        hooks_that_did_not_run,
        inputs,
        targets,
        outputs,
        parameters_without_gradient,
        _dead_or_zero,
        _spread,
        _loss,
        _step,
    )
    found = [finding for rule in rules for finding in rule(run)]
    # Most other findings explain this one.
    return found or list(same_output(run))


def _not_finite(run: Run) -> Iterator[str]:
    if not is_clean(run.x):
        yield "The inputs contain nan or infinity. Clean the data first."
        return
    for name, parameter in run.net.named_parameters():
        if not parameter.isfinite().all():
            yield (
                f"{name} already contains nan or infinity. Start again from a fresh network, and "
                "diagnose it before the first nan."
            )
            return
    bad = [n for n, g in run.gradients.items() if g is not None and not g.isfinite().all()]
    if math.isfinite(run.loss) and not bad:
        return
    for seen in run.seen.values():
        if not seen.given_clean:
            yield (
                f"nan or infinity first appears in the input of {seen.label}: look at what is "
                "computed right before it."
            )
            return
        if not seen.clean:
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
    yield (
        f"The loss is finite, but the gradient of {some(bad)} is not. Look for a square root or "
        "norm at 0, or a division by 0 whose result is thrown away."
    )


def dead_units(run: Run, name: str) -> Tensor | None:
    """Return which units of a layer were never above 0 and get no gradient, or `None`."""
    seen = run.seen[name]
    gradients = [run.gradients.get(f"{name}.{kind}".lstrip(".")) for kind in ("weight", "bias")]
    if gradients[0] is None or seen.positive is None:
        return None
    dead = ~seen.positive
    for gradient in gradients:
        if gradient is not None and gradient.shape[:1] == dead.shape:
            dead &= (gradient.reshape(len(dead), -1) == 0).all(1)
    return dead


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
            f"Dead units in {seen.label}: {int(dead.sum())} of {len(dead)}. No sample makes them "
            "positive, and they get no gradient. Use a smaller learning rate, or start again with "
            "another seed or initialization."
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
    too_large = run.guess is not None and 0 < LOSS_FACTOR * run.guess < run.loss
    if too_large and not any(inputs(run)):
        yield (
            f"The loss is {run.loss:.3g}, but answering 0 everywhere would give {run.guess:.3g}. A "
            "fresh network should start near that: make its last layer's weights smaller, and "
            "check inputs and targets."
        )


def _step(run: Run) -> Iterator[str]:
    if run.steps is None or run.loss_after is None:
        return
    held = parameters_of(run.optimizer)
    ratios = {
        name: (run.steps[name].norm() / parameter.detach().norm()).item()
        for name, parameter in run.net.named_parameters()
        if parameter.dim() > 1
        and parameter.any()
        and id(parameter) in held
        # A gradient of 0 is another finding.
        and (gradient := run.gradients[name]) is not None
        and gradient.any()
    }
    # A gradient that is not finite is another finding.
    if not ratios or any(map(math.isnan, ratios.values())):
        return
    name = max(ratios, key=ratios.__getitem__)
    # Next to the minimum, steps are so small that the loss changes by rounding only.
    rise = run.loss_after - run.loss
    rises = rise > (RISE - 1) * abs(run.loss) and ratios[name] > SMALL_STEP
    if rises or (math.isfinite(run.loss) and not math.isfinite(run.loss_after)):
        yield (
            f"One step makes the loss of the same batch larger: from {run.loss:.3g} to "
            f"{run.loss_after:.3g}. It changes {name} by {ratios[name]:.2g} times its size. Use a "
            "smaller learning rate, for example a tenth of it."
        )
    if ratios[name] < SMALL_STEP and run.loss > LEARNED * (run.guess or 0) and _is_steep(run, name):
        yield (
            f"The step is tiny: it changes {name} by {ratios[name]:.2g} times its size, and no "
            "weight by more. Use a larger learning rate."
        )


def _is_steep(run: Run, name: str) -> bool:
    gradient, parameter = run.gradients[name], run.net.get_parameter(name)
    assert gradient is not None
    return bool(gradient.norm() * parameter.detach().norm() > SLOPE * run.loss)
