"""Handwritten digits, and the loss and scores of networks that choose among classes."""

import gzip
from importlib.resources import files

import torch
from torch import Tensor


def digits() -> list[tuple[Tensor, Tensor]]:
    """Return 1,797 handwritten digits as training, validation and test data.

    An image is eight rows of eight pixels, stored one row after another. A pixel is the share of
    dark dots in a block of the original scan, from 0 to 1.

    The split never changes. Of every ten images of a digit, in the order of the file, the first is
    for validation, the fifth and the last are for the test, and seven are for training. So each
    part has about as many of each digit, and all three have digits by the same 13 people.

    Returns:
        Three pairs: images, of shape `(N, 64)`, and their labels, as int64 and of shape `(N,)`.

    Examples:
        >>> from nnfp import digits
        >>> train, validation, test = digits()
        >>> [tuple(images.shape) for images, labels in (train, validation, test)]
        [(1257, 64), (185, 64), (355, 64)]

    Source:
        E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
        Repository (1998), under CC BY 4.0.
    """
    file = files("nnfp") / "data" / "digits.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    table = torch.tensor([[int(number) for number in line.split(",")] for line in lines])
    images, labels = table[:, :64] / 16, table[:, 64]
    # How many images of the same digit come before each image, in the order of the file.
    one_hot = torch.nn.functional.one_hot(labels)
    place = (one_hot.cumsum(0) * one_hot).sum(1) - 1
    in_test, in_validation = place % 5 == 4, place % 10 == 0
    parts = (~in_test & ~in_validation, in_validation, in_test)
    return [(images[part], labels[part]) for part in parts]


def softmax(input: Tensor, dim: int) -> Tensor:
    """Turn scores into probabilities, as [torch.nn.functional.softmax][] does.

    Args:
        input: The scores: floats of any shape.
        dim: The dimension of the classes.

    Returns:
        Numbers from 0 to 1 that add up to 1 along `dim`, in the shape of `input`.

    Raises:
        TypeError: If `input` holds whole numbers.

    Examples:
        >>> import torch
        >>> from nnfp import softmax
        >>> softmax(torch.tensor([[1000.0, 1000.0], [0.0, -1000.0]]), dim=1).tolist()
        [[0.5, 0.5], [1.0, 0.0]]
    """
    return log_softmax(input, dim).exp()


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithm of `softmax`, also of probabilities that are too small for a float.

    Args:
        input: The scores: floats of any shape.
        dim: The dimension of the classes.

    Returns:
        Numbers of 0 or less, in the shape of `input`.

    Raises:
        TypeError: If `input` holds whole numbers.

    Examples:
        >>> import torch
        >>> from nnfp import log_softmax
        >>> log_softmax(torch.tensor([0.0, -1000.0]), dim=0).tolist()
        [0.0, -1000.0]
    """
    if not input.is_floating_point():
        raise TypeError(f"expected scores that are floats, got {input.dtype}")
    # With the largest score subtracted, no power overflows. The result does not depend on what is
    # subtracted, so no gradient goes that way.
    shifted = input - input.amax(dim, keepdim=True).detach()
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def cross_entropy(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return minus the logarithm of the probability of the right class, averaged over the samples.

    It does what [torch.nn.functional.cross_entropy][] does for targets that are class indices,
    with its default arguments. But no index is ignored: a negative one is an error.

    Args:
        input: The scores (logits), not probabilities. Shape `(N, C)` for N samples and C classes,
            `(N, C, d1, …)` for several targets for each sample, or `(C,)` for one sample.
        target: The right classes, from 0 to C − 1, as int64. The shape of `input` without C.
        reduction: `"mean"`, `"sum"`, or `"none"` for the loss of each target.

    Returns:
        One number, or the shape of `target`.

    Raises:
        TypeError: If `target` is not int64, or `input` holds whole numbers.
        ValueError: If shapes do not match, or `reduction` is none of the three.
        IndexError: If a target is not a class.

    Examples:
        >>> import torch
        >>> from nnfp import cross_entropy
        >>> scores = torch.tensor([[0.0, 0.0], [-1000.0, 0.0]])
        >>> cross_entropy(scores, torch.tensor([0, 0]), reduction="none")
        tensor([6.9315e-01, 1.0000e+03])
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"expected mean, sum or none as the reduction, got {reduction!r}")
    dim = _class_dim(input, target)
    losses = -log_softmax(input, dim).gather(dim, target.unsqueeze(dim)).squeeze(dim)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


def accuracy(input: Tensor, target: Tensor) -> Tensor:
    """Return the share of targets whose class has the largest score.

    Args:
        input: The scores. For shapes, see [nnfp.classification.cross_entropy][].
        target: The right classes, as int64.

    Returns:
        One number from 0 to 1.

    Raises:
        TypeError: If `target` is not int64.
        ValueError: If shapes do not match.
        IndexError: If a target is not a class.

    Examples:
        >>> import torch
        >>> from nnfp import accuracy
        >>> scores = torch.tensor([[0.5, 2.0, -1.0], [3.0, 0.0, 0.0]])
        >>> accuracy(scores, torch.tensor([1, 2])).item()
        0.5
    """
    dim = _class_dim(input, target)
    return (input.argmax(dim) == target).float().mean()


def confusion(input: Tensor, target: Tensor) -> Tensor:
    """Count which classes are taken for which.

    Args:
        input: The scores. For shapes, see [nnfp.classification.cross_entropy][].
        target: The right classes, as int64.

    Returns:
        Shape `(C, C)`: a row is a right class, a column the class with the largest score.

    Raises:
        TypeError: If `target` is not int64.
        ValueError: If shapes do not match.
        IndexError: If a target is not a class.

    Examples:
        >>> import torch
        >>> from nnfp import confusion
        >>> scores = torch.tensor([[0.5, 2.0], [3.0, 0.0], [0.0, 1.0]])
        >>> confusion(scores, torch.tensor([1, 1, 1]))
        tensor([[0, 0],
                [1, 2]])
    """
    dim = _class_dim(input, target)
    classes = input.shape[dim]
    pairs = classes * target + input.argmax(dim)
    return pairs.flatten().bincount(minlength=classes**2).reshape(classes, classes)


def _class_dim(input: Tensor, target: Tensor) -> int:
    """Return the dimension of the classes; check that `target` has a class for each sample."""
    if target.dtype != torch.int64:
        raise TypeError(f"expected classes as targets, of dtype torch.int64, got {target.dtype}")
    dim = min(1, input.dim() - 1)
    if input.dim() == 0 or target.shape != input.shape[:dim] + input.shape[dim + 1 :]:
        raise ValueError(
            "expected scores of shape (N, C) and targets of shape (N,), "
            f"got {tuple(input.shape)} and {tuple(target.shape)}"
        )
    if target.is_cpu:  # An accelerator would have to wait for this check.
        wrong = target[(target < 0) | (target >= input.shape[dim])]
        if len(wrong):
            raise IndexError(f"expected classes from 0 to {input.shape[dim] - 1}, got {wrong[0]}")
    return dim
