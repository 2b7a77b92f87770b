"""Training on several processes at once."""

from nnfp.scale.average import average_gradients
from nnfp.scale.cost import Link, all_reduce_seconds, ring_bytes, step_seconds
from nnfp.scale.printing import print_in_order

# In the order of the API page.
__all__ = [
    "Link",
    "all_reduce_seconds",
    "average_gradients",
    "print_in_order",
    "ring_bytes",
    "step_seconds",
]
