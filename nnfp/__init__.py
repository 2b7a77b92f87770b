"""Neural networks from first principles: the finished code of the tutorial's pages."""

# `neuron`, the function, is not imported here: it would hide the module `nnfp.neuron`.
from nnfp.batch import all_at_once, one_at_a_time
from nnfp.layer import MLP, Linear, Net
from nnfp.neuron import relu
from nnfp.optimizer import Solved, fit

__all__ = [
    "MLP",
    "Linear",
    "Net",
    "Solved",
    "all_at_once",
    "fit",
    "one_at_a_time",
    "relu",
]
__version__ = "0.2.0"
