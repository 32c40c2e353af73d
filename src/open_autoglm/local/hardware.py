"""What this machine has: processor cores, memory, graphics cards. Only measured, never assumed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psutil

LOAD_SAMPLE_S = 0.2
NVIDIA_SMI_TIMEOUT_S = 10
UNIFIED_SHARE = 0.75
"""Of an Apple machine's memory, about what its graphics cores may take."""
_FLAGS_OF_INTEREST = ("avx2", "avx512f", "avx512_vnni", "amx_int8", "asimd", "sve")
_UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    total_bytes: int
    free_bytes: int
    unified: bool = False
    """Shares the machine's memory instead of having its own."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """One look at the machine. Memory in bytes; inside a container, of the container."""

    system: str
    architecture: str
    processor: str
    physical_cores: int
    free_physical_cores: int
    """Cores not busy when looked at, at least 1."""
    total_memory: int
    available_memory: int
    gpus: tuple[Gpu, ...] = ()
    processor_flags: tuple[str, ...] = ()
    """Instruction sets that matter for speed; empty where the system does not say."""
    engine_uses_gpu: bool = True
    """False where the installed engine was built for the processor only; the composition root asks it."""

    @property
    def best_gpu(self) -> Gpu | None:
        return max(self.gpus, key=lambda gpu: gpu.free_bytes, default=None)


def probe_hardware() -> Hardware:
    """Look at this machine. Takes about a quarter of a second, the load has to be sampled."""
    memory = psutil.virtual_memory()
    limit, used = container_memory()
    total = min(memory.total, limit)
    physical = _usable_cores()
    return Hardware(
        system=f"{platform.system()} {platform.release()}",
        architecture=platform.machine(),
        processor=_processor_name(),
        physical_cores=physical,
        free_physical_cores=_free_cores(physical),
        total_memory=total,
        available_memory=max(0, min(memory.available, limit - used)),
        gpus=(*_nvidia_gpus(), *_apple_gpu(total, memory.available)),
        processor_flags=_processor_flags(),
    )


def _usable_cores() -> int:
    """Physical cores this process may run on: fewer than the machine has in a container."""
    logical = psutil.cpu_count(logical=True) or 1
    physical = psutil.cpu_count(logical=False) or logical
    if sys.platform == "linux":
        allowed = len(os.sched_getaffinity(0))
        physical = min(max(1, physical * allowed // logical), _container_cores() or physical)
    return max(1, physical)


def _free_cores(physical: int) -> int:
    logical = psutil.cpu_count(logical=True) or 1
    busy = psutil.cpu_percent(interval=LOAD_SAMPLE_S) / 100 * logical
    return max(1, min(physical, round(physical - busy)))


def _control_group_folders(root: Path) -> list[Path]:
    """The control group of this process and its parents (cgroup version 2), innermost first."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    own = next((line[3:] for line in lines if line.startswith("0::")), "/")
    base = root / "sys/fs/cgroup"
    inner = PurePosixPath(own.strip().lstrip("/"))
    return [base / part for part in (inner, *inner.parents) if ".." not in part.parts]


def container_memory(root: Path = Path("/")) -> tuple[int, int]:
    """The tightest memory limit around this process and what is used of it; no limit: a huge number.

    Reads cgroup version 2 and 1; file pages that the system can drop at once don't count as used.
    """
    tightest = (_UNLIMITED, 0)
    for folder in _control_group_folders(root):
        limit = _number(folder / "memory.max")
        if limit is not None and limit < tightest[0]:
            used = (_number(folder / "memory.current") or 0) - _statistic(folder, "inactive_file")
            tightest = (limit, max(0, used))
    old = root / "sys/fs/cgroup/memory"
    limit = _number(old / "memory.limit_in_bytes")
    if limit is not None and limit < tightest[0]:
        used = (_number(old / "memory.usage_in_bytes") or 0) - _statistic(old, "total_inactive_file")
        tightest = (limit, max(0, used))
    return tightest


def _container_cores(root: Path = Path("/")) -> int | None:
    """Whole cores of the tightest CPU quota, at least 1; None without a quota."""
    quotas = []
    for folder in _control_group_folders(root):
        words = _words(folder / "cpu.max")
        if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]) > 0:
            quotas.append(max(1, int(words[0]) // int(words[1])))
    return min(quotas, default=None)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if words and words[0].isdigit() else None


def _statistic(folder: Path, name: str) -> int:
    words = _words(folder / "memory.stat")
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    value = pairs.get(name, "0")
    return int(value) if value.isdigit() else 0


def _nvidia_gpus() -> tuple[Gpu, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = [program, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            query,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=NVIDIA_SMI_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_nvidia_smi(done.stdout) if done.returncode == 0 else ()


def parse_nvidia_smi(output: str) -> tuple[Gpu, ...]:
    """Rows of ``name, total MiB, free MiB``; rows that are not so are left out."""
    gpus = []
    for line in output.splitlines():
        cells = [cell.strip() for cell in line.rsplit(",", 2)]
        if len(cells) == 3 and cells[1].isdigit() and cells[2].isdigit():
            gpus.append(Gpu(cells[0], int(cells[1]) << 20, int(cells[2]) << 20))
    return tuple(gpus)


def _apple_gpu(total: int, available: int) -> tuple[Gpu, ...]:
    if sys.platform != "darwin" or platform.machine() != "arm64":
        return ()
    share = int(total * UNIFIED_SHARE)
    return (Gpu("Apple graphics (unified memory)", share, min(share, available), unified=True),)


def _processor_name() -> str:
    for key, value in _processor_lines():
        if key in ("model name", "Hardware"):
            return value
    return platform.processor() or platform.machine()


def _processor_flags() -> tuple[str, ...]:
    for key, value in _processor_lines():
        if key in ("flags", "Features"):
            present = set(value.split())
            return tuple(flag for flag in _FLAGS_OF_INTEREST if flag in present)
    return ()


def _processor_lines() -> list[tuple[str, str]]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    pairs = (line.partition(":") for line in text.splitlines())
    return [(key.strip(), value.strip()) for key, colon, value in pairs if colon]
