"""The way of a request through cache, admission, model, context and slot."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from house import House, asking, chat, echo, slow, until
from pool_doubles import ScriptedLoader

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.errors import (
    ContextExceeded,
    EngineStartFailed,
    EngineUnavailable,
    NotSupported,
    QueueFull,
    UnknownModel,
)
from open_autoglm.serving.request import ServedRequest
from open_autoglm.serving.service import ServiceOptions
from open_autoglm.telemetry.traces import RequestSpan, Span, Tracer
from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    ImagePart,
    Message,
    Sampling,
    TextRequest,
)

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def test_an_answer_tells_who_gave_it_and_why(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
        about, text = await house.ask(asking("a"))
        assert text == "a heard hello"
        assert (about.model, about.reason, about.cache) == ("a", "a: for a test", "miss")
        assert about.context is not None
        assert about.context.done == "nothing"
        assert about.queue_s >= 0


async def test_a_short_request_is_not_counted_before_it_is_computed(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(script=echo, tells_prompt_length=True), tmp_path) as house:
        about, text = await house.ask(asking("a"))
        engine = house.loader.engines["a"]
        assert (text, engine.counts) == ("a heard hello", 0)
        assert about.context is not None
        assert about.context.prompt_tokens == await engine.count_tokens(chat("hello"))


async def test_the_last_event_carries_usage(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
        async with house.service.answer(asking("a")) as answer:
            events = [event async for event in answer.events]
        assert events[-1].finish_reason == "stop"
        assert events[-1].usage is not None
        assert events[-1].usage.completion_tokens == 3


async def test_an_unknown_model_is_refused_with_the_nearest_names(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(), tmp_path) as house:
        with pytest.raises(UnknownModel, match="Did you mean a"):
            await house.ask(asking("A"))
        assert house.loader.opened == []


async def test_an_answer_is_over_when_whoever_asked_says_so(tmp_path: Path) -> None:
    heard: list[str] = []

    def over(piece: str) -> bool:
        heard.append(piece)
        return piece.strip() == "heard"

    async with House.of(ScriptedLoader(script=echo, tells_prompt_length=True), tmp_path) as house:
        asked = replace(asking("a"), over=over)
        async with house.service.answer(asked) as answer:
            events = [event async for event in answer.events]
        assert "".join(event.text for event in events) == "a heard"
        assert events[-1].finish_reason == "stop"
        assert events[-1].usage is not None
        assert events[-1].usage.completion_tokens == len(heard) == 2
        assert events[-1].usage.prompt_tokens > 0
        about, text = await house.ask(asking("a"))
        assert (about.cache, text) == ("miss", "a heard hello"), "what was cut is not kept for others"


class TestResultCache:
    async def test_the_same_request_is_answered_without_the_model(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            _, computed = await house.ask(asking("a"))
            await house.service.unload("a")
            about, kept = await house.ask(asking("a"))
            assert (about.cache, kept) == ("hit", computed)
            assert about.context is None
            assert house.loader.opened == ["a"]

    async def test_a_kept_answer_carries_its_usage(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            await house.ask(asking("a"))
            async with house.service.answer(asking("a")) as answer:
                events = [event async for event in answer.events]
            assert events[-1].usage is not None
            assert events[-1].usage.completion_tokens == 3

    async def test_an_answer_is_kept_before_its_last_event_is_read(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            async with house.service.answer(asking("a")) as answer:
                async for event in answer.events:
                    if event.finish_reason is not None:
                        about, _ = await house.ask(asking("a"))
                        break
            assert about.cache == "hit"

    @pytest.mark.parametrize(
        "other",
        [
            asking("b"),
            asking("a", "good bye"),
            asking("a", owner="somebody else"),
            asking("a", context_policy="truncate"),
        ],
        ids=["model", "words", "owner", "policy"],
    )
    async def test_another_request_is_computed(self, tmp_path: Path, other: ServedRequest) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            await house.ask(asking("a"))
            about, _ = await house.ask(other)
            assert about.cache == "miss"

    @pytest.mark.parametrize(
        "asked",
        [
            asking("a", use_cache=False),
            asking("a", request=chat("hello", sampling=Sampling(temperature=0.7))),
            asking("far"),
        ],
        ids=["asked for none", "chance", "upstream"],
    )
    async def test_what_may_not_be_kept_is_computed_each_time(
        self, tmp_path: Path, asked: ServedRequest
    ) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            for _ in range(2):
                about, _ = await house.ask(asked)
                assert about.cache == "off"

    async def test_without_room_on_disk_the_cache_is_off(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(script=echo), tmp_path, result_bytes=0) as house:
            about, _ = await house.ask(asking("a"))
            assert about.cache == "off"
            assert house.counted("result_cache_requests_total{") == 0

    async def test_half_an_answer_is_not_kept(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(script=slow), tmp_path) as house:
            async with house.service.answer(asking("a")) as answer:
                await anext(answer.events)
            house.loader.script = echo
            about, text = await house.ask(asking("a"))
            assert (about.cache, text) == ("miss", "a heard hello")


class TestBeforeTheFirstToken:
    async def test_a_conversation_that_is_too_long_is_refused_with_the_counts(self, tmp_path: Path) -> None:
        async with House.of(ScriptedLoader(), tmp_path) as house:
            with pytest.raises(ContextExceeded, match=r"window of 4096 tokens"):
                async with house.service.answer(asking("a", "word " * 5000)):
                    pass
            assert house.loader.engines["a"].requests == []

    async def test_an_answer_longer_than_the_window_is_refused_unless_it_may_end_with_it(
        self, tmp_path: Path
    ) -> None:
        long = ChatRequest((Message("user", "hello"),), max_tokens=5000)
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            with pytest.raises(ContextExceeded, match=r"may take 5000 tokens"):
                await house.ask(asking("a", request=long))
            _, text = await house.ask(asking("a", request=long, ends_with_window=True))
            assert text == "a heard hello"

    async def test_a_limit_within_the_window_is_kept(self, tmp_path: Path) -> None:
        short = ChatRequest((Message("user", "hello"),), max_tokens=2)
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            _, text = await house.ask(asking("a", request=short, ends_with_window=True))
            assert text == "a heard"

    async def test_or_shortened_where_the_policy_says_so(self, tmp_path: Path) -> None:
        turns = [Message("user" if n % 2 == 0 else "assistant", "word " * 500) for n in range(21)]
        async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
            asked = asking("a", request=ChatRequest(tuple(turns)), context_policy="truncate")
            about, _ = await house.ask(asked)
            assert about.context is not None
            assert about.context.done == "truncated"
            assert about.context.prompt_tokens <= about.context.window

    async def test_a_summary_is_written_by_the_same_model(self, tmp_path: Path) -> None:
        turns = [Message("user" if n % 2 == 0 else "assistant", "word " * 500) for n in range(21)]
        loader = ScriptedLoader(script=lambda name, request: "They said word.")
        async with House.of(loader, tmp_path) as house:
            asked = asking("a", request=ChatRequest(tuple(turns)), context_policy="summarize")
            about, _ = await house.ask(asked)
            assert about.context is not None
            assert about.context.done == "summarized"
            assert "They said word." in about.context.summary
            assert house.loader.engines["a"].busy_slots == 0

    async def test_what_the_model_can_not_do_is_refused(self, tmp_path: Path) -> None:
        picture = Message("user", (ImagePart(b"", "image/png"),))
        async with House.of(ScriptedLoader(), tmp_path) as house:
            with pytest.raises(NotSupported, match="vision"):
                async with house.service.answer(asking("a", request=ChatRequest((picture,)))):
                    pass

    async def test_the_end_of_the_worker_is_raised_when_the_answer_is_begun(self, tmp_path: Path) -> None:
        died = ScriptedAnswer("word", error=EngineUnavailable("The worker was killed."))
        async with House.of(ScriptedLoader(script=lambda *_: died), tmp_path) as house:
            with pytest.raises(EngineUnavailable, match="killed"):
                async with house.service.answer(asking("a")):
                    pytest.fail("there is no first token")


async def test_the_end_of_a_worker_fails_its_own_requests_only(tmp_path: Path) -> None:
    killed = EngineUnavailable("The worker was killed.")

    def script(name: str, request: EngineRequest) -> ScriptedAnswer:
        if name == "a" and "dies" in str(request):
            return ScriptedAnswer("word " * 10, error=killed, tokens_before_error=3)
        return ScriptedAnswer("word " * 10, token_delay_s=0.002)

    async with House.of(ScriptedLoader(room=2, script=script), tmp_path) as house:
        async with house.service.answer(asking("b")) as other:
            with pytest.raises(EngineUnavailable, match="killed"):
                await house.ask(asking("a", "dies"))
            assert len([event async for event in other.events]) > 10
        _, text = await house.ask(asking("a", "lives"))
        assert text == "word " * 10


async def test_a_hundred_requests_swap_three_models_in_room_for_one_and_none_hangs_or_mixes(
    tmp_path: Path,
) -> None:
    loader = ScriptedLoader(
        room=1, script=lambda name, request: ScriptedAnswer(echo(name, request), token_delay_s=0.0005)
    )
    wrong: list[str] = []
    finished: list[str] = []

    async with House.of(loader, tmp_path, ServiceOptions(queue_limit=100)) as house:

        async def ask(number: int) -> None:
            name = "abc"[number % 3]
            about, text = await house.ask(asking(name, f"number {number}"))
            finished.append(name)
            if (about.model, text) != (name, f"{name} heard number {number}"):
                wrong.append(f"{number}: {about.model} {text}")

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for number in range(100):
                    tasks.start_soon(ask, number)
        assert wrong == []
        assert len(finished) == 100
        assert all(status.busy == status.waiting == 0 for status in house.service.status())


async def test_a_storm_of_requests_that_come_and_leave_at_random_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    loader = ScriptedLoader(
        room=2, script=lambda name, request: ScriptedAnswer(echo(name, request), token_delay_s=0.001)
    )
    wrong: list[str] = []

    async with House.of(loader, tmp_path, ServiceOptions(queue_limit=10)) as house:

        async def ask(number: int) -> None:
            name, patience_s = chance.choice("abc"), chance.choice((0.0, 0.002, 0.01, 5.0))
            await anyio.sleep(chance.random() / 5)
            priority = chance.choice(("interactive", "batch"))
            with anyio.move_on_after(patience_s), suppress(QueueFull):
                _, text = await house.ask(asking(name, f"number {number}", priority=priority))
                if text != f"{name} heard number {number}":
                    wrong.append(text)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for number in range(300):
                    tasks.start_soon(ask, number)
            assert wrong == []
            assert all(status.busy == status.waiting == 0 for status in house.service.status())
            for name in "abc":
                assert (await house.ask(asking(name, "still there?")))[1] == f"{name} heard still there?"


class TestAdmission:
    async def test_one_request_more_than_may_wait_is_refused_at_once(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=1, script=slow)
        async with (
            House.of(loader, tmp_path, ServiceOptions(queue_limit=2)) as house,
            house.service.answer(asking("a")),
            anyio.create_task_group() as tasks,
        ):
            for _ in range(2):
                tasks.start_soon(house.ask, asking("a"))
            await until(lambda: house.status("a").waiting == 2)
            with anyio.fail_after(0.1), pytest.raises(QueueFull) as caught:
                await house.ask(asking("a"))
            assert caught.value.retry_after_s >= 1
            tasks.cancel_scope.cancel()

    async def test_as_many_run_at_once_as_the_loaded_model_has_slots(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=3, script=slow)
        async with House.of(loader, tmp_path) as house, anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(house.ask, asking("a", f"{number}"))
            await until(lambda: loader.engines and loader.engines["a"].busy_slots == 3)
            status = house.status("a")
            assert (status.busy, status.waiting, status.state) == (3, 2, "answering")
            tasks.cancel_scope.cancel()

    async def test_a_model_that_can_not_be_loaded_is_tried_once_for_all_who_wait(
        self, tmp_path: Path
    ) -> None:
        loader = ScriptedLoader(script=echo)
        loader.may_open = anyio.Event()
        loader.failures = [EngineStartFailed("The file is cut.")]
        failed: list[str] = []

        async with House.of(loader, tmp_path) as house:

            async def ask(number: int) -> None:
                with pytest.raises(EngineStartFailed) as caught:
                    await house.ask(asking("a", f"{number}"))
                failed.append(caught.value.message)

            async with anyio.create_task_group() as tasks:
                for number in range(5):
                    tasks.start_soon(ask, number)
                await loader.opening.wait()
                await until(lambda: house.status("a").waiting == 4)
                loader.may_open.set()
            assert failed == ["The file is cut."] * 5
            assert (await house.ask(asking("a")))[1] == "a heard hello"

    async def test_a_person_passes_what_runs_in_the_background(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=1, script=echo)
        order: list[str] = []

        async with House.of(loader, tmp_path) as house:

            async def ask(name: str, priority: str) -> None:
                await house.ask(asking("a", name, priority=priority))
                order.append(name)

            async with anyio.create_task_group() as tasks, house.service.answer(asking("a", "first")):
                tasks.start_soon(ask, "document", "batch")
                await until(lambda: house.status("a").waiting == 1)
                tasks.start_soon(ask, "person", "interactive")
                await until(lambda: house.status("a").waiting == 2)
            assert order == ["person", "document"]


class TestLeaving:
    async def test_a_client_that_leaves_in_the_middle_frees_its_slot(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=1, script=slow)
        async with House.of(loader, tmp_path) as house:
            async with house.service.answer(asking("a")) as answer:
                await anext(answer.events)
                assert loader.engines["a"].busy_slots == 1
            assert loader.engines["a"].busy_slots == 0
            assert house.status("a").busy == 0

    async def test_a_cancelled_client_frees_its_slot_and_its_neighbour_goes_on(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=2, script=lambda *_: ScriptedAnswer("word " * 200, token_delay_s=0.001))
        async with House.of(loader, tmp_path) as house, house.service.answer(asking("a", "stays")) as stays:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(house.ask, asking("a", "leaves"))
                await until(lambda: loader.engines["a"].busy_slots == 2)
                tasks.cancel_scope.cancel()
            assert loader.engines["a"].busy_slots == 1
            assert "".join([event.text async for event in stays.events]) == "word " * 200

    async def test_a_client_that_leaves_the_line_frees_its_place(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(slots=1, script=slow)
        async with House.of(loader, tmp_path) as house, house.service.answer(asking("a")):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(house.ask, asking("a"))
                await until(lambda: house.status("a").waiting == 1)
                tasks.cancel_scope.cancel()
            assert house.status("a").waiting == 0

    async def test_a_client_that_leaves_while_the_model_is_loaded_harms_nobody(self, tmp_path: Path) -> None:
        loader = ScriptedLoader(script=echo)
        loader.may_open = anyio.Event()
        async with House.of(loader, tmp_path) as house:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(house.ask, asking("a", "leaves"))
                await loader.opening.wait()
                tasks.cancel_scope.cancel()
            loader.may_open.set()
            _, text = await house.ask(asking("a", "stays"))
            assert text == "a heard stays"
            assert loader.opened == ["a"]


async def test_tokens_are_counted_and_converted_by_the_model(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(), tmp_path) as house:
        assert await house.service.count_tokens("a", chat("one two three")) > 3
        tokens = await house.service.tokenize("a", "one two")
        assert await house.service.detokenize("a", tokens) == "one two"


async def test_a_model_can_be_had_ready_and_let_go(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(slots=3), tmp_path) as house:
        await house.service.load("a")
        assert (house.status("a").state, house.status("a").slots) == ("ready", 3)
        await house.service.unload("a")
        assert house.service.status() == ()


async def test_text_past_the_template_is_answered_too(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
        _, text = await house.ask(ServedRequest("a", TextRequest("def f(")))
        assert text == "a heard def f("


async def test_a_request_is_measured(tmp_path: Path) -> None:
    async with House.of(ScriptedLoader(script=echo), tmp_path) as house:
        for _ in range(2):
            await house.ask(asking("a"))
        assert house.counted('queue_seconds_count{model="a"}') == 1
        assert house.counted('time_to_first_token_seconds_count{model="a"}') == 2
        assert house.counted('inter_token_latency_seconds_count{model="a"}') == 3
        assert house.counted('tokens_total{kind="completion",model="a"}') == 3
        assert house.counted('result_cache_requests_total{model="a",outcome="hit"}') == 1
        assert house.counted('result_cache_requests_total{model="a",outcome="miss"}') == 1
        assert house.counted('model_loads_total{model="a",outcome="loaded"}') == 1


@pytest.mark.parametrize("wanted", [False, True])
async def test_words_are_logged_only_where_that_was_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, wanted: bool
) -> None:
    options = ServiceOptions(log_content=wanted)
    with caplog.at_level("INFO", "open_autoglm"):
        async with House.of(ScriptedLoader(script=echo), tmp_path, options) as house:
            await house.ask(asking("a", "my secret"))
    texts = [str(vars(record).get("text", "")) + record.getMessage() for record in caplog.records]
    assert any("my secret" in text for text in texts) == wanted
    assert any("a heard my secret" in text for text in texts) == wanted


class Notebook(Tracer):
    """Writes down which stages a request went through, and with which error they ended."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def request(self, operation: str, model: str, headers: object = None) -> RequestSpan:
        return _NotedSpan(self)


class _NotedSpan(RequestSpan):
    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    @contextmanager
    def stage(self, name: str) -> Iterator[Span]:
        self._notebook.stages.append(name)
        yield Span()


async def test_a_request_has_a_span_for_each_stage(tmp_path: Path) -> None:
    notebook = Notebook()
    async with House.of(ScriptedLoader(script=echo), tmp_path, tracer=notebook) as house:
        await house.ask(asking("a"))
        assert notebook.stages == ["cache", "admission", "context", "engine"]
        await house.ask(asking("a"))
        assert notebook.stages[4:] == ["cache"]
