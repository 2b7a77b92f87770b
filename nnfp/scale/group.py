"""Check that a program runs as one of several ranks."""

import torch.distributed as dist

# Its functions have the process group as a default argument, the one that there is when it is
# imported. Making a DistributedDataParallel imports it. If there is a group by then, the threads of
# that group outlive destroy_process_group(), and sometimes abort the process at its end. Imported
# here, before any group is there, it keeps none.
import torch.distributed.nn  # noqa: F401


def check_process_group() -> None:
    """Raise a RuntimeError if there is no process group, over which ranks exchange numbers."""
    if not dist.is_initialized():
        raise RuntimeError(
            "expected a process group, got none: start the program with torchrun, and call "
            "torch.distributed.init_process_group() first"
        )
