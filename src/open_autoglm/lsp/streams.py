"""The two streams that an editor speaks through, and nobody else."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import BinaryIO

READ_BYTES = 1 << 16


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, taken for the protocol until the process ends.

    Whatever else writes to standard output, a library or a process that is started, reaches standard
    error from now on; whatever reads finds nothing.
    """
    sys.stdout.flush()
    reader = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    writer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return reader, writer


class EditorInput:
    """Reads beside the event loop, in a thread that never keeps the process from ending.

    Neither pipes nor files of every system can be waited for in a loop.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.StreamReader()
        threading.Thread(target=self._read, name="editor-input", daemon=True).start()

    async def readline(self) -> bytes:
        return await self._arrived.readline()

    async def readexactly(self, count: int) -> bytes:
        """Nothing where the stream ends before."""
        try:
            return await self._arrived.readexactly(count)
        except asyncio.IncompleteReadError:
            return b""

    def _read(self) -> None:
        while True:
            try:
                data = self._stream.read(READ_BYTES)
            except (OSError, ValueError):  # closed under the reader: the same as its end
                data = b""
            try:
                self._loop.call_soon_threadsafe(self._take, data)
            except RuntimeError:  # the loop has ended first
                return
            if not data:
                return

    def _take(self, data: bytes) -> None:
        if data:
            self._arrived.feed_data(data)
        else:
            self._arrived.feed_eof()
