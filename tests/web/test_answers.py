"""Answers under way: made by the server, watched by any number of pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from scripted_gateway import Answers, Loader, Names

from open_autoglm.context.conversations import Conversations
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.tasks.converse import AnswerSoFar, Turn
from open_autoglm.values import Message
from open_autoglm.web.answers import RunningAnswer, RunningAnswers

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def answers() -> Answers:
    return Answers(ScriptedAnswer("word " * 30, token_delay_s=0.005))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    with closing(Conversations(tmp_path / "conversations.sqlite")) as store:
        yield store


@pytest.fixture
async def running(answers: Answers, store: Conversations, tmp_path: Path) -> AsyncIterator[RunningAnswers]:
    engine = ScriptedEngine(answers)
    with closing(ResultCache(tmp_path / "results.sqlite", 1_000_000)) as results:
        async with ModelPool(Loader([engine])) as pool:
            service = Service(Names([engine], {}), pool, results, ServiceOptions())
            running = RunningAnswers(service, store)
            yield running
            await running.close()


def _asked(store: Conversations) -> Turn:
    talk = store.create(LOCAL_OWNER)
    store.append(LOCAL_OWNER, talk.id, Message("user", "Hello"))
    answer = store.append(LOCAL_OWNER, talk.id, Message("assistant", ""), whole=False)
    return Turn(talk.id, answer.id, "scripted")


async def _watched(running: RunningAnswer) -> list[AnswerSoFar]:
    return [so_far async for so_far in running.watch()]


async def test_two_pages_watch_the_same_answer_to_its_end(
    running: RunningAnswers, store: Conversations
) -> None:
    answer = running.begin(_asked(store))
    first, second = await asyncio.gather(_watched(answer), _watched(answer))
    assert first[-1] == second[-1]
    assert first[-1].phase == "done"
    assert 1 < len(first) < 25, "what was seen too fast to be read is drawn together"


async def test_an_answer_goes_on_when_nobody_watches(running: RunningAnswers, store: Conversations) -> None:
    turn = _asked(store)
    async for _ in running.begin(turn).watch():
        break
    found = running.of(turn.conversation)
    assert found is not None
    assert (await _watched(found))[-1].phase == "done"
    assert store.branch(LOCAL_OWNER, turn.conversation)[-1].whole
    await running.close()  # it was told that it is done a moment before its task was over
    assert running.of(turn.conversation) is None


async def test_stopping_keeps_what_has_come_and_tells_whoever_watches(
    running: RunningAnswers, store: Conversations
) -> None:
    turn = _asked(store)
    seen = []
    async for so_far in running.begin(turn).watch():
        seen.append(so_far.phase)
        if so_far.text:
            running.stop(turn.conversation)
    assert seen[-1] == "stopped"
    kept = store.branch(LOCAL_OWNER, turn.conversation)[-1]
    assert kept.text
    assert kept.details is not None
    assert kept.details.stopped


async def test_the_end_of_the_server_keeps_what_has_come(
    running: RunningAnswers, store: Conversations
) -> None:
    turn = _asked(store)
    async for so_far in running.begin(turn).watch():
        if so_far.text:
            break
    await running.close()
    assert store.branch(LOCAL_OWNER, turn.conversation)[-1].text


async def test_a_conversation_deleted_meanwhile_ends_its_answer(
    running: RunningAnswers, store: Conversations
) -> None:
    turn = _asked(store)
    answer = running.begin(turn)
    store.delete(LOCAL_OWNER, turn.conversation)
    last = (await _watched(answer))[-1]
    assert last.phase == "failed"
    assert last.error is not None


async def test_a_new_answer_takes_the_place_of_the_one_under_way(
    running: RunningAnswers, store: Conversations
) -> None:
    turn = _asked(store)
    first = running.begin(turn)
    again = store.append_version(LOCAL_OWNER, turn.answer, Message("assistant", ""), whole=False)
    second = running.begin(Turn(turn.conversation, again.id, "scripted"))
    assert (await _watched(first))[-1].phase == "stopped"
    assert running.of(turn.conversation) is second
    assert (await _watched(second))[-1].phase == "done"
