"""Measure one layer, `A = σ(Z Wᵀ + b)`, computed in seven ways, and the limits of the machine.

`python -m nnfp.speed` measures them on your machine; `--help` lists its options.
"""

from nnfp.speed.command import main
from nnfp.speed.files import read
from nnfp.speed.machine import choose_device, precisions_on, processor_peak
from nnfp.speed.measuring import measure
from nnfp.speed.merge import fastest
from nnfp.speed.report import ladder, plot, roofline, table
from nnfp.speed.results import BACKWARD, FORWARD, Measurements, Timing, Training
from nnfp.speed.rungs import (
    RUNGS,
    compiled,
    dot_products,
    f_linear,
    matrix_product,
    nnfp_linear,
    row_by_row,
    three_loops,
)
from nnfp.speed.settings import COPY_SIZES
from nnfp.speed.steps import STEPS, record, training_step

__all__ = [
    "BACKWARD",
    "COPY_SIZES",
    "FORWARD",
    "RUNGS",
    "STEPS",
    "Measurements",
    "Timing",
    "Training",
    "choose_device",
    "compiled",
    "dot_products",
    "f_linear",
    "fastest",
    "ladder",
    "main",
    "matrix_product",
    "measure",
    "nnfp_linear",
    "plot",
    "precisions_on",
    "processor_peak",
    "read",
    "record",
    "roofline",
    "row_by_row",
    "table",
    "three_loops",
    "training_step",
]
