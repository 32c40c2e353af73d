"""The benchmark's attempts to get out: none succeeds in the sandbox, and those that are safe do without."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("confined on Linux", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from code_sections.escape_attempts import NAMES, Verdict, in_sandbox, without_sandbox
from code_sections.sandbox import NAMESPACES
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox

CONTROLS = (
    "network_tcp_ipv4",
    "files_read_home",
    "files_write_outside",
    "forks_daemon",
    "secrets_environment",
)
WITHOUT_NAMESPACES = (
    "network_abstract_socket",
    "network_tcp_ipv4",
    "files_change_mode",
    "files_read_home",
    "files_write_outside",
    "forks_double",
    "signals_kill_parent",
    "secrets_environment",
)


@pytest.fixture
def complete(tmp_path: Path) -> None:
    outcome = Sandbox().run(["python", "-c", "pass"], folder=tmp_path, limits=RunLimits())
    if not outcome.isolation.complete:
        pytest.skip(f"not all is held on this system: {outcome.isolation}")


def test_there_are_many() -> None:
    assert len(NAMES) >= 30


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize("name", NAMES)
def test_none_gets_out(name: str, tmp_path: Path) -> None:
    verdict = in_sandbox(name, tmp_path, Sandbox())
    assert not verdict.escaped, verdict.how


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize("name", WITHOUT_NAMESPACES)
def test_none_gets_out_where_namespaces_are_refused(name: str, tmp_path: Path) -> None:
    verdict = in_sandbox(name, tmp_path, Sandbox(without=NAMESPACES))
    assert not verdict.escaped, verdict.how


@pytest.mark.parametrize("name", CONTROLS)
def test_without_a_sandbox_they_get_through(name: str, tmp_path: Path) -> None:
    verdict = without_sandbox(name, tmp_path)
    assert isinstance(verdict, Verdict)
    assert verdict.escaped, verdict.how
