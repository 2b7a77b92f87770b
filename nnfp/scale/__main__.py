"""Train on several processes: `torchrun --standalone --nproc-per-node 2 -m nnfp.scale`."""

import os
import sys

from nnfp.scale.command import main

if __name__ == "__main__":
    main()
    # After FSDP, a cache in PyTorch keeps the threads of Gloo alive, and in some runs they crash
    # Python when it cleans up. Everything is written by now, so leave without cleaning up.
    sys.stdout.flush()
    os._exit(0)
