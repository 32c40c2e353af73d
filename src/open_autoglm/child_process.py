"""A child process that parses what strangers made: started, spoken to over pipes, watched, stopped.

Messages are bytes with their length before them. What stands in them is up to the two sides; they use JSON
and not pickle on purpose: a child that a hostile file has taken over must not be able to run code in the
program. The first half of this file is for the program, the second for the child.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import BinaryIO, cast

import psutil

_LENGTH = struct.Struct(">I")

_LAST_WORDS = 20

_NEW_GROUP = 0x00000200
"""CREATE_NEW_PROCESS_GROUP, a name that ``subprocess`` has on Windows alone."""


def send_message(stream: BinaryIO, body: bytes) -> None:
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive_message(stream: BinaryIO, max_bytes: int) -> bytes | None:
    """The next message; None at the end of the stream. Raises ValueError for one above ``max_bytes``."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if length > max_bytes:
        raise ValueError(f"a message of {length:,} bytes, more than {max_bytes:,}")
    body = stream.read(length)
    return body if len(body) == length else None


class ChildProcess:
    """A Python module that runs in a process of its own.

    ``on_message`` gets every message, ``on_end`` is called once when the process has ended, whatever the
    reason; both in a thread of this object, because waiting on several pipes at once is not portable.
    A ValueError from ``on_message`` means nonsense from the child and ends it.
    """

    def __init__(
        self,
        module: str,
        *,
        on_message: Callable[[bytes], None],
        on_end: Callable[[], None],
        max_message_bytes: int,
    ) -> None:
        self._on_message = on_message
        self._on_end = on_end
        self._max_message_bytes = max_message_bytes
        self._last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process = subprocess.Popen(
            # -P: the working folder, full of other people's files, is no place to import from.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own: Ctrl-C in the terminal reaches the program only.
            start_new_session=sys.platform != "win32",
            creationflags=_NEW_GROUP if sys.platform == "win32" else 0,
        )
        self._watched = psutil.Process(self._process.pid)
        self._listeners = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._collect_last_words, daemon=True),
        ]
        for listener in self._listeners:
            listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_words(self) -> str:
        """What the process last wrote to standard error, for the log."""
        return "\n".join(self._last_words)

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.poll()
        if code is None:
            return "it was stopped"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def resident_bytes(self) -> int:
        """Memory the process holds now; 0 when it has ended."""
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0

    def send(self, body: bytes) -> None:
        """One message to the process. One that has died meanwhile is reported by ``on_end``."""
        with contextlib.suppress(OSError, ValueError):
            send_message(cast(BinaryIO, self._process.stdin), body)

    def stop(self) -> None:
        """End the process now. Safe to call twice."""
        self._process.kill()
        self._process.wait()
        for listener in self._listeners:
            listener.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        with contextlib.suppress(ValueError, OSError):  # nonsense from the child counts as its death
            output = cast(BinaryIO, self._process.stdout)
            while (body := receive_message(output, self._max_message_bytes)) is not None:
                self._on_message(body)
        self._process.kill()
        self._process.wait()
        self._on_end()

    def _collect_last_words(self) -> None:
        errors = cast(BinaryIO, self._process.stderr)
        with contextlib.suppress(ValueError, OSError):
            while line := errors.readline(1000):
                self._last_words.append(line.decode("utf-8", "replace").rstrip())


def claim_standard_output() -> BinaryIO:
    """In the child: the pipe to the program. From here on ``print`` and C code write to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def leave_interrupts_to_the_program() -> None:
    """In the child: Ctrl-C is for the program, which then stops its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def limit_memory(memory_bytes: int) -> None:
    """In the child: bound the heap where the system can; elsewhere the program watches and stops it."""
    if sys.platform == "linux":
        import resource

        # DATA, not AS: libraries reserve address space they never touch.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def listen_for_messages(on_message: Callable[[bytes], None], max_bytes: int) -> None:
    """In the child, in a thread: hand over every message, and end the process with its input.

    So no child outlives the program, however that died. A thread can't wake a parser in C code; hence the
    hard exit.
    """
    try:
        while (body := receive_message(sys.stdin.buffer, max_bytes)) is not None:
            on_message(body)
    finally:
        os._exit(0)
