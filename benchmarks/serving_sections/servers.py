"""The servers under test, each a process of its own over the same model file.

``gateway`` is this program as a user starts it, ``bare`` the engine's own HTTP server with its defaults,
``llama-cpp-python`` that package's server where it is installed, ``scripted`` the gateway over an engine
that has no model, for what has nothing to do with one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

START_S = 180
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    name: str
    address: str
    model: str
    process: subprocess.Popen[str]

    def resident_mb(self) -> float:
        """Of the process and all its children, now."""
        own = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (own, *own.children(recursive=True))) / 1e6

    def kill(self) -> None:
        """SIGKILL, as a crash would; children end by themselves."""
        self.process.kill()
        self.process.wait()


@contextmanager
def gateway(model: Path, *flags: str, data_dir: Path | None = None) -> Iterator[Running]:
    """``open-autoglm-cli serve``, with the model loaded."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [
            *(str(Path(sys.executable).with_name("open-autoglm-cli")), "serve", "--no-page", "--json"),
            *("--local-api-port", "0", "--data-dir", str(data_dir or folder), "--load", str(model)),
            *("--model-path", str(model), *flags),
        ]
        with _started("gateway", command, str(model)) as server:
            yield server


@contextmanager
def bare(model: Path, *, slots: int = 1, window: int = 4096, threads: int | None = None) -> Iterator[Running]:
    """The engine's own server as its library starts it; only window, slots and threads are given."""
    script = str(HERE / "bare_server.py")
    arguments = [str(model), str(slots), str(window), str(threads or psutil.cpu_count(logical=False) or 1)]
    with _started("bare engine", [sys.executable, script, *arguments], model.stem) as server:
        yield server


@contextmanager
def llama_cpp_python(python: Path, model: Path, *, window: int = 4096) -> Iterator[Running]:
    """Its server, from an interpreter that has it."""
    threads = str(psutil.cpu_count(logical=False) or 1)
    command = [
        *(str(python), str(HERE / "llama_cpp_python_server.py"), str(model), str(window), threads),
    ]
    with _started("llama-cpp-python", command, model.stem) as server:
        yield server


@contextmanager
def scripted(*arguments: str) -> Iterator[Running]:
    """The gateway over a scripted engine; see scripted_gateway.py for what it takes."""
    command = [sys.executable, str(HERE / "scripted_gateway.py"), *arguments]
    with _started("scripted gateway", command, "scripted") as server:
        yield server


@contextmanager
def _started(name: str, command: Sequence[str], model: str) -> Iterator[Running]:
    """The process, once it has printed its address as a JSON line and answers under /health."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ)
    )
    try:
        assert process.stdout is not None
        address = ""
        for line in process.stdout:
            if line.startswith("{"):
                address = json.loads(line)["address"]
                break
        if not address:
            raise RuntimeError(f"{name} ended with {process.wait()} before it answered")
        _wait_until_ready(address, name)
        yield Running(name, address, model, process)
    finally:
        for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
            child.kill()
        process.kill()
        process.wait()


def _wait_until_ready(address: str, name: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        for path in ("/ready", "/health", "/v1/models"):
            try:
                answer = httpx.get(address + path, timeout=5, trust_env=False)
            except httpx.TransportError:
                break
            if answer.status_code == 200:
                return
            if answer.status_code != 404:
                break
        time.sleep(0.1)
    raise RuntimeError(f"{name} was not ready after {START_S} s")
