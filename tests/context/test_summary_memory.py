"""Summaries are found again by what was said."""

from __future__ import annotations

from talks import talk, tool_turn

from open_autoglm.context.report import ContextReport
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.context.turns import split_turns
from open_autoglm.values import ImagePart, Message, TextPart, ToolCall


def test_the_longest_summarized_start_is_found() -> None:
    memory = SummaryMemory()
    turns = split_turns(talk(6))
    memory.remember("ada", turns.oldest(2), "two")
    memory.remember("ada", turns.oldest(4), "four")
    assert memory.longest("ada", turns) == (4, "four")
    assert memory.longest("ada", split_turns(talk(4))) == (2, "two")
    assert memory.longest("ada", split_turns(talk(2))) == (0, "")


def test_another_owner_finds_nothing() -> None:
    memory = SummaryMemory()
    turns = split_turns(talk(6))
    memory.remember("ada", turns.oldest(2), "two")
    assert memory.longest("bob", turns) == (0, "")


def test_a_conversation_is_known_whatever_its_tool_calls_are_numbered() -> None:
    memory = SummaryMemory()
    first = (*tool_turn("cat"), Message("user", "next"))
    memory.remember("ada", split_turns(first).oldest(1), "cat")
    call = ToolCall("another id", "look_up", '{"word": "cat"}')
    again = (first[0], Message("assistant", "", tool_calls=(call,)), first[2], *first[3:])
    assert memory.longest("ada", split_turns(again)) == (1, "cat")


def test_pictures_tell_conversations_apart() -> None:
    memory = SummaryMemory()

    def seen(data: bytes) -> tuple[Message, ...]:
        return (Message("user", (ImagePart(data, "image/png"), TextPart("?"))), Message("user", "next"))

    memory.remember("ada", split_turns(seen(b"cat")).oldest(1), "cat")
    assert memory.longest("ada", split_turns(seen(b"cat"))) == (1, "cat")
    assert memory.longest("ada", split_turns(seen(b"dog"))) == (0, "")


def test_what_was_used_longest_ago_is_forgotten() -> None:
    memory = SummaryMemory(capacity=2)
    turns = split_turns(talk(6))
    for count in (1, 2):
        memory.remember("ada", turns.oldest(count), f"{count}")
    assert memory.longest("ada", split_turns(talk(2))) == (1, "1")
    memory.remember("ada", turns.oldest(3), "3")
    assert memory.longest("ada", split_turns(talk(3))) == (1, "1")
    assert memory.longest("ada", turns) == (3, "3")


def test_the_report_of_an_earlier_answer_brings_its_summary_back() -> None:
    said = talk(4)
    memory = SummaryMemory()
    memory.recall("ada", said, ContextReport("summarize", 400, 300, 500, 4, 0, 4, "two turns"))
    assert memory.longest("ada", split_turns(said)) == (2, "two turns")
    assert memory.longest("ada", split_turns(talk(5))) == (2, "two turns")


def test_a_report_without_a_summary_brings_none() -> None:
    memory = SummaryMemory()
    memory.recall("ada", talk(4), ContextReport("truncate", 400, 300, 500, 4, dropped_messages=4))
    assert memory.longest("ada", split_turns(talk(4))) == (0, "")
