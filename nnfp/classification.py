"""Handwritten digits, and what a network needs to choose among classes."""

import gzip
from importlib.resources import files

import torch
from torch import Tensor

Images = tuple[Tensor, Tensor]
"""Images and their labels: a float tensor of shape `(N, 64)` and an int64 tensor of shape `(N,)`."""


def digits() -> tuple[Images, Images, Images]:
    """Return 1,797 handwritten digits as training, validation and test data.

    Each image has 8 rows of 8 numbers, stored one row after another. A number is the share of dark
    pixels in a block of 4 × 4 of the original bitmap, from 0 to 1.

    The split never changes. Of every ten images of a digit, in the order of the file, the first is
    for validation, the fifth and the tenth are for the test, and seven are for training. So each
    part has about as many of each digit, and all three have digits by the same 13 people.

    Returns:
        Three pairs, each of images of shape `(N, 64)` and of their labels, the digits from 0 to 9,
        of shape `(N,)`.

    Examples:
        >>> from nnfp import digits
        >>> train, validation, test = digits()
        >>> [len(labels) for images, labels in (train, validation, test)]
        [1257, 185, 355]
        >>> images, labels = train
        >>> images.shape, labels[:5]
        (torch.Size([1257, 64]), tensor([0, 1, 2, 3, 4]))

    Source:
        E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
        Repository (1998), doi 10.24432/C50P49, CC BY 4.0.
    """
    file = files("nnfp") / "data" / "digits.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    table = torch.tensor([[int(number) for number in line.split(",")] for line in lines])
    images, labels = table[:, :64] / 16, table[:, 64]
    # How many images of the same digit come before each image, in the order of the file.
    one_hot = torch.nn.functional.one_hot(labels)
    place = (one_hot.cumsum(0) * one_hot).sum(1) - 1
    in_test, in_validation = place % 5 == 4, place % 10 == 0
    train, validation, test = (
        (images[chosen], labels[chosen])
        for chosen in (~in_test & ~in_validation, in_validation, in_test)
    )
    return train, validation, test
