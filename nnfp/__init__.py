"""Neural networks from first principles: the finished code of the tutorial's pages."""

# `neuron`, the function, is not imported here: it would hide the module `nnfp.neuron`.
from nnfp.batch import all_at_once, one_at_a_time
from nnfp.debugging import diagnose
from nnfp.gradient import Value, linear_backward, numerical_gradient
from nnfp.layer import MLP, Linear, Net
from nnfp.neuron import relu
from nnfp.optimizer import Solved
from nnfp.training import fit

__all__ = [
    "MLP",
    "Linear",
    "Net",
    "Solved",
    "Value",
    "all_at_once",
    "diagnose",
    "fit",
    "linear_backward",
    "numerical_gradient",
    "one_at_a_time",
    "relu",
]
__version__ = "0.2.0"
