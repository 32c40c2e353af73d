"""How the HTTP server ends: whoever is still waiting is told, and nothing is logged as a defect."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import Any

import anyio
import httpx
import psutil
import pytest
from asgi_calls import http_scope
from starlette.types import Message, Receive, Scope, Send

from open_autoglm.gateway.server import EndsInWords

pytestmark = pytest.mark.anyio


async def cancelled(app: Any) -> list[Message]:
    """What was sent for a request that is cancelled once it has begun to wait."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    request = asyncio.create_task(EndsInWords(app)(http_scope(path="/v1/messages"), receive, send))
    await anyio.sleep(0.01)
    request.cancel()
    await request
    return sent


async def test_a_request_without_an_answer_is_told_that_the_server_ends() -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep_forever()

    start, body = await cancelled(waits)
    assert start["status"] == 503
    assert b"The server is ending." in body["body"]
    assert b"overloaded_error" in body["body"]


async def test_an_answer_that_has_begun_is_left_as_it_is() -> None:
    async def begins(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await anyio.sleep_forever()

    assert [message["type"] for message in await cancelled(begins)] == ["http.response.start"]


SERVER_WITH_A_CHILD = """
import subprocess, sys
import anyio
from open_autoglm.gateway.server import address_of, listen, run_server

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)

async def never_done(scope, receive, send):
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    await anyio.sleep_forever()

listening = listen("127.0.0.1", 0)
address = address_of(listening)
run_server(never_done, listening, lambda: print(address, child.pid, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C can't be sent to a child there")
def test_a_second_ctrl_c_ends_it_at_once_and_quietly_with_its_children() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER_WITH_A_CHILD], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        address, child = server.stdout.readline().split()
        with httpx.stream("GET", address, timeout=30) as answer:
            next(answer.iter_bytes())
            server.send_signal(signal.SIGINT)
            time.sleep(0.5)
            assert server.poll() is None, "an answer under way has five seconds"
            server.send_signal(signal.SIGINT)
            assert server.wait(2) == 130
        assert server.stderr.read() == ""
    assert not psutil.pid_exists(int(child)) or psutil.Process(int(child)).status() == psutil.STATUS_ZOMBIE
