"""Read the newest checkpoint in a folder, for the tests."""

import tempfile
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save


def numbers(folder: Path) -> dict[str, Any]:
    """Return the parameters and the state of the optimizer, as whole tensors, by their names."""
    (newest,) = folder.glob("step-*")
    with tempfile.NamedTemporaryFile() as file:
        dcp_to_torch_save(newest, file.name)
        saved = torch.load(file.name, weights_only=False)
    return {"model": saved["model"], "optimizer": saved["optimizer"]["state"]}
