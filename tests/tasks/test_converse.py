"""One turn of a stored conversation, over the real service and a scripted engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from scripted_gateway import Answers, Loader, Names

from open_autoglm.context.conversation import AttachedDocument, Attachments, StoredMessage
from open_autoglm.context.conversations import Conversations
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable, UnknownModel
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.tasks.converse import AnswerSoFar, Turn, converse, prompt_messages
from open_autoglm.values import ChatRequest, Message

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Talk:
    """A conversation, its store, and the service that answers it."""

    def __init__(
        self, make_service: Callable[[], Service], store: Conversations, engine: ScriptedEngine
    ) -> None:
        self.make_service, self.store, self.engine = make_service, store, engine
        self.service = make_service()
        self.id = store.create(LOCAL_OWNER).id

    def ask(self, text: str, attachments: Attachments | None = None, model: str = "scripted") -> Turn:
        self.store.append(LOCAL_OWNER, self.id, Message("user", text), attachments=attachments)
        answer = self.store.append(LOCAL_OWNER, self.id, Message("assistant", ""), whole=False)
        return Turn(self.id, answer.id, model)

    async def answered(self, turn: Turn) -> AnswerSoFar:
        last = AnswerSoFar("waiting")
        async with aclosing(converse(self.service, self.store, turn)) as answer:
            async for so_far in answer:
                last = so_far
        return last

    def kept(self) -> StoredMessage:
        return self.store.branch(LOCAL_OWNER, self.id)[-1]

    def sent(self) -> list[tuple[str, str]]:
        request = self.engine.requests[-1]
        assert isinstance(request, ChatRequest)
        return [(message.role, str(message.content)) for message in request.messages]


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
async def talk(answers: Answers, tmp_path: Path) -> AsyncIterator[Talk]:
    engine = ScriptedEngine(answers, prefill_delay_s=0.0001)
    with (
        closing(Conversations(tmp_path / "conversations.sqlite")) as store,
        closing(ResultCache(tmp_path / "results.sqlite", 1_000_000)) as results,
    ):
        async with ModelPool(Loader([engine])) as pool:

            def make_service() -> Service:
                return Service(Names([engine], {}), pool, results, ServiceOptions())

            yield Talk(make_service, store, engine)


async def test_the_answer_is_kept_with_how_it_came_about(talk: Talk, answers: Answers) -> None:
    answers.say(ScriptedAnswer("It is four.", reasoning="Two and two."))
    last = await talk.answered(talk.ask("2 + 2?"))
    assert (last.phase, last.text, last.reasoning) == ("done", "It is four.", "Two and two.")
    kept = talk.kept()
    assert (kept.text, kept.reasoning, kept.whole) == ("It is four.", "Two and two.", True)
    assert kept.details is not None
    assert kept.details.model == "scripted"
    assert kept.details.usage is not None
    assert kept.details.context is not None
    assert kept.details.context.policy == "summarize"
    assert kept.details.first_token_s is not None


async def test_the_phases_are_told_in_order(talk: Talk) -> None:
    phases: list[str] = []
    async with aclosing(converse(talk.service, talk.store, talk.ask("Hello"))) as answer:
        async for so_far in answer:
            if so_far.phase not in phases:
                phases.append(so_far.phase)
            if so_far.phase == "reading":
                assert so_far.progress is not None
    assert phases == ["waiting", "reading", "answering", "done"]


async def test_a_failure_ends_the_answer_and_keeps_what_has_come(talk: Talk, answers: Answers) -> None:
    gone = EngineUnavailable("The engine has stopped.", hint="Send it again.")
    answers.say(ScriptedAnswer("one two three", error=gone, tokens_before_error=2))
    last = await talk.answered(talk.ask("Count"))
    assert (last.phase, last.error) == ("failed", gone)
    kept = talk.kept()
    assert kept.text.startswith("one")
    assert kept.details is not None
    assert kept.details.error == "The engine has stopped. Send it again."


async def test_an_unknown_model_is_told_like_any_other_failure(talk: Talk) -> None:
    last = await talk.answered(talk.ask("Hello", model="nonsense"))
    assert isinstance(last.error, UnknownModel)
    assert talk.kept().whole


async def test_a_reader_who_leaves_stops_the_answer_and_frees_its_slot(talk: Talk, answers: Answers) -> None:
    answers.say(ScriptedAnswer("word " * 1000, token_delay_s=0.001))
    async with aclosing(converse(talk.service, talk.store, talk.ask("Go on"))) as answer:
        async for so_far in answer:
            if len(so_far.text) > 20:
                break
    kept = talk.kept()
    assert kept.text.startswith("word word")
    assert kept.details is not None
    assert kept.details.stopped
    assert talk.engine.busy_slots == 0


async def test_a_reader_who_leaves_before_anything_has_come_stops_the_answer(talk: Talk) -> None:
    async with aclosing(converse(talk.service, talk.store, talk.ask("Hello"))) as answer:
        await anext(answer)
    kept = talk.kept()
    assert kept.whole
    assert kept.details is not None
    assert kept.details.stopped


async def test_the_whole_branch_is_sent_and_no_other(talk: Talk, answers: Answers) -> None:
    answers.say("first answer", "another answer", "third")
    turn = talk.ask("first question")
    await talk.answered(turn)
    again = talk.store.append_version(LOCAL_OWNER, turn.answer, Message("assistant", ""), whole=False)
    await talk.answered(Turn(talk.id, again.id, "scripted"))
    await talk.answered(talk.ask("second question"))
    assert talk.sent() == [
        ("user", "first question"),
        ("assistant", "another answer"),
        ("user", "second question"),
    ]


async def test_documents_stand_before_the_question_about_them(talk: Talk) -> None:
    attachments = Attachments(documents=(AttachedDocument("a.pdf", "job-1"),))
    turn = talk.ask("What is it?", attachments)
    turn = Turn(
        turn.conversation,
        turn.answer,
        turn.model,
        document_text=lambda owner, each: f"<{owner} {each.name}> ",
    )
    await talk.answered(turn)
    assert talk.sent() == [("user", "<local a.pdf> What is it?")]


async def test_a_question_after_one_that_got_no_answer_goes_with_it(talk: Talk, answers: Answers) -> None:
    answers.say(ScriptedAnswer("", error=EngineUnavailable("The engine has stopped.")))
    await talk.answered(talk.ask("first"))
    await talk.answered(talk.ask("second"))
    assert talk.sent() == [("user", "first\n\nsecond")]


async def test_an_instruction_stays_at_the_beginning(talk: Talk) -> None:
    talk.store.append(LOCAL_OWNER, talk.id, Message("system", "Be short."))
    await talk.answered(talk.ask("Hello"))
    assert talk.sent() == [("system", "Be short."), ("user", "Hello")]


async def test_pictures_are_sent_before_the_words(talk: Talk) -> None:
    from open_autoglm.context.conversation import AttachedPicture

    attachments = Attachments(pictures=(AttachedPicture("image/png", b"png"),))
    stored = talk.store.append(LOCAL_OWNER, talk.id, Message("user", "Look"), attachments=attachments)
    [message] = prompt_messages([stored], lambda document: document.name)
    assert [type(part).__name__ for part in message.parts] == ["ImagePart", "TextPart"]


async def test_a_summary_is_not_written_again_after_a_restart(talk: Talk, answers: Answers) -> None:
    answers.usual = "As you say."
    for number in range(5):
        await talk.answered(talk.ask(f"{number} " + "word " * 700))
    before = talk.kept().details
    assert before is not None
    assert before.context is not None
    assert before.context.done == "summarized"
    talk.service = talk.make_service()
    asked = len(talk.engine.requests)
    await talk.answered(talk.ask("And now?"))
    after = talk.kept().details
    assert after is not None
    assert after.context is not None
    assert after.context.summary == before.context.summary
    assert len(talk.engine.requests) == asked + 1
