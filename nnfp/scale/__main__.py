"""Train on several processes: `torchrun --standalone --nproc-per-node 2 -m nnfp.scale`."""

import os
import sys

from nnfp.scale.command import main

if __name__ == "__main__":
    status = 0
    try:
        main()
    except SystemExit as stop:
        status = int(stop.code or 0)
    # At exit, Python waits for threads of Gloo, which wait for other processes. After FSDP, a cache
    # in PyTorch keeps these threads alive even after a successful run, and some runs crash.
    # Everything is written by now, so skip the cleanup.
    sys.stdout.flush()
    os._exit(status)
