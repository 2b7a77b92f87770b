"""Test that devices, processors and memory are found, even on machines that report little."""

import os
import platform
import re
from pathlib import Path

import pytest
import torch

from nnfp.speed import choose_device, machine, precisions_on, processor_peak
from nnfp.speed.machine import available_memory, describe, processor_name, read_cpuinfo
from tests.nnfp.speed.examples import CPU, CPUINFO


@pytest.fixture
def accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that there are two NVIDIA GPUs and one of Apple."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


@pytest.mark.parametrize("name", ["cpu", "cpu:0", "cuda", "cuda:1", "mps", "mps:0"])
def test_a_device_is_chosen_by_its_name(accelerators: None, name: str) -> None:
    assert choose_device(name) == torch.device(name)


def test_without_a_name_the_fastest_device_is_chosen(
    accelerators: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose_device(None) == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device(None) == torch.device("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device(None) == CPU


@pytest.mark.parametrize(
    "name",
    ["", ":", "cpu:", "cpu:1", "cpu:00", "cpu:x", "CPU", " cpu", "cuda:2", "cuda:-1", "cuda:01",
     "cuda:١", "cuda:", "mps:1", "meta", "abacus"],
)  # fmt: skip
def test_an_unknown_device_name_is_rejected(accelerators: None, name: str) -> None:
    sentence = f"expected a device of this machine (cuda, mps, cpu), got {name!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        choose_device(name)


@pytest.mark.parametrize(
    ("capability", "precisions"),
    [((7, 5), ["float32"]), ((8, 0), ["float32", "tf32", "bfloat16"])],
)
def test_nvidia_gpus_have_shorter_precisions_since_ampere(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], precisions: list[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert precisions_on(torch.device("cuda")) == precisions


@pytest.mark.parametrize("supported", [True, False])
def test_a_processor_has_bfloat16_if_it_can_multiply_it(
    monkeypatch: pytest.MonkeyPatch, supported: bool
) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: supported)
    assert precisions_on(CPU) == (["float32", "bfloat16"] if supported else ["float32"])


def test_a_gpu_is_described_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")
    assert describe(torch.device("cuda:1"), threads=2)["device"] == "GPU 1"
    assert describe(torch.device("mps"), threads=2)["device"] == "Apple GPU"


@pytest.fixture
def cpuinfo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a file, missing so far, that stands in for `/proc/cpuinfo`."""
    path = tmp_path / "cpuinfo"
    monkeypatch.setattr(machine, "CPUINFO", path)
    return path


def test_a_processor_is_described_with_its_threads(cpuinfo: Path) -> None:
    cpuinfo.write_text(CPUINFO, encoding="utf-8")
    assert describe(CPU, threads=1)["device"] == "Some Processor, 1 thread"
    described = describe(CPU, threads=2)
    assert described["device"] == "Some Processor, 2 threads"
    assert list(described) == ["device", "system", "python", "torch", "date"]
    assert described["system"] == f"{platform.system()} {platform.machine()}"
    assert described["torch"] == torch.__version__


@pytest.mark.parametrize(("reported", "name"), [("Apple M9", "Apple M9"), ("", "arm64")])
def test_without_cpuinfo_python_names_the_processor(
    cpuinfo: Path, monkeypatch: pytest.MonkeyPatch, reported: str, name: str
) -> None:
    monkeypatch.setattr(platform, "processor", lambda: reported)
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert read_cpuinfo() == ""
    assert processor_name() == name


def test_an_unreadable_cpuinfo_is_ignored(cpuinfo: Path) -> None:
    cpuinfo.mkdir()
    assert read_cpuinfo() == ""


def test_a_cpuinfo_in_another_encoding_is_read(cpuinfo: Path) -> None:
    cpuinfo.write_bytes(b"model name : Some\xae Processor\n")
    assert processor_name() == "Some\N{REPLACEMENT CHARACTER} Processor"


def test_the_peak_is_cores_times_clock_times_operations_per_cycle() -> None:
    peak = processor_peak(CPUINFO, threads=3)
    assert peak == {"cores": 3, "gigahertz": 2.5, "per_cycle": 64, "rate": 3 * 2.5e9 * 64}


def test_the_peak_counts_cores_instead_of_threads() -> None:
    peak = processor_peak(CPUINFO, threads=100)
    assert peak is not None
    assert peak["cores"] == 4


def test_vectors_of_eight_do_half_as_many_operations() -> None:
    peak = processor_peak(CPUINFO.replace("avx512f", ""), threads=1)
    assert peak is not None
    assert peak["per_cycle"] == 32


def test_processors_without_core_ids_count_as_cores() -> None:
    text = "".join(line for line in CPUINFO.splitlines(keepends=True) if " id\t" not in line)
    peak = processor_peak(text, threads=100)
    assert peak is not None
    assert peak["cores"] == 8


def without(field: str, count: int = -1) -> str:
    """Rename a field, in the first processors only if there is a count."""
    return CPUINFO.replace(f"{field}\t", f"other {field}\t", count)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "no colon",
        *(without(field) for field in ("processor", "cpu MHz", "physical id", "core id", "flags")),
        *(without(field, 1) for field in ("processor", "physical id", "core id")),
        CPUINFO.replace("avx2 avx512f", ""),
        *(
            re.sub(r"MHz\t\t: .*", f"MHz\t\t: {mhz}", CPUINFO)
            for mhz in ("", "unknown", "0", "nan")
        ),
        re.sub(r"MHz\t\t: .*", f"MHz\t\t: {'9' * 400}", CPUINFO),
        "Processor : ARMv8\nBogoMIPS : 100.00\nFeatures : fp asimd\n",
        "processor : 0\nvendor_id : IBM\nbogomips per cpu: 3241.00\n",
    ],
)
def test_there_is_no_peak_if_cpuinfo_is_incomplete(text: str) -> None:
    assert processor_peak(text, threads=1) is None


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder with the files in which Linux reports the memory."""
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "MEMORY_LIMIT", tmp_path / "memory.max")
    return tmp_path


def test_linux_reports_the_memory_that_is_free(memory: Path) -> None:
    (memory / "meminfo").write_text("MemTotal:  900 kB\nMemAvailable:    400 kB\nCached:  9 kB\n")
    assert available_memory(CPU) == 400 * 1024


@pytest.mark.parametrize(("limit", "free"), [("1000\n", 1000), ("max\n", 4096), ("9999\n", 4096)])
def test_a_container_limit_reduces_the_available_memory(
    memory: Path, limit: str, free: int
) -> None:
    (memory / "meminfo").write_text("MemAvailable:    4 kB\n")
    (memory / "memory.max").write_text(limit)
    assert available_memory(CPU) == free


def test_other_systems_report_all_of_their_memory(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"SC_PHYS_PAGES": 100, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__, raising=False)
    monkeypatch.setattr(os, "sysconf_names", dict.fromkeys(sizes, 0), raising=False)
    assert available_memory(CPU) == 409600


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux reports it there")
def test_free_memory_is_less_than_all_memory() -> None:
    free = available_memory(CPU)
    assert free is not None
    assert 0 < free < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_the_memory_may_be_unknown(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert available_memory(CPU) is None
    assert available_memory(torch.device("meta")) is None


def test_accelerators_report_their_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (device.index, 9))
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 7)
    assert available_memory(torch.device("cuda:1")) == 1
    assert available_memory(torch.device("mps")) == 7
