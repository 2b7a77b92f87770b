"""Find out what the machine has: its devices, its processor, its memory and their names."""

import os
import platform
import re
from datetime import date
from pathlib import Path

import torch

CPUINFO = Path("/proc/cpuinfo")
MEMINFO = Path("/proc/meminfo")
# The limit of a container, which /proc/meminfo does not know.
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")


def choose_device(name: str | None) -> torch.device:
    """Find the device with a name, or the fastest one.

    Args:
        name: A name such as `"cpu"`, `"cuda"`, `"cuda:1"` or `"mps"`; None for the fastest device.

    Returns:
        The device.

    Raises:
        ValueError: If the machine has no such device.
    """
    counts = {"cpu": 1}
    if torch.backends.mps.is_available():
        counts = {"mps": 1} | counts
    if torch.cuda.is_available():
        counts = {"cuda": torch.cuda.device_count()} | counts
    if name is None:
        return torch.device(next(iter(counts)))
    if name not in [*counts, *(f"{kind}:{i}" for kind in counts for i in range(counts[kind]))]:
        raise ValueError(f"expected a device of this machine ({', '.join(counts)}), got {name!r}")
    return torch.device(name)


def precisions_on(device: torch.device) -> list[str]:
    """List the precisions in which a device can multiply directly.

    Args:
        device: The device.

    Returns:
        Some of `"float32"`, `"tf32"` and `"bfloat16"`. NVIDIA GPUs have the last two since Ampere
        (2020).
    """
    if device.type == "cuda":
        ampere = torch.cuda.get_device_capability(device) >= (8, 0)
        return ["float32", "tf32", "bfloat16"] if ampere else ["float32"]
    if device.type == "cpu" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return ["float32"]
    return ["float32", "bfloat16"]


def describe(device: torch.device, threads: int) -> dict[str, str]:
    """Return the names of device and system, the versions of Python and torch, and the date."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    elif device.type == "mps":
        name = "Apple GPU"
    else:
        name = f"{processor_name()}, {threads} thread{'s' if threads > 1 else ''}"
    return {
        "device": name,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def processor_name() -> str:
    """Return the processor's name as Linux reports it; on other systems, what Python knows."""
    found = re.search(r"^model name\s*: (.*)$", read_cpuinfo(), re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def read_cpuinfo() -> str:
    """Return the text of `/proc/cpuinfo`, empty on systems other than Linux."""
    return _text_of(CPUINFO)


def processor_peak(cpuinfo: str, threads: int) -> dict[str, float] | None:
    r"""Compute the float32 operations per second that a processor could do in theory.

    A core with AVX-512 or AVX2 is assumed to have two units. In each cycle, each of them multiplies
    and adds 16 or 8 values. Some processors have only one unit for 16 values, and a virtual machine
    may report a clock below the true one.

    Args:
        cpuinfo: The text of `/proc/cpuinfo`.
        threads: The number of threads that compute, each on its own core if there are enough.

    Returns:
        The number of `cores` at work, `gigahertz`, the operations `per_cycle` of one core, and
        `rate`, the operations per second of all of them. None if the text does not say enough.

    Examples:
        >>> from nnfp.speed import processor_peak
        >>> text = "processor : 0\ncpu MHz : 2500.0\nflags : fma avx2"
        >>> processor_peak(text, threads=2)
        {'cores': 1, 'gigahertz': 2.5, 'per_cycle': 32, 'rate': 80000000000.0}
    """
    values: dict[str, list[str]] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        values.setdefault(name.strip(), []).append(value.strip())
    processors = values.get("processor", [])
    # Two threads of one core share its units. A virtual machine may report no cores at all: then
    # each processor counts as one.
    places = [values[name] for name in ("physical id", "core id") if name in values]
    if len(places) == 1 or any(len(place) != len(processors) for place in places):
        return None
    flags = values.get("flags", [""])[0].split()
    values_at_once = 16 if "avx512f" in flags else 8 if {"avx2", "fma"} <= set(flags) else 0
    per_cycle = 2 * 2 * values_at_once
    cores = min(threads, len(set(zip(*places, strict=True)) if places else processors))
    gigahertz = max(map(_megahertz, values.get("cpu MHz", [])), default=0.0) / 1000
    rate = cores * gigahertz * 1e9 * per_cycle
    if rate <= 0:
        return None
    return {"cores": cores, "gigahertz": gigahertz, "per_cycle": per_cycle, "rate": rate}


def available_memory(device: torch.device) -> int | None:
    """Return how many bytes a device has free at most, or None where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    if device.type != "cpu":
        return None
    found = []
    if available := re.search(r"^MemAvailable:\s*(\d+) kB$", _text_of(MEMINFO), re.MULTILINE):
        found.append(1024 * int(available[1]))
    elif hasattr(os, "sysconf") and {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= os.sysconf_names.keys():
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    if (limit := _text_of(MEMORY_LIMIT).strip()).isdecimal():
        found.append(int(limit))
    return min(found, default=None)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _megahertz(text: str) -> float:
    """Return the number of megahertz, or 0 for any other text."""
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else 0.0
