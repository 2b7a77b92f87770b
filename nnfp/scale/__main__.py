"""Train on several processes: `torchrun --standalone --nproc-per-node 2 -m nnfp.scale`."""

import os
import sys

from nnfp.scale.command import main

if __name__ == "__main__":
    status: object = 0
    try:
        main()
    except SystemExit as stop:
        status = stop.code
    # When Python cleans up, it waits for threads of Gloo that wait for other processes. After FSDP,
    # a cache in PyTorch keeps them alive even after a good end, and they crash some of the runs.
    # Everything is written by now, so leave without cleaning up.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else status is not None)
