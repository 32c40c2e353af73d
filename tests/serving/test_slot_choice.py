"""The slot that spares most tokens is taken, nothing of worth is thrown away, and owners stay apart."""

from __future__ import annotations

import pytest

from open_autoglm.serving.saved_state import SavedState, StateOrigin
from open_autoglm.serving.slot_choice import Slot, SlotChoice, choose_slot

SYSTEM = "s" * 500
ORIGIN = StateOrigin("digest", "build", "f16", 4096)


def slot(number: int, text: str = "", owner: str | None = "anna", **more: bool) -> Slot:
    """A slot whose every character is a token; later numbers were used later."""
    return Slot(number, owner if text else None, text, len(text), last_used=number, **more)


def state(text: str) -> SavedState:
    return SavedState("state-1.slot", ORIGIN, "anna", text, len(text), 10 * len(text), 0)


def choose(
    slots: list[Slot], text: str, saved: SavedState | None = None, owner: str = "anna"
) -> SlotChoice | None:
    length = 0
    while saved is not None and text[: length + 1] == saved.text[: length + 1] and length < len(text):
        length += 1
    return choose_slot(slots, owner, text, saved, length)


def test_the_slot_that_holds_most_of_the_prompt_is_taken() -> None:
    slots = [slot(1, "a" * 900), slot(2, "a" * 1000), slot(3)]
    assert choose(slots, "a" * 1100) == SlotChoice(slots[1])


def test_a_new_conversation_takes_the_slot_that_was_not_used_for_longest() -> None:
    slots = [slot(3, "a" * 900), slot(1, "b" * 900), slot(2, "c" * 900)]
    assert choose(slots, "d" * 1000) == SlotChoice(slots[1])


def test_a_new_conversation_takes_an_empty_slot_before_any_other() -> None:
    slots = [slot(1, "a" * 900), slot(2)]
    assert choose(slots, "d" * 1000) == SlotChoice(slots[1])


def test_what_another_owner_left_is_no_reason_to_take_a_slot() -> None:
    slots = [slot(1), slot(2, "a" * 1000, "bert")]
    assert choose(slots, "a" * 1000) == SlotChoice(slots[0])


def test_a_state_on_disk_is_read_into_the_slot_that_was_not_used_for_longest() -> None:
    slots = [slot(2, "b" * 1000), slot(1, "c" * 1000)]
    saved = state("a" * 1000)
    assert choose(slots, "a" * 1100, saved) == SlotChoice(slots[1], saved)


def test_a_state_on_disk_that_is_hardly_longer_than_a_slot_is_not_read() -> None:
    slots = [slot(1, "a" * 980), slot(2)]
    assert choose(slots, "a" * 1100, state("a" * 1000)) == SlotChoice(slots[0])


def test_a_few_common_tokens_are_not_worth_reading_a_large_state() -> None:
    slots = [slot(1)]
    assert choose(slots, "a" * 20 + "b" * 1000, state("a" * 3000)) == SlotChoice(slots[0])


def test_a_shared_system_prompt_is_taken_from_a_slot_whose_conversation_is_saved() -> None:
    slots = [slot(2, SYSTEM + "a" * 500, saved=True), slot(1)]
    assert choose(slots, SYSTEM + "b" * 100) == SlotChoice(slots[0])


def test_the_only_copy_of_a_conversation_is_not_lost_for_a_shorter_beginning() -> None:
    slots = [slot(2, SYSTEM + "a" * 1000), slot(1)]
    assert choose(slots, SYSTEM + "b" * 100) == SlotChoice(slots[1])


def test_while_a_conversation_is_answered_its_system_prompt_comes_from_disk() -> None:
    slots = [slot(2, SYSTEM + "a" * 500, in_use=True), slot(1)]
    saved = state(SYSTEM + "a" * 400)
    assert choose(slots, SYSTEM + "b" * 100, saved) == SlotChoice(slots[1], saved)


def test_a_slot_that_is_being_saved_is_left_alone_while_another_will_do() -> None:
    slots = [slot(1, "a" * 1000, saving=True), slot(2, "b" * 1000)]
    assert choose(slots, "c" * 1000) == SlotChoice(slots[1])


def test_a_slot_that_is_being_saved_is_waited_for_by_its_own_conversation() -> None:
    assert choose([slot(1, "a" * 1000, saving=True), slot(2)], "a" * 1100) is None


@pytest.mark.parametrize("why", ["in_use", "saving"])
def test_where_no_slot_is_free_the_request_waits(why: str) -> None:
    assert choose([slot(1, "b" * 1000, **{why: True})], "a" * 1000) is None
