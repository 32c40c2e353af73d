"""``chat``: the terminal chat over the real service and a scripted engine."""

from __future__ import annotations

import io
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from scripted_gateway import Answers, Loader, Names

from open_autoglm.cli import chat as chat_module
from open_autoglm.cli.root import run
from open_autoglm.context.conversation import StoredMessage
from open_autoglm.context.conversations import Conversations
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.runtime import Runtime
from open_autoglm.serving.model_pool import ModelPool
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.serving.result_cache import ResultCache
from open_autoglm.serving.service import Service, ServiceOptions
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.values import ChatRequest

Talk = Callable[..., int]


@pytest.fixture
def answers() -> Answers:
    return Answers("Certainly.")


@pytest.fixture
def engine(answers: Answers) -> ScriptedEngine:
    return ScriptedEngine(answers)


@pytest.fixture(autouse=True)
def scripted_runtime(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own composition, but for the engines."""

    class ScriptedRuntime(Runtime):
        @asynccontextmanager
        async def serving(self, metrics: Metrics | None = None) -> AsyncIterator[Service]:
            engines = [engine, ScriptedEngine(["From the other."], model="other")]
            with closing(ResultCache(self.settings.data_dir / "results.sqlite", 1_000_000)) as results:
                async with ModelPool(Loader(engines)) as pool:
                    yield Service(
                        Names(engines, {"autoglm-large": "scripted"}), pool, results, ServiceOptions()
                    )

    monkeypatch.setattr(chat_module, "Runtime", ScriptedRuntime)


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Type lines at a terminal; an exception among them is raised by the keyboard. Then Ctrl-D."""

    def type_lines(*lines: str | type[BaseException], arguments: tuple[str, ...] = ()) -> int:
        waiting = iter(lines)

        def typed(_prompt: str = "") -> str:
            line = next(waiting, EOFError)
            if isinstance(line, str):
                return line
            raise line

        monkeypatch.setattr("builtins.input", typed)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        return run(["chat", "--language", "en", *arguments])

    return type_lines


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], tuple[StoredMessage, ...]]:
    """The branch of the conversation used last."""

    def read() -> tuple[StoredMessage, ...]:
        with Conversations(tmp_path / "data" / "conversations.sqlite") as store:
            return store.branch(LOCAL_OWNER, store.list(LOCAL_OWNER)[0].id)

    return read


def _pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_what_is_piped_in_is_one_question_and_only_the_answer_is_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], engine: ScriptedEngine
) -> None:
    _pipe(monkeypatch, "Hello?\nAre you there?\n")
    assert run(["chat", "--system", "Be brief."]) == 0
    shown = capfd.readouterr()
    assert shown.out == "Certainly.\n"
    assert "tokens" in shown.err
    request = engine.requests[0]
    assert isinstance(request, ChatRequest)
    assert [(each.role, each.content) for each in request.messages] == [
        ("system", "Be brief."),
        ("user", "Hello?\nAre you there?"),
    ]


@pytest.mark.parametrize(
    ("text", "error", "code", "says"),
    [
        ("  \n", None, 2, "no question"),
        ("Hello", EngineUnavailable("It has stopped."), 1, "It has stopped."),
    ],
)
def test_a_question_that_gets_no_answer_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    answers: Answers,
    text: str,
    error: EngineUnavailable | None,
    code: int,
    says: str,
) -> None:
    if error is not None:
        answers.say(ScriptedAnswer(error=error))
    _pipe(monkeypatch, text)
    assert run(["chat"]) == code
    assert says in capfd.readouterr().err


def test_a_model_that_is_not_there_is_exit_4(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _pipe(monkeypatch, "Hello")
    assert run(["chat", "--model", "scriptd"]) == 4
    assert "Did you mean scripted?" in capfd.readouterr().err


def test_a_conversation_goes_on_where_it_ended(
    talk: Talk, engine: ScriptedEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert talk("First question") == 0
    assert talk("Second question", arguments=("--continue", "last")) == 0
    request = engine.requests[-1]
    assert isinstance(request, ChatRequest)
    assert [each.content for each in request.messages] == ["First question", "Certainly.", "Second question"]
    assert "Opened: First question" in capfd.readouterr().err


def test_several_lines_are_one_message(talk: Talk, kept: Callable[[], tuple[StoredMessage, ...]]) -> None:
    talk('"""', "one", "", "two", '"""', "three \\", "four")
    assert [message.text for message in kept() if message.role == "user"] == ["one\n\ntwo", "three \nfour"]


def test_an_answer_is_given_again_beside_the_first_and_both_can_be_shown(
    talk: Talk,
    answers: Answers,
    kept: Callable[[], tuple[StoredMessage, ...]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    answers.say("One way.", "Another way.")
    talk("Which way?", "/retry", "/branch", "/branch 2 1")
    assert "(2 versions)" in capfd.readouterr().err
    assert kept()[-1].text == "One way."


def test_another_question_can_follow_an_earlier_message(
    talk: Talk, kept: Callable[[], tuple[StoredMessage, ...]]
) -> None:
    talk("a", "b", "/branch 2", "c")
    assert [message.text for message in kept() if message.role == "user"] == ["a", "c"]


def test_conversations_are_listed_searched_opened_renamed_and_deleted(
    talk: Talk, capfd: pytest.CaptureFixture[str]
) -> None:
    talk(
        "About rivers",
        "/new",
        "About mountains",
        "/rename High places",
        "/search rivers",
        "/open 1",
        "/delete",
    )
    capfd.readouterr()
    assert run(["chat", "--list"]) == 0
    listed = capfd.readouterr().out
    assert "High places" in listed
    assert "rivers" not in listed


def test_a_conversation_is_exported_as_its_file_name_says(talk: Talk, tmp_path: Path) -> None:
    talk("Hello", f"/export {tmp_path / 'talk.md'}", f"/export {tmp_path / 'talk.json'}")
    assert "Certainly." in (tmp_path / "talk.md").read_text(encoding="utf-8")
    assert '"open-autoglm-conversation"' in (tmp_path / "talk.json").read_text(encoding="utf-8")


def test_the_model_is_changed_for_the_rest_of_the_conversation(
    talk: Talk, capfd: pytest.CaptureFixture[str]
) -> None:
    talk("Hello", "/model other", "And you?")
    assert "From the other." in capfd.readouterr().out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/help", "/retry"),
        ("/nonsense", "no command /nonsense"),
        ("/open 7", "'7'"),
        ("/branch", "Nothing has been said"),
        ("/context", "Nothing has been said"),
        ("/export talk.docx", ".md"),
        ("/model scriptd", "No model is named 'scriptd'; the nearest names are: scripted."),
        ("/model qqqqq", "No model is named 'qqqqq'; there are: "),
        ("/system", "no instruction"),
        ("/list", "no conversation"),
    ],
)
def test_a_command_that_can_not_be_done_says_why_and_the_chat_goes_on(
    talk: Talk, capfd: pytest.CaptureFixture[str], typed: str, says: str
) -> None:
    assert talk(typed, "Hello") == 0
    shown = capfd.readouterr()
    assert says in shown.err
    assert "Certainly." in shown.out


def test_what_the_context_manager_did_is_told(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    talk("Hello", "/context")
    assert "The whole conversation stood in the prompt." in capfd.readouterr().err


def test_ctrl_c_at_the_prompt_leaves_when_it_comes_twice(talk: Talk) -> None:
    assert talk(KeyboardInterrupt, "Hello", KeyboardInterrupt, KeyboardInterrupt) == 130


def test_ctrl_c_stops_an_answer_and_keeps_what_has_come(
    talk: Talk,
    answers: Answers,
    engine: ScriptedEngine,
    kept: Callable[[], tuple[StoredMessage, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    answers.say(ScriptedAnswer("word " * 10_000, token_delay_s=0.001))
    whole = chat_module.streamed

    def interrupted(*arguments: object) -> Iterator[object]:
        stream = whole(*arguments)  # type: ignore[arg-type]
        try:
            for so_far in stream:
                yield so_far
                if so_far.text:
                    raise KeyboardInterrupt
        finally:
            stream.close()

    monkeypatch.setattr(chat_module, "streamed", interrupted)
    assert talk("Go on", "/quit") == 0
    assert "Stopped." in capfd.readouterr().err
    answer = kept()[-1]
    assert answer.text.startswith("word")
    assert answer.details is not None
    assert answer.details.stopped
    assert engine.busy_slots == 0


def test_the_terminal_speaks_chinese(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    talk("/help", arguments=("--language", "zh"))
    assert "开始新对话" in capfd.readouterr().err
