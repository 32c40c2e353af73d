"""The synchronous face: results, order, concurrency, and the three ways to stop it."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Iterator

import pytest

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import Cancelled, EngineStartFailed, EngineUnavailable
from open_autoglm.values import ChatRequest, Message


def ask(text: str) -> ChatRequest:
    return ChatRequest((Message("user", text),))


def echo(request: ChatRequest) -> str:
    return f"you said {request.messages[-1].content}"


def slow(request: ChatRequest) -> ScriptedAnswer:
    return ScriptedAnswer("word " * 1000, token_delay_s=0.01)


def wait_until_idle(engine: ScriptedEngine) -> None:
    deadline = time.monotonic() + 1.0
    while engine.busy_slots:
        assert time.monotonic() < deadline, "a slot is still busy after a second"
        time.sleep(0.01)


def test_it_answers_counts_and_declares() -> None:
    with BlockingEngine(ScriptedEngine(echo, model="parrot")) as engine:
        assert engine.model == "parrot"
        assert engine.capabilities.slots == 2
        assert engine.chat(ask("hello")).text == "you said hello"
        assert engine.count_tokens(ask("hello")) == 5


def test_a_stream_yields_pieces_and_then_usage() -> None:
    with BlockingEngine(ScriptedEngine(echo)) as engine:
        *pieces, last = engine.stream(ask("hello"))
        assert "".join(piece.text for piece in pieces) == "you said hello"
        assert last.usage is not None


def test_errors_come_through() -> None:
    broken = ScriptedAnswer("a b", error=EngineUnavailable("gone"), tokens_before_error=1)
    with BlockingEngine(ScriptedEngine([broken, broken, "fine"])) as engine:
        with pytest.raises(EngineUnavailable, match="gone"):
            engine.chat(ask("x"))
        with pytest.raises(EngineUnavailable, match="gone"):
            list(engine.stream(ask("x")))
        assert engine.chat(ask("x")).text == "fine"


def test_a_failed_start_is_raised_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with (
        pytest.raises(EngineStartFailed, match="no memory"),
        BlockingEngine(ScriptedEngine([], start_error=EngineStartFailed("no memory"))),
    ):
        pass
    assert threading.active_count() <= before + 1  # a pooled thread may live on


def test_used_outside_its_context_it_says_so() -> None:
    with pytest.raises(EngineUnavailable, match="not open"):
        BlockingEngine(ScriptedEngine(["a"])).chat(ask("x"))


def test_map_chat_keeps_the_order_and_the_number_of_slots() -> None:
    busiest = 0

    def answer(request: ChatRequest) -> ScriptedAnswer:
        nonlocal busiest
        busiest = max(busiest, scripted.busy_slots)
        number = int(str(request.messages[0].content))
        return ScriptedAnswer(f"answer {number}", token_delay_s=0.02 if number % 3 == 0 else 0.001)

    scripted = ScriptedEngine(answer, capabilities=Capabilities(context_window=100, slots=3))
    with BlockingEngine(scripted) as engine:
        answers = [completion.text for completion in engine.map_chat(ask(str(n)) for n in range(10))]
    assert answers == [f"answer {n}" for n in range(10)]
    assert busiest == 3


def test_map_chat_takes_requests_only_as_slots_become_free() -> None:
    taken: list[int] = []

    def requests() -> Iterator[ChatRequest]:
        for number in range(100):
            taken.append(number)
            yield ask(str(number))

    with BlockingEngine(ScriptedEngine(echo)) as engine:
        answers = engine.map_chat(requests())
        next(answers)
        assert len(taken) <= 6


def test_map_chat_raises_a_failure_in_its_place_and_ends_the_rest() -> None:
    def answer(request: ChatRequest) -> ScriptedAnswer:
        if request.messages[0].content == "1":
            return ScriptedAnswer("", error=EngineUnavailable("gone"))
        if request.messages[0].content == "2":
            return slow(request)
        return ScriptedAnswer("fine")

    scripted = ScriptedEngine(answer)
    with BlockingEngine(scripted) as engine:
        answers = engine.map_chat(ask(str(n)) for n in range(3))
        assert next(answers).text == "fine"
        with pytest.raises(EngineUnavailable):
            next(answers)
        wait_until_idle(scripted)


def test_closing_a_stream_frees_its_slot() -> None:
    scripted = ScriptedEngine(slow)
    with BlockingEngine(scripted) as engine:
        events = engine.stream(ask("x"))
        next(events)
        assert scripted.busy_slots == 1
        events.close()
        wait_until_idle(scripted)


@pytest.mark.parametrize("call", ["chat", "stream", "map_chat"])
def test_cancel_from_another_thread_ends_what_is_under_way(call: str) -> None:
    scripted = ScriptedEngine(slow)
    with BlockingEngine(scripted) as engine:
        timer = threading.Timer(0.1, engine.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(Cancelled):
            if call == "chat":
                engine.chat(ask("x"))
            elif call == "stream":
                list(engine.stream(ask("x")))
            else:
                list(engine.map_chat([ask("x"), ask("y"), ask("z")]))
        assert time.monotonic() - started < 1.5
        wait_until_idle(scripted)
        with pytest.raises(Cancelled):
            engine.chat(ask("again"))
        timer.join()


def test_control_c_ends_the_answer_and_the_engine_stays_usable() -> None:
    def answer(request: ChatRequest) -> ScriptedAnswer:
        return slow(request) if request.messages[0].content == "slow" else ScriptedAnswer("fine")

    scripted = ScriptedEngine(answer)
    with BlockingEngine(scripted) as engine:
        timer = threading.Timer(0.1, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            engine.chat(ask("slow"))
        wait_until_idle(scripted)
        assert engine.chat(ask("quick")).text == "fine"
        timer.join()


def test_control_c_while_the_model_loads_closes_it() -> None:
    class SlowStart(ScriptedEngine):
        closed = False

        async def open(self) -> None:
            import anyio

            await anyio.sleep(30)

        async def close(self) -> None:
            self.closed = True
            await super().close()

    scripted = SlowStart([])
    timer = threading.Timer(0.1, _thread.interrupt_main)
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), BlockingEngine(scripted):
        pass
    assert time.monotonic() - started < 2
    assert scripted.closed
    timer.join()
