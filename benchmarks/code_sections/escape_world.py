"""What lies outside a sandbox, to be reached by those who get out: servers, files, a process, a secret."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.sandbox.limits import RunLimits

SECRET_NAME = "ESCAPE_TARGET_SECRET"


@dataclass(frozen=True)
class World:
    token: str
    canary: Path
    outside: Path
    victim: subprocess.Popen[bytes]
    target: dict[str, object]

    def write_target(self, folder: Path, limits: RunLimits) -> None:
        """What the attempts read as ``target.json``."""
        bounds = {name: getattr(limits, name) for name in ("memory_bytes", "disk_bytes", "processes")}
        (folder / "target.json").write_text(json.dumps(self.target | bounds), encoding="utf-8")


@contextlib.contextmanager
def world(home: Path) -> Iterator[World]:
    """``home`` gets a folder with a canary for as long as the block lasts."""
    token = secrets.token_hex(12)
    with contextlib.ExitStack() as stack:
        outside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="escape-", dir=home)))
        canary = outside / "canary"
        canary.write_text(token, encoding="utf-8")
        (outside / "kept").write_text("kept", encoding="utf-8")
        (outside / "kept").chmod(0o600)
        _leave_open(canary, stack)
        victim = stack.enter_context(_victim(token))
        target: dict[str, object] = {
            "token": token,
            "canary": str(canary),
            "outside": str(outside),
            "victim": victim.pid,
            "parent": os.getpid(),
            "tcp4": _tcp(socket.AF_INET, ("127.0.0.1", 0), token, stack),
            "tcp6": _tcp(socket.AF_INET6, ("::1", 0), token, stack),
            "udp4": _udp(token, stack),
            "unix": str(outside / "socket"),
            "abstract": f"escape-{token}",
        }
        _tcp(socket.AF_UNIX, str(outside / "socket"), token, stack)
        _tcp(socket.AF_UNIX, f"\0escape-{token}", token, stack)
        os.environ[SECRET_NAME] = token
        stack.callback(os.environ.pop, SECRET_NAME, None)
        yield World(token, canary, outside, victim, target)


def _leave_open(path: Path, stack: contextlib.ExitStack) -> None:
    """A descriptor that every child inherits unless somebody takes care."""
    descriptor = os.open(path, os.O_RDONLY)
    stack.callback(os.close, descriptor)
    os.set_inheritable(descriptor, True)


@contextlib.contextmanager
def _victim(token: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the user, with a secret in its command line."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", token])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _tcp(family: int, address: object, token: str, stack: contextlib.ExitStack) -> int:
    """A server that greets with the token; its port, or 0."""
    server = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
    server.bind(address)  # type: ignore[arg-type]  # its form hangs on the family
    server.listen()

    def greet() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = server.accept()
                with peer, contextlib.suppress(OSError):
                    peer.sendall(token.encode())

    threading.Thread(target=greet, daemon=True).start()
    stack.callback(_wake, server)
    return 0 if family == socket.AF_UNIX else int(server.getsockname()[1])


def _udp(token: str, stack: contextlib.ExitStack) -> int:
    server = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    server.bind(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            while sender := server.recvfrom(512)[1]:
                server.sendto(token.encode(), sender)

    threading.Thread(target=answer, daemon=True).start()
    stack.callback(_wake, server)
    return int(server.getsockname()[1])


def _wake(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)
