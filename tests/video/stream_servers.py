"""Small servers on the loopback address that send MPEG-TS, over HTTP and over RTSP, and break off."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKET = 188
CHUNK = 7 * PACKET
"""Of MPEG-TS in one RTP packet (RFC 2250)."""

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 33\r\na=control:track1\r\n"
)

Serve = Callable[[socket.socket, bytes], None]


@contextmanager
def broken_stream(scheme: str, recordings: list[Path], seconds: float) -> Iterator[str]:
    """The address of a server that sends one recording to each connection, over ``seconds``, then breaks off.

    After the last one nobody is let in any more.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    serve: Serve = _Http(seconds) if scheme == "http" else _Rtsp(seconds)

    def accept() -> None:
        for recording in recordings:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    serve(connection, recording.read_bytes())
                except OSError:
                    continue
        listener.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{port}/live"
    finally:
        # A thread that waits for a connection is not woken by closing.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        listener.close()
        thread.join(timeout=2)


def _paced(data: bytes, seconds: float) -> Iterator[bytes]:
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    for chunk in chunks:
        yield chunk
        time.sleep(seconds / len(chunks))


class _Http:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, connection: socket.socket, data: bytes) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n")
        for chunk in _paced(data, self._seconds):
            connection.sendall(chunk)


class _Rtsp:
    """RFC 2326, interleaved over the same connection; one track of MPEG-TS (payload type 33)."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, connection: socket.socket, data: bytes) -> None:
        while True:
            method = self._answer(connection)
            if method == "PLAY":
                break
            if method == "":
                return
        for number, chunk in enumerate(_paced(data, self._seconds)):
            clock = int(number * 90_000 * self._seconds / max(1, len(data) // CHUNK))
            packet = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, clock & 0xFFFFFFFF, 7) + chunk
            connection.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)

    def _answer(self, connection: socket.socket) -> str:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(4096)
            if not received:
                return ""
            request += received
        lines = request.decode().split("\r\n")
        method = lines[0].split(" ")[0]
        number = next(line.split(":")[1].strip() for line in lines if line.lower().startswith("cseq"))
        head, body = "", ""
        if method == "OPTIONS":
            head = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif method == "DESCRIBE":
            body = SDP
            head = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            head = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
        elif method == "PLAY":
            head = "Session: 1\r\n"
        connection.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{head}\r\n{body}".encode())
        return method
