"""Fresh kernels that need not load torch: each is a copy of a process that has loaded it.

To load it takes longer than to run a page's notebook.
"""

import multiprocessing
import os
import sys
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

# The process that is copied loads this and runs nothing, so a kernel finds nothing of another's.
# The last is torch with what its optimizers load when the first of them is made.
LOADED = ["ipykernel.kernelapp", "matplotlib.figure", "torch._dynamo"]
# Only on Linux can a process with such libraries be copied: elsewhere, Jupyter begins a new one.
COPIES = multiprocessing.get_context("forkserver") if sys.platform == "linux" else None


def serve_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be a kernel, in a folder, for as long as the process that was copied is there."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    IPKernelApp.launch_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


class Copy(LocalProvisioner):
    """Begins a kernel as a copy, where Jupyter would begin a new Python."""

    process: Any

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        COPIES.set_forkserver_preload(LOADED)
        self.process = COPIES.Process(
            target=serve_kernel, args=(arguments, options["cwd"], options["env"])
        )
        self.process.start()
        return self.connection_info

    async def poll(self) -> int | None:
        return self.process.exitcode

    async def wait(self) -> int | None:
        self.process.join()
        code, self.process = self.process.exitcode, None
        return code

    async def send_signal(self, signum: int) -> None:
        os.kill(self.process.pid, signum)


class Manager(AsyncKernelManager):
    """What nbclient asks for a kernel."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if COPIES:
            self.provisioner = Copy(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
