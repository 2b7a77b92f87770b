"""Training on several processes at once."""

from nnfp.scale.average import average_gradients
from nnfp.scale.cost import Link, ring_bytes, ring_seconds, step_seconds
from nnfp.scale.printing import print_in_order

# In the order of the API page.
__all__ = [  # noqa: RUF022
    "average_gradients",
    "print_in_order",
    "Link",
    "ring_bytes",
    "ring_seconds",
    "step_seconds",
]
