"""The init function of a layer: called with a check, and kept when the layer is pickled."""

import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import torch
from torch import Tensor


class Filler:
    """Fills a weight with an init function.

    A layer that holds its init function through this class can be pickled even if the function
    cannot, as with a lambda. The copy then raises an error when it has to fill a weight.
    """

    def __init__(self, init: Callable[[Tensor], object]) -> None:
        self.init = init

    @torch.no_grad()
    def __call__(self, weight: Tensor) -> None:
        """Fill `weight` in place, or leave it unchanged and raise an error.

        Raises:
            ValueError: If the init function does not set every entry to a number.
        """
        # Entries that are still nan afterwards show that init did not fill its argument.
        filled = torch.full_like(weight, torch.nan)
        self.init(filled)
        with suppress(RuntimeError):  # raised where there are no values: on the meta device
            if filled.isnan().any():
                raise ValueError(
                    "expected init to fill the weight in place with numbers, as "
                    "torch.nn.init.ones_ does, but it left some entries unset or nan"
                )
        weight.copy_(filled)

    def __deepcopy__(self, memo: object) -> Self:
        """Return the same object, because copying through `__reduce__` would lose a lambda."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Replace an init function that cannot be pickled."""
        try:
            pickle.dumps(self.init)
        except (pickle.PicklingError, AttributeError, TypeError):
            return Filler, (_lost,)
        return Filler, (self.init,)


def _lost(weight: Tensor) -> None:
    raise RuntimeError(
        "expected an init function, but this layer comes from a pickle, which cannot hold a lambda "
        "or a local function: fill layer.weight yourself, or make a new layer"
    )
