"""Find out why a network does not learn: one batch, one step, and what is out of the ordinary."""

from nnfp.debugging.diagnosis import Diagnosis, LayerRow, ParameterRow, diagnose

__all__ = ["Diagnosis", "LayerRow", "ParameterRow", "diagnose"]
