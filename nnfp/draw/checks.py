"""Checks that several figures share; each raises an error that says what was expected."""

from torch import Tensor


def check_count(name: str, count: int, most: int) -> None:
    """Check that a figure has room for `count` of the things called `name`."""
    if not 1 <= count <= most:
        raise ValueError(f"expected 1 to {most} {name} in a picture, got {count}")


def check_sample(x: Tensor) -> None:
    """Check that `x` is one sample: one row of inputs."""
    if x.dim() != 1:
        raise ValueError(f"expected one sample of shape (in_features,), got shape {tuple(x.shape)}")


def check_batch(x: Tensor) -> None:
    """Check that `x` is a mini-batch: one row of inputs for each sample."""
    if x.dim() != 2:
        raise ValueError(
            f"expected a mini-batch of shape (batch, in_features), got shape {tuple(x.shape)}"
        )


def check_words(name: str, words: object, most: int) -> None:
    """Check that `words` is text that fits in its place in a figure."""
    if not isinstance(words, str):
        raise TypeError(f"expected text as {name}, got {words!r}")
    if len(words) > most or not words.isprintable():
        raise ValueError(f"expected {name} of at most {most} printable characters, got {words!r}")


def check_matplotlib() -> None:
    """Check that Matplotlib, an optional dependency, is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        message = "expected Matplotlib, which draws the plots: pip install matplotlib"
        raise ImportError(message) from error
