"""What the machine has, as its own files and tools state it."""

from __future__ import annotations

from pathlib import Path

import psutil

from open_autoglm.local.hardware import container_memory, parse_nvidia_smi, probe_hardware


def test_this_machine_is_within_its_own_bounds() -> None:
    hardware = probe_hardware()
    assert 1 <= hardware.free_physical_cores <= hardware.physical_cores <= (psutil.cpu_count() or 1)
    assert 0 < hardware.available_memory <= hardware.total_memory <= psutil.virtual_memory().total


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_the_tightest_control_group_counts(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "0::/outer/inner\n")
    write(tmp_path, "sys/fs/cgroup/outer/memory.max", "4000000000\n")
    write(tmp_path, "sys/fs/cgroup/outer/memory.current", "1500000000\n")
    write(tmp_path, "sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file 500000000\n")
    write(tmp_path, "sys/fs/cgroup/outer/inner/memory.max", "max\n")
    assert container_memory(tmp_path) == (4_000_000_000, 1_000_000_000)


def test_the_old_control_groups_count_too(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "4:memory:/x\n")
    write(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000000\n")
    write(tmp_path, "sys/fs/cgroup/memory/memory.usage_in_bytes", "300000000\n")
    assert container_memory(tmp_path) == (2_000_000_000, 300_000_000)


def test_no_container_is_no_limit(tmp_path: Path) -> None:
    assert container_memory(tmp_path)[0] > 10**17


def test_graphics_cards_are_read_from_the_driver_s_tool() -> None:
    gpus = parse_nvidia_smi("NVIDIA GeForce RTX 4060, 8188, 7800\nbroken line\nOdd, Name, 100, 50\n")
    assert [(gpu.name, gpu.total_bytes >> 20, gpu.free_bytes >> 20) for gpu in gpus] == [
        ("NVIDIA GeForce RTX 4060", 8188, 7800),
        ("Odd, Name", 100, 50),
    ]
    assert parse_nvidia_smi("No devices were found\n") == ()
