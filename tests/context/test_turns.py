"""Turns: what belongs together."""

from __future__ import annotations

from talks import tool_turn

from open_autoglm.context.turns import split_turns
from open_autoglm.values import Message, ToolCall


def test_a_turn_is_a_user_message_and_what_follows_it() -> None:
    turns = split_turns(
        [
            Message("system", "s"),
            Message("user", "1"),
            Message("assistant", "a"),
            Message("user", "2"),
            Message("assistant", "b"),
        ]
    )
    assert turns.numbers == (None, 0, 0, 1, 1)
    assert turns.older == 1
    assert [message.content for message in turns.oldest(1)] == ["1", "a"]
    assert [message.content for message in turns.without_oldest(1)] == ["s", "2", "b"]


def test_a_tool_call_stays_with_its_answer() -> None:
    turns = split_turns([*tool_turn("cat"), *tool_turn("dog")])
    assert turns.numbers == (0, 0, 0, 0, 1, 1, 1, 1)


def test_a_user_message_between_a_tool_call_and_its_answer_begins_no_turn() -> None:
    turns = split_turns(
        [
            Message("user", "look"),
            Message("assistant", "", tool_calls=(ToolCall("1", "look", "{}"),)),
            Message("user", "and hurry"),
            Message("tool", "seen", tool_call_id="1"),
            Message("user", "next"),
        ]
    )
    assert turns.numbers == (0, 0, 0, 0, 1)


def test_what_stands_before_the_first_user_message_is_a_turn() -> None:
    turns = split_turns([Message("assistant", "Welcome."), Message("user", "Hello.")])
    assert turns.numbers == (0, 1)


def test_system_messages_are_kept_wherever_they_stand() -> None:
    turns = split_turns([Message("user", "1"), Message("system", "s"), Message("user", "2")])
    assert [message.content for message in turns.without_oldest(1)] == ["s", "2"]


def test_no_message_is_no_turn() -> None:
    assert split_turns([]).older == 0
    assert split_turns([Message("system", "s")]).older == 0
