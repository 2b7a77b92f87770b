"""Check that a program runs as one of several ranks."""

import torch.distributed as dist


def check_process_group() -> None:
    """Raise a RuntimeError if there is no process group, over which ranks exchange numbers."""
    if not dist.is_initialized():
        raise RuntimeError(
            "expected a process group, got none: start the program with torchrun, and call "
            "torch.distributed.init_process_group() first"
        )
