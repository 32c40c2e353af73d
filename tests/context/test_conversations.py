"""Conversations on disk: a tree of messages, private to its owner, that no kill can tear."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_autoglm.context import conversation_schema
from open_autoglm.context.conversation import (
    AnswerDetails,
    AttachedDocument,
    AttachedPicture,
    Attachments,
)
from open_autoglm.context.conversation_rows import MAX_PICTURES_BYTES
from open_autoglm.context.conversations import Conversations
from open_autoglm.context.report import ContextReport
from open_autoglm.errors import LimitExceeded, NotFound, UsageError
from open_autoglm.values import ImagePart, Message, TextPart, ToolCall, Usage

ME = "local"
PICTURE = ImagePart(b"\x89PNG", "image/png")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path / "conversations.sqlite") as opened:
        yield opened


def user(text: str) -> Message:
    return Message("user", text)


def answer(text: str) -> Message:
    return Message("assistant", text)


def shown(store: Conversations, conversation: str) -> list[str]:
    return [message.text for message in store.branch(ME, conversation)]


# conversations


def test_a_conversation_is_named_after_the_first_question(store: Conversations) -> None:
    made = store.create(ME, model="autoglm-base")
    store.append(ME, made.id, Message("system", "Be brief."))
    store.append(ME, made.id, user("\n  What  is a slot?\nAnd a window?"))
    store.append(ME, made.id, user("Another question"))
    found = store.get(ME, made.id)
    assert (found.title, found.model) == ("What is a slot?", "autoglm-base")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("word " * 30, "word " * 11 + "word…"),
        ("长" * 100, "长" * 60 + "…"),
    ],
)
def test_a_long_question_makes_a_short_title(store: Conversations, question: str, title: str) -> None:
    made = store.create(ME)
    store.append(ME, made.id, user(question))
    assert store.get(ME, made.id).title == title


def test_a_given_title_stays(store: Conversations) -> None:
    made = store.create(ME, title="Trip")
    store.append(ME, made.id, user("Hello"))
    store.rename(ME, made.id, "  Trip to\nHangzhou ")
    assert store.get(ME, made.id).title == "Trip to Hangzhou"
    with pytest.raises(UsageError, match="empty title"):
        store.rename(ME, made.id, " ")


def test_what_was_used_last_is_listed_first(store: Conversations) -> None:
    first, second = store.create(ME, title="first"), store.create(ME, title="second")
    assert [row.title for row in store.list(ME)] == ["second", "first"]
    store.append(ME, first.id, user("Hello"))
    assert [row.title for row in store.list(ME)] == ["first", "second"]
    assert [row.id for row in store.list(ME, 1, skip=1)] == [second.id]


def test_another_owner_sees_and_changes_nothing(store: Conversations) -> None:
    made = store.create(ME, title="secret")
    said = store.append(ME, made.id, user("secret"))
    assert store.list("other") == ()
    assert store.search("other", "secret") == ()
    for attempt in (
        lambda: store.get("other", made.id),
        lambda: store.branch("other", made.id),
        lambda: store.tree("other", made.id),
        lambda: store.rename("other", made.id, "mine"),
        lambda: store.use_model("other", made.id, "mine"),
        lambda: store.delete("other", made.id),
        lambda: store.append("other", made.id, user("mine")),
        lambda: store.append_version("other", said.id, user("mine")),
        lambda: store.update("other", said.id, "mine"),
        lambda: store.continue_from("other", said.id),
        lambda: store.switch_to("other", said.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert shown(store, made.id) == ["secret"]


def test_deleting_leaves_nothing(store: Conversations, tmp_path: Path) -> None:
    made = store.create(ME)
    store.append(ME, made.id, Message("user", (PICTURE, TextPart("Look at this"))))
    store.delete(ME, made.id)
    assert store.list(ME) == ()
    assert store.search(ME, "Look") == ()
    with pytest.raises(NotFound):
        store.branch(ME, made.id)
    database = sqlite3.connect(tmp_path / "conversations.sqlite")
    for table in ("messages", "pictures"):
        assert database.execute(f"select count(*) from {table}").fetchone() == (0,)
    database.close()


def test_another_model_can_go_on(store: Conversations) -> None:
    made = store.create(ME, model="a")
    store.use_model(ME, made.id, "b")
    assert store.get(ME, made.id).model == "b"


# messages


def test_a_message_comes_back_as_it_was_said(store: Conversations) -> None:
    made = store.create(ME)
    call = ToolCall("1", "look_up", '{"word": "cat"}')
    said = [
        Message("system", "Be brief."),
        Message("user", (PICTURE, TextPart("What is this?"))),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "a cat", tool_call_id="1"),
        Message("assistant", "A cat. 一只猫。"),
    ]
    for message in said:
        store.append(ME, made.id, message)
    assert [stored.message for stored in store.branch(ME, made.id)] == said


def test_attachments_have_names(store: Conversations) -> None:
    made = store.create(ME)
    attachments = Attachments(
        (AttachedPicture("image/png", b"\x89PNG", "cat.png"),), (AttachedDocument("report.pdf", "task-1"),)
    )
    store.append(ME, made.id, user(""), attachments=attachments)
    (stored,) = store.branch(ME, made.id)
    assert stored.attachments == attachments
    assert stored.message.parts == (PICTURE, TextPart(""))
    assert store.get(ME, made.id).title == "report.pdf"


def test_too_many_bytes_of_pictures_are_refused_and_nothing_is_stored(store: Conversations) -> None:
    made = store.create(ME)
    large = ImagePart(bytes(MAX_PICTURES_BYTES // 2 + 1), "image/png")
    with pytest.raises(LimitExceeded, match=str(MAX_PICTURES_BYTES)):
        store.append(ME, made.id, Message("user", (large, large)))
    assert shown(store, made.id) == []


def test_an_answer_is_written_while_it_comes(store: Conversations) -> None:
    made = store.create(ME)
    store.append(ME, made.id, user("Hello"))
    begun = store.append(ME, made.id, answer(""), whole=False)
    store.update(ME, begun.id, "Good")
    assert [(row.text, row.whole) for row in store.branch(ME, made.id)] == [("Hello", True), ("Good", False)]
    report = ContextReport("summarize", 4096, 900, 5000, 5, summarized_messages=12, summary="About rivers.")
    details = AnswerDetails(
        "qwen", "stop", Usage(900, 3, 800), report, "miss", first_token_s=0.2, tokens_per_s=14.5
    )
    store.update(ME, begun.id, "Good day.", reasoning="Be polite.", details=details, whole=True)
    stored = store.branch(ME, made.id)[1]
    assert (stored.text, stored.reasoning, stored.whole, stored.details) == (
        "Good day.",
        "Be polite.",
        True,
        details,
    )


# branches


def test_an_edited_question_begins_a_branch_and_the_old_one_stays(store: Conversations) -> None:
    made = store.create(ME)
    first = store.append(ME, made.id, user("1"))
    store.append(ME, made.id, answer("a"))
    second = store.append(ME, made.id, user("2"))
    store.append(ME, made.id, answer("b"))
    edited = store.append_version(ME, second.id, user("2 again"))
    store.append(ME, made.id, answer("c"))
    assert shown(store, made.id) == ["1", "a", "2 again", "c"]
    assert store.branch(ME, made.id)[2].versions == (second.id, edited.id)
    assert store.branch(ME, made.id)[0].versions == (first.id,)
    store.switch_to(ME, second.id)
    assert shown(store, made.id) == ["1", "a", "2", "b"]
    store.switch_to(ME, edited.id)
    assert shown(store, made.id) == ["1", "a", "2 again", "c"]


def test_the_first_question_can_be_edited_too(store: Conversations) -> None:
    made = store.create(ME)
    first = store.append(ME, made.id, user("1"))
    store.append(ME, made.id, answer("a"))
    edited = store.append_version(ME, first.id, user("one"))
    assert shown(store, made.id) == ["one"]
    assert edited.parent is None
    assert edited.versions == (first.id, edited.id)


def test_an_answer_given_again_is_a_version_of_the_first(store: Conversations) -> None:
    made = store.create(ME)
    store.append(ME, made.id, user("1"))
    first = store.append(ME, made.id, answer("a"))
    second = store.append_version(ME, first.id, answer(""), whole=False)
    store.update(ME, second.id, "b", whole=True)
    assert shown(store, made.id) == ["1", "b"]
    assert store.branch(ME, made.id)[1].versions == (first.id, second.id)
    assert [message.text for message in store.tree(ME, made.id)] == ["1", "a", "b"]


def test_a_conversation_goes_on_from_any_message(store: Conversations) -> None:
    made = store.create(ME)
    for number in range(3):
        store.append(ME, made.id, user(f"question {number}"))
        store.append(ME, made.id, answer(f"answer {number}"))
    turn = store.branch(ME, made.id)[1]
    store.continue_from(ME, turn.id)
    assert shown(store, made.id) == ["question 0", "answer 0"]
    store.append(ME, made.id, user("other question"))
    assert shown(store, made.id) == ["question 0", "answer 0", "other question"]


def test_an_answer_goes_to_its_question_whatever_is_shown_meanwhile(store: Conversations) -> None:
    made = store.create(ME)
    first = store.append(ME, made.id, user("1"))
    store.append_version(ME, first.id, user("one"))
    reply = store.append(ME, made.id, answer("a"), after=first.id)
    assert reply.parent == first.id
    assert shown(store, made.id) == ["1", "a"]
    other = store.create(ME)
    with pytest.raises(NotFound, match=f"no message {first.id}"):
        store.append(ME, other.id, answer("b"), after=first.id)


# search


@pytest.fixture(params=["indexed", "without index"])
def searched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Conversations:
    """Four conversations, in a file with a full-text index and in one of a SQLite that has none."""
    if request.param == "without index":
        monkeypatch.setattr(conversation_schema, "TRIGRAM_SINCE", (99, 0, 0))
    store = Conversations(tmp_path / "searched.sqlite")
    request.addfinalizer(store.close)
    for title, text in (
        ("contract", "请审查这份采购合同的付款条款，金额是一百万元。"),
        ("rivers", "The longest river of China is the Yangtze, 100% sure."),
        ("code", "def parse_file(path): return open(path)"),
        ("Yangtze trip", "Which boat?"),
    ):
        made = store.create(ME, title=title)
        store.append(ME, made.id, user(text))
    return store


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("付款条款", ["contract"]),
        ("合同", ["contract"]),
        ("元", ["contract"]),
        ("yangtze", ["Yangtze trip", "rivers"]),
        ("angtz", ["Yangtze trip", "rivers"]),
        ("yangtze river", ["rivers"]),
        ("yangtze boat", ["Yangtze trip"]),
        ("parse_file", ["code"]),
        ("parseXfile", []),
        ("0%", ["rivers"]),
        ('"unbalanced', []),
        ("nothing OR *", []),
        ("", []),
        (" ", []),
        ("nul\0nul", []),
    ],
)
def test_search_finds_words_and_parts_of_words_in_both_languages(
    searched: Conversations, text: str, titles: list[str]
) -> None:
    assert [found.conversation.title for found in searched.search(ME, text)] == titles


def test_search_shows_what_it_found(searched: Conversations) -> None:
    (found,) = searched.search(ME, "付款")
    assert "采购合同的付款条款" in found.excerpt
    assert found.message is not None
    trip, _ = searched.search(ME, "yangtze")
    assert (trip.excerpt, trip.message) == ("Yangtze trip", None)


def test_search_follows_changed_and_deleted_messages(searched: Conversations) -> None:
    made = searched.create(ME, title="draft")
    begun = searched.append(ME, made.id, answer("alpha"), whole=False)
    searched.update(ME, begun.id, "alphabeta gamma")
    assert [found.conversation.id for found in searched.search(ME, "beta gamma")] == [made.id]
    searched.delete(ME, made.id)
    assert searched.search(ME, "gamma") == ()


def test_search_is_limited(searched: Conversations) -> None:
    assert len(searched.search(ME, "a", 1)) == 1


# several processes, and their ends


def test_two_connections_use_one_file(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite"
    with Conversations(path) as page, Conversations(path) as terminal:
        made = page.create(ME)
        for number in range(20):
            (page if number % 2 else terminal).append(ME, made.id, user(f"{number}"))
        assert shown(page, made.id) == [f"{number}" for number in range(20)]


WRITER = """
import sys
from pathlib import Path
from open_autoglm.context.conversations import Conversations
from open_autoglm.values import Message

store = Conversations(Path(sys.argv[1]))
made = store.create("local", title="killed")
number = 0
while True:
    stored = store.append("local", made.id, Message("user", f"question {number} " + "x" * 2000))
    begun = store.append("local", made.id, Message("assistant", ""), whole=False)
    store.update("local", begun.id, f"answer {number} " + "y" * 2000, whole=True)
    print(number, flush=True)
    number += 1
"""


@pytest.mark.parametrize("messages", [1, 7, 23])
def test_everything_acknowledged_survives_the_kill_of_the_writer(tmp_path: Path, messages: int) -> None:
    path = tmp_path / "conversations.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(messages)]
    writer.kill()
    acknowledged += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    writer.stdout.close()
    with Conversations(path) as store:
        (found,) = store.list(ME)
        texts = shown(store, found.id)
        for number in acknowledged:
            assert texts[2 * number].startswith(f"question {number} ")
            assert texts[2 * number + 1].startswith(f"answer {number} ")
        store.append(ME, found.id, user("on it goes"))
        assert [hit.conversation.id for hit in store.search(ME, "on it goes")] == [found.id]
    database = sqlite3.connect(path)
    assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.execute("insert into message_index (message_index) values ('integrity-check')")
    database.close()
