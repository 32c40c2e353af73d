"""How an answer reaches its client, and how it ends when the client has gone."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from scripted_gateway import Answers, ScriptedHouse
from starlette.types import Message

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import Cancelled, EngineUnavailable, UnknownModel
from open_autoglm.gateway import answering
from open_autoglm.gateway.answering import StreamedAnswer, about_headers, until_disconnect, whole_answers
from open_autoglm.gateway.failures import Failure
from open_autoglm.gateway.state import Gateway
from open_autoglm.serving.request import AnswerAbout, ServedRequest
from open_autoglm.values import ChatRequest, StreamEvent
from open_autoglm.values import Message as Turn

FREED_WITHIN_S = 1.0
SLOW = ScriptedAnswer("word " * 2000, token_delay_s=0.01)
HELLO = ChatRequest((Turn("user", "Hello."),))


class PlainRenderer:
    """A stream that can be read by eye."""

    media_type = "text/plain"

    def begin(self, about: AnswerAbout) -> bytes:
        return f"[{about.model}]".encode()

    def event(self, index: int, event: StreamEvent) -> bytes:
        return f"{index}:{event.text};".encode() if event.text else b""

    def end(self) -> bytes:
        return b"end"

    def failed(self, failure: Failure) -> bytes:
        return f"failed {failure.status} {failure.message}".encode()

    def keep_alive(self) -> bytes:
        return b"~"


class Wire:
    """The two ends of one HTTP exchange: what was sent, and a client that can leave."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.gone = anyio.Event()
        self.spoken = anyio.Event()

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body":
            self.spoken.set()

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


@pytest.fixture
async def gateway(house: ScriptedHouse) -> Any:
    async with house.open_gateway() as gateway:
        yield gateway


async def stream(gateway: Gateway, wire: Wire, *models: str) -> None:
    asked = [ServedRequest(model, HELLO) for model in models or ("scripted",)]
    answer = StreamedAnswer(gateway.service, asked, PlainRenderer())
    await answer({"type": "http", "path": "/v1/x"}, wire.receive, wire.send)


@pytest.mark.anyio
async def test_a_stream_is_begun_filled_and_ended_once(gateway: Gateway, answers: Answers) -> None:
    answers.say("a b")
    wire = Wire()
    await stream(gateway, wire)
    assert wire.status == 200
    assert wire.body == b"[scripted]0:a;0: b;end"
    assert wire.headers[b"x-open-autoglm-model"] == b"scripted"
    assert [message.get("more_body") for message in wire.sent[1:]] == [True, True, False]


@pytest.mark.anyio
async def test_several_answers_share_a_stream_without_mixing_their_pieces(
    gateway: Gateway, answers: Answers
) -> None:
    answers.usual = ScriptedAnswer("a b c", token_delay_s=0.001)
    wire = Wire()
    await stream(gateway, wire, "scripted", "seeing")
    for index in "01":
        pieces = [piece for piece in wire.body.decode().split("]")[1].split(";") if piece.startswith(index)]
        assert pieces == [f"{index}:a", f"{index}: b", f"{index}: c"]


@pytest.mark.anyio
async def test_what_goes_wrong_before_the_first_piece_has_its_own_status(gateway: Gateway) -> None:
    wire = Wire()
    await stream(gateway, wire, "nobody")
    assert wire.status == 404
    assert b"No model is named 'nobody'" in wire.body


@pytest.mark.anyio
async def test_one_of_several_that_can_not_begin_ends_all(
    gateway: Gateway, engine: ScriptedEngine, answers: Answers
) -> None:
    answers.usual = SLOW
    wire = Wire()
    with anyio.fail_after(5):
        await stream(gateway, wire, "nobody", "scripted")
    assert wire.status == 404
    assert engine.busy_slots == 0


@pytest.mark.anyio
async def test_what_goes_wrong_later_is_said_in_the_stream(gateway: Gateway, answers: Answers) -> None:
    died = EngineUnavailable("The worker died.")
    answers.say(ScriptedAnswer("a b", error=died, tokens_before_error=1))
    wire = Wire()
    await stream(gateway, wire)
    assert wire.status == 200
    assert wire.body == b"[scripted]0:a;failed 503 The worker died."
    assert wire.sent[-1]["more_body"] is False


@pytest.mark.anyio
async def test_a_defect_is_told_as_one_and_logged_whole(
    gateway: Gateway, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: object) -> str:
        raise ZeroDivisionError("secret detail")

    answers.usual = "x"
    gateway.service.resolve = broken  # type: ignore[method-assign, assignment]
    wire = Wire()
    await stream(gateway, wire)
    assert wire.status == 500
    assert b"ZeroDivisionError" in wire.body
    assert b"secret detail" not in wire.body
    assert "secret detail" in caplog.text


@pytest.mark.anyio
async def test_whoever_waits_long_is_told_that_it_is_not_forgotten(
    gateway: Gateway, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "KEEP_ALIVE_S", 0.02)
    answers.say(ScriptedAnswer("a b", token_delay_s=0.1))
    wire = Wire()
    await stream(gateway, wire)
    assert wire.body.startswith(b"~")
    assert wire.body.replace(b"~", b"") == b"[scripted]0:a;0: b;end"
    assert wire.sent[-1]["body"] == b"end"
    assert [message["type"] for message in wire.sent].count("http.response.start") == 1


@pytest.mark.anyio
async def test_nothing_is_sent_after_the_end_however_slowly_the_client_reads(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "KEEP_ALIVE_S", 0.01)
    wire = Wire()

    async def slow_send(message: Message) -> None:
        await wire.send(message)
        if message.get("more_body") is False:
            await anyio.sleep(0.1)

    answer = StreamedAnswer(gateway.service, [ServedRequest("scripted", HELLO)], PlainRenderer())
    await answer({"type": "http", "path": "/v1/x"}, wire.receive, slow_send)
    assert wire.sent[-1]["more_body"] is False


@pytest.mark.anyio
async def test_a_client_that_leaves_a_stream_frees_its_slot(
    gateway: Gateway, engine: ScriptedEngine, answers: Answers
) -> None:
    answers.usual = SLOW
    wire = Wire()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stream, gateway, wire)
            await wire.spoken.wait()
            wire.gone.set()
    assert engine.busy_slots == 0


@pytest.mark.anyio
async def test_work_is_cancelled_when_the_client_leaves() -> None:
    wire = Wire()
    wire.gone.set()
    with pytest.raises(Cancelled), anyio.fail_after(5):
        await until_disconnect(wire.receive, anyio.sleep_forever)


@pytest.mark.anyio
async def test_the_error_of_the_work_comes_through_as_it_is() -> None:
    async def fail() -> None:
        raise UnknownModel("No such model.")

    with pytest.raises(UnknownModel, match="No such model"):
        await until_disconnect(Wire().receive, fail)


@pytest.mark.anyio
async def test_whole_answers_come_in_the_order_asked(gateway: Gateway, answers: Answers) -> None:
    class Asking:
        receive = Wire().receive

    answers.usual = "x"
    asked = [ServedRequest(model, HELLO) for model in ("seeing", "scripted", "seeing")]
    found = await whole_answers(Asking(), gateway.service, asked)  # type: ignore[arg-type]
    assert [about.model for about, _ in found] == ["seeing", "scripted", "seeing"]
    assert {completion.text for _, completion in found} == {"x"}


def test_a_models_name_that_is_not_ascii_still_fits_a_header() -> None:
    headers = about_headers(AnswerAbout("模型 a/b:7b", "", "off", None))
    assert headers["x-open-autoglm-model"] == "%E6%A8%A1%E5%9E%8B a/b:7b"


# Over a real connection: one that is closed is the only way to know that a client has gone.


@contextmanager
def open_request(address: str, path: str, body: bytes) -> Iterator[socket.socket]:
    """A request that is sent and not answered yet; the connection closes when the block ends."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        yield connection


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, f"not within {within_s} s"
        time.sleep(0.005)


def chat_body(*, stream: bool) -> bytes:
    body = '{"model": "scripted", "messages": [{"role": "user", "content": "x"}], "stream": %s}'
    return (body % ("true" if stream else "false")).encode()


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_closing_the_connection_frees_the_slot(
    address: str, engine: ScriptedEngine, answers: Answers, stream: bool
) -> None:
    answers.usual = SLOW
    with open_request(address, "/v1/chat/completions", chat_body(stream=stream)):
        wait_until(lambda: engine.busy_slots == 1, within_s=10)
    wait_until(lambda: engine.busy_slots == 0, within_s=FREED_WITHIN_S)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_closing_the_connection_of_a_request_that_waits_harms_no_other(
    address: str, engine: ScriptedEngine, answers: Answers, app: FastAPI, stream: bool
) -> None:
    answers.usual = SLOW
    service = app.state.gateway.service

    def waiting() -> int:
        return sum(status.waiting for status in service.status())

    with (
        open_request(address, "/v1/chat/completions", chat_body(stream=True)) as first,
        open_request(address, "/v1/chat/completions", chat_body(stream=True)),
    ):
        wait_until(lambda: engine.busy_slots == 2, within_s=10)
        with open_request(address, "/v1/chat/completions", chat_body(stream=stream)):
            wait_until(lambda: waiting() == 1, within_s=10)
        wait_until(lambda: waiting() == 0, within_s=FREED_WITHIN_S)
        assert engine.busy_slots == 2
        assert b"200 OK" in first.recv(65_536)
    wait_until(lambda: engine.busy_slots == 0, within_s=FREED_WITHIN_S)


def test_a_neighbour_is_answered_while_others_leave(address: str, answers: Answers) -> None:
    """Twenty clients leave in the middle; whoever stays gets all of its answer."""
    answers.usual = ScriptedAnswer("one two three four", token_delay_s=0.005)

    def leave() -> None:
        with open_request(address, "/v1/chat/completions", chat_body(stream=True)) as connection:
            connection.recv(1)

    leaving = [threading.Thread(target=leave) for _ in range(20)]
    for thread in leaving:
        thread.start()
    body = {"model": "scripted", "messages": [{"role": "user", "content": "x"}]}
    answer = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=30).json()
    for thread in leaving:
        thread.join()
    assert answer["choices"][0]["message"]["content"] == "one two three four"


@pytest.mark.anyio
async def test_a_server_that_ends_says_so_in_the_stream(gateway: Gateway, answers: Answers) -> None:
    answers.say(SLOW)
    wire = Wire()
    answer = asyncio.create_task(stream(gateway, wire))
    with anyio.fail_after(10):
        await wire.spoken.wait()
        answer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answer
    assert b"failed 503 The server is ending." in wire.body
    assert wire.sent[-1].get("more_body") is False
