"""What held a run is said in words, and what didn't is never left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.sandbox.confined import Start
from open_autoglm.code.sandbox.isolation import Isolation
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.linux_isolation import linux_isolation
from open_autoglm.code.sandbox.macos_profile import macos_isolation, profile

ALL = frozenset(
    {"user", "network", "processes", "shared_memory", "root", "capabilities", "landlock", "system_calls"}
)


def test_with_every_step_granted_all_is_held() -> None:
    isolation = linux_isolation(ALL, {})
    assert isolation.complete
    assert isolation.network_cut
    assert isolation.files_confined
    assert isolation.words() == (
        "Run with no network, no files but its own copy, no processes but its own, "
        "no dangerous system calls, limits on time, memory, disk and processes."
    )


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ({"network"}, ()),
        ({"root"}, ()),
        ({"network", "system_calls"}, ("network", "system_calls")),
        ({"root", "landlock"}, ("files",)),
        ({"processes", "root"}, ("processes",)),
        (ALL, ("network", "files", "processes", "system_calls")),
    ],
)
def test_one_step_may_stand_in_for_another(without: set[str], missing: tuple[str, ...]) -> None:
    isolation = linux_isolation(ALL - without, dict.fromkeys(without, "not permitted"))
    assert isolation.missing == missing


def test_a_refused_step_is_told_with_the_reason_of_the_system() -> None:
    isolation = linux_isolation(ALL - {"network"}, {"network": "Operation not permitted"})
    assert "network refused: Operation not permitted" in isolation.remarks


def test_what_is_missing_is_said_in_both_languages() -> None:
    isolation = Isolation(held=("limits",), missing=("network", "files"))
    assert isolation.words("en").endswith(
        "Not here: the network is not cut, files of the user are not out of reach."
    )
    assert (
        isolation.words("zh")
        == "沙箱:时间、内存、磁盘和进程数有上限。未做到:网络未被切断、用户的文件未被隔离。"
    )


def test_the_profile_for_macos_names_its_folders_and_cuts_the_network() -> None:
    start = Start(
        executable=Path("/usr/bin/python3"),
        arguments=("python3",),
        folder=Path('/private/tmp/a "b"'),
        own_folder=Path("/private/tmp/own"),
        variables={},
        readable=("/Users/me/venv",),
        limits=RunLimits(),
        feeds=False,
    )
    rules = profile(start)
    assert '(subpath "/private/tmp/a \\"b\\"")' in rules
    assert '(allow file-read* (subpath "/Users/me/venv"))' in rules
    assert "(deny network*)" in rules
    assert macos_isolation(profiled=True).network_cut
    assert not macos_isolation(profiled=False).network_cut
