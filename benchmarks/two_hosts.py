"""Train on two hosts, and compare the result with that of two processes on one host.

python -m benchmarks.two_hosts

Each host is a network namespace of Linux: it has its own network devices and addresses, and
reaches the other one only by a virtual cable, a pair of *veth* devices. It needs root and the
command `ip`, prints both results, and removes what it made.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.killed import numbers, same
from pages.project import ROOT

LONGEST = 600  # seconds after which a run is taken to hang
PORT = 29400


@dataclass(frozen=True)
class Host:
    """A network namespace, its network device, and the address of that."""

    name: str
    device: str
    address: str


def ip(*words: str) -> None:
    """Run the command `ip`, or raise an OSError with what it says."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def two_hosts() -> Iterator[list[Host]]:
    """Make two hosts with a cable between them, and remove them at the end.

    Raises:
        OSError: If this machine does not allow it.
    """
    pid = os.getpid()
    hosts = [Host(f"nnfp-{pid}-{i}", f"nnfp{pid % 100000}{i}", f"10.77.0.{i}") for i in (1, 2)]
    with ExitStack() as stack:
        for host in hosts:
            ip("netns", "add", host.name)
            # The devices in it are removed with it.
            stack.callback(ip, "netns", "delete", host.name)
        first, second = hosts
        cable = ("link", "add", first.device, "netns", first.name, "type", "veth")
        ip(*cable, "peer", "name", second.device, "netns", second.name)
        for host in hosts:
            ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", host.device)
            ip("-n", host.name, "link", "set", host.device, "up")
            ip("-n", host.name, "link", "set", "lo", "up")
        yield hosts


def start(
    before: list[str], options: list[str], folder: Path, **more: str
) -> "subprocess.Popen[str]":
    """Start to train."""
    torchrun = [*before, sys.executable, "-m", "torch.distributed.run", *options]
    train = ["-m", "nnfp.scale", "--model", "names", "--epochs", "2"]
    return subprocess.Popen(
        [*torchrun, *train, "--save-every", "50", "--checkpoint", str(folder)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # on a host without a name, torchrun warns of that
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> str:
    """Wait for the end of a run, and return its output."""
    output, problems = process.communicate(timeout=LONGEST)
    if process.returncode:
        raise RuntimeError(problems)
    return output


def train_on_two_hosts(hosts: list[Host], folder: Path) -> list[str]:
    """Return what one process on each of two hosts prints."""
    meet = ["--master-addr", hosts[0].address, "--master-port", str(PORT)]
    processes = [
        start(
            ["ip", "netns", "exec", host.name],
            ["--nnodes", "2", "--node-rank", str(i), "--nproc-per-node", "1", *meet],
            folder,
            # Otherwise, Gloo looks up the name of the host, and may find the address of another.
            GLOO_SOCKET_IFNAME=host.device,
        )
        for i, host in enumerate(hosts)
    ]
    try:
        return [end(process) for process in processes]
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        one, two = Path(name, "one"), Path(name, "two")
        try:
            with two_hosts() as hosts:
                first, second = train_on_two_hosts(hosts, two)
        except OSError as error:
            sys.exit(f"expected root on Linux and the command ip, to make two hosts; got: {error}")
        print(f"two hosts, the first:\n{first}\ntwo hosts, the second:\n{second or '(nothing)'}\n")
        alone = end(start([], ["--standalone", "--nproc-per-node", "2"], one))
        print(f"one host:\n{alone}")
        equal = first == alone and not second and same(numbers(two), numbers(one))
    print("the same bits" if equal else "ANOTHER RESULT", f"(torch {torch.__version__})")
    sys.exit(not equal)


if __name__ == "__main__":
    main()
