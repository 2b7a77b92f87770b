"""The rules about connections: registered layers, the optimizer, autograd's record."""

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from nnfp.debugging.contents import parameters_of, unregistered
from nnfp.debugging.measure import Run


def some(names: Sequence[str], shown: int = 3) -> str:
    """List the first names, and count the others."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def lost_layers(run: Run) -> Iterator[str]:
    """Report layers and parameters that the network does not know about."""
    for name, value, count in unregistered(run.net):
        if isinstance(value, Tensor):
            yield (
                f"{name} is a plain tensor: no optimizer finds it, and it is not saved or moved. "
                "Make it an nn.Parameter if it is to be trained, otherwise call register_buffer."
            )
        else:
            holder = "nn.ModuleDict" if isinstance(value, Mapping) else "nn.ModuleList"
            yield (
                f"{name} is a plain {type(value).__name__}, so the network does not find the "
                f"{count} parameters in it: they are not trained, saved or moved. Use {holder} for "
                "layers and nn.ParameterList for parameters."
            )


def what_the_optimizer_holds(run: Run) -> Iterator[str]:
    """Report parameters that the optimizer does not hold, and frozen ones."""
    parameters = dict(run.net.named_parameters())
    frozen = [name for name, p in parameters.items() if not p.requires_grad]
    if frozen:
        yield (
            f"requires_grad is False for {some(frozen)}, so they stay as they are. If you did not "
            "freeze them on purpose, call requires_grad_()."
        )
    if run.optimizer is None:
        return
    held = parameters_of(run.optimizer)
    trained = [name for name in parameters if name not in frozen]
    missing = [name for name in trained if id(parameters[name]) not in held]
    if trained and len(missing) == len(trained):
        yield (
            "The optimizer holds none of the network's parameters. Create it from net.parameters()."
        )
    elif missing:
        yield (
            f"The optimizer does not hold {some(missing)}. Create it from net.parameters(), after "
            "all layers."
        )


def modes(run: Run) -> Iterator[str]:
    """Report dropout and normalization in evaluation mode."""
    names = [
        f"{name} ({type(module).__name__})"
        for name, module in run.net.named_modules()
        if isinstance(module, _NormBase | _DropoutNd) and not module.training
    ]
    if names:
        yield (
            f"In evaluation mode: {some(names)}. Call net.train() before training, and net.eval() "
            "only to predict."
        )


def hooks_that_did_not_run(run: Run) -> Iterator[str]:
    """Report modules whose hooks were skipped."""
    for name, module in run.net.named_modules():
        if name not in run.seen and (module._forward_hooks or module._forward_pre_hooks):
            yield (
                f"{name} ({type(module).__name__}) has hooks, but they did not run. If you call "
                f"{name}.forward(x), call {name}(x) instead."
            )


def parameters_without_gradient(run: Run) -> Iterator[str]:
    """Report parameters on which the loss does not depend, and where the record is cut."""
    unused: list[str] = []
    inside: list[str] = []
    after: list[str] = []
    for name, p in run.net.named_parameters():
        if not p.requires_grad or run.gradients[name] is not None:
            continue
        owner = name.rpartition(".")[0]
        if owner not in run.seen:
            unused.append(name)
        elif _is_cut_inside(run, owner):
            inside.append(name)
        else:
            after.append(name)
    if unused:
        yield (
            f"{some(unused)}: no gradient, because the layer was not called. Call it in forward, "
            "or remove it."
        )
    if inside:
        yield (
            f"{some(inside)}: no gradient, although the layer ran. Its forward does not use it, or "
            "only through .data, .detach(), .item(), NumPy or torch.no_grad(). Use it directly."
        )
    if after:
        ran = [name for name in run.seen if name in {n.rpartition(".")[0] for n in after}]
        yield (
            f"{some(after)}: no gradient, because autograd's record is cut after "
            f"{run.seen[ran[-1]].label}. Look there for .data, .detach(), .item(), argmax, NumPy "
            "or torch.no_grad(), and remove it."
        )


def _is_cut_inside(run: Run, owner: str) -> bool:
    """Return whether a layer's forward cuts the record: of its output, or of one parameter."""
    own = run.seen[owner].module._parameters
    names = [f"{owner}.{name}" if owner else name for name in own]
    found = any(run.gradients.get(name) is not None for name in names)
    return not run.seen[owner].recorded or found
