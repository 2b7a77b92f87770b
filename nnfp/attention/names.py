"""Turn names into inputs and targets for a transformer, and load one trained on them."""

import json
from collections.abc import Sequence
from importlib.resources import files
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the usual name)

from nnfp.attention.transformer import Transformer
from nnfp.letters import windows


def sequences(names: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Turn each name into a row of questions, one for each letter, and a row of their answers.

    Args:
        names: Names of the letters a to z.

    Returns:
        The letters of each name after a dot, and for each of them the letter that follows: both as
            whole numbers of shape `(N, n)`, where n is one more than the length of the longest
            name. Shorter names are padded, with dots in the first tensor and −100 in the second,
            which [torch.nn.functional.cross_entropy][] ignores.

    Raises:
        ValueError: If there is no name, or a name has another character.
        TypeError: If `names` is one name instead of several.

    Examples:
        >>> from nnfp.attention import sequences
        >>> x, target = sequences(["al", "bo"])
        >>> x.tolist(), target.tolist()
        ([[0, 1, 12], [0, 2, 15]], [[1, 12, 0], [2, 15, 0]])
    """
    letters, answers = windows(names, size=1)
    *ends, _ = accumulate(len(name) + 1 for name in names)
    pad = nn.utils.rnn.pad_sequence
    x = pad(list(letters.flatten().tensor_split(ends)), batch_first=True)
    target = pad(list(answers.tensor_split(ends)), batch_first=True, padding_value=-100)
    return x, target


def letter_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Return the mean cross-entropy of all letters that have an answer.

    Args:
        logits: Shape `(N, n, 27)`.
        target: The answers, of shape `(N, n)`, as [nnfp.attention.sequences][] returns them.

    Examples:
        >>> import torch
        >>> from nnfp.attention import letter_loss, sequences
        >>> x, target = sequences(["al", "mary"])
        >>> print(f"{letter_loss(torch.zeros(2, 5, 27), target).item():.2f}")
        3.30
    """
    return F.cross_entropy(logits.mT, target)


def trained_transformer() -> Transformer:
    """Return a transformer that `benchmarks/attention.py` has trained on the names.

    Each call returns a new copy.
    """
    net = Transformer()
    text = (files("nnfp") / "data/transformer.json").read_text(encoding="utf-8")
    # Whole numbers, to keep the file small: each weight is a multiple of 1/256.
    net.load_state_dict({name: torch.tensor(w) / 256 for name, w in json.loads(text).items()})
    return net
