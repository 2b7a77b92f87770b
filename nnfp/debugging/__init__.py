"""Find out why a network does not learn: one batch, one step, and what is out of the ordinary."""

from nnfp.debugging.diagnosis import Diagnosis, LayerRow, ParameterRow, diagnose

# In the order of the API page.
__all__ = ["diagnose", "Diagnosis", "LayerRow", "ParameterRow"]  # noqa: RUF022
