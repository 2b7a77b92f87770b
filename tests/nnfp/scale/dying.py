"""The command `nnfp.scale`, in which two processes kill themselves, for a test.

When `torchrun` starts it for the first time, rank 1 dies while it writes the checkpoint of step 40.
When `torchrun` starts it again, rank 0 dies after step 45.
"""

import os
import signal
from typing import Any

from torch.distributed.checkpoint.filesystem import FileSystemWriter

from nnfp.scale import checkpoint, command, train
from nnfp.scale.processes import rank

# Without torchrun, this file is imported in search of examples.
START = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingWriter(FileSystemWriter):
    """Kills rank 1 when its share of step 40 is written, but not the list of what is where."""

    def write_data(self, *arguments: Any) -> Any:
        future = super().write_data(*arguments)
        if rank() == 1 and START == 0 and "step-40" in str(self.path):
            future.wait()
            die()
        return future


class DyingSteps:
    """Take steps, and kill rank 0 after step 45, as the second start continues from step 20."""

    def __init__(self) -> None:
        self.take_step = train.take_step
        self.taken = 20

    def __call__(self, *arguments: Any) -> None:
        self.take_step(*arguments)
        self.taken += 1
        if rank() == 0 and START == 1 and self.taken == 45:
            die()


if __name__ == "__main__":
    setattr(checkpoint, "FileSystemWriter", DyingWriter)  # noqa: B010
    train.take_step = DyingSteps()  # type: ignore[assignment]
    command.main()
