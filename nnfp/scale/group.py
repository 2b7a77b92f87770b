"""Check that a program runs as one of several ranks."""

import torch.distributed as dist

# Importing this module stores the current process group as a default argument of its functions.
# DistributedDataParallel imports it. If a group exists by then, its threads outlive
# destroy_process_group() and sometimes abort the process at exit. So it is imported here, before
# there is a group.
import torch.distributed.nn  # noqa: F401


def check_process_group() -> None:
    """Raise a RuntimeError if there is no process group, over which ranks exchange numbers."""
    if not dist.is_initialized():
        raise RuntimeError(
            "expected a process group, got none: start the program with torchrun, and call "
            "torch.distributed.init_process_group() first"
        )
