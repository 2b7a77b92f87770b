"""Neural networks from first principles: the finished code of the tutorial's pages."""

# `neuron`, the function, is not imported here: it would hide the module `nnfp.neuron`.
from nnfp.batch import all_at_once, one_at_a_time
from nnfp.classification import (
    accuracy,
    confusion,
    cross_entropy,
    digits,
    log_softmax,
    softmax,
)
from nnfp.debugging import diagnose
from nnfp.gradient import Value, linear_backward, numerical_gradient
from nnfp.initialization import (
    kaiming_normal_,
    kaiming_uniform_,
    torch_default_,
    xavier_normal_,
    xavier_uniform_,
)
from nnfp.layer import MLP, Linear, Net
from nnfp.momentum import SGD, Adam, AdamW
from nnfp.neuron import relu
from nnfp.optimizer import Solved
from nnfp.training import evaluate, fit

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Linear",
    "Net",
    "Solved",
    "Value",
    "accuracy",
    "all_at_once",
    "confusion",
    "cross_entropy",
    "diagnose",
    "digits",
    "evaluate",
    "fit",
    "kaiming_normal_",
    "kaiming_uniform_",
    "linear_backward",
    "log_softmax",
    "numerical_gradient",
    "one_at_a_time",
    "relu",
    "softmax",
    "torch_default_",
    "xavier_normal_",
    "xavier_uniform_",
]
__version__ = "0.4.0"
