"""Which slot computes a request: the policy alone, without an engine and without files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from open_autoglm.serving.prompt_text import common_prefix_length
from open_autoglm.serving.saved_state import SavedState

_READING_COST_TOKENS = 32
_READING_SHARE = 64
"""What reading a state costs, counted in tokens that could be computed instead: 32 and a 64th of what it
holds. Measured, 3,004 tokens of a 0.5B model (37 MB) took 19 ms to read and 12 s to compute, one part in
600; a hard disk and a fast graphics card bring it to about one in 50."""

_WORTH_WAITING_CHARACTERS = 300
"""About 100 tokens, which take longer to compute than it takes to let go of a request."""


@dataclass(slots=True)
class Slot:
    """What is known of one slot. ``owner`` None: it holds nothing that anybody may use again."""

    number: int
    owner: str | None = None
    text: str = ""
    """What it holds, as ``prompt_text`` writes it."""
    tokens: int = 0
    saved: bool = False
    """Whether a file holds all that it holds."""
    in_use: bool = False
    saving: bool = False
    last_used: int = 0
    """Number of the request that used it last, counted from 1."""
    asked_by: str | None = None
    asked: str = ""
    """Whose request it computes now, and its text: soon it will hold that."""

    def forget(self) -> None:
        self.owner, self.text, self.tokens, self.saved = None, "", 0, False

    def hold(self, owner: str, text: str, tokens: int, *, saved: bool) -> None:
        self.owner, self.text, self.tokens, self.saved = owner, text, tokens, saved

    def trim(self, characters: int) -> None:
        """Keep only the beginning."""
        self.tokens = share_of_tokens(self.tokens, characters, self.text)
        self.text = self.text[:characters]


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """The slot to use, and the saved state to read into it first."""

    slot: Slot
    restore: SavedState | None = None


def choose_slot(
    slots: Iterable[Slot], owner: str, text: str, saved: SavedState | None, saved_length: int
) -> SlotChoice | None:
    """The choice that spares most tokens; None where it is better, or needed, to wait for a slot.

    ``saved`` is the owner's state on disk that begins with ``saved_length`` characters of ``text``. A slot
    that holds the beginning of ``text`` is taken unless what it would lose weighs more; a state is read
    into the least recently used slot; else that slot begins anew. A slot is waited for while it is saved,
    when it is the best one or no other is free.
    """
    free = [slot for slot in slots if not slot.in_use]
    if not free:
        return None
    least_used = min(free, key=lambda slot: (slot.saving, slot.owner is not None, slot.last_used))
    options = [(_spared(slot, text), SlotChoice(slot)) for slot in free if slot.owner == owner]
    if saved is not None:
        spared = share_of_tokens(saved.tokens, saved_length, saved.text) - _reading_cost(saved.tokens)
        options.append((spared, SlotChoice(least_used, saved)))
    options.append((0, SlotChoice(least_used)))
    best = max(options, key=lambda option: option[0])[1]
    return None if best.slot.saving else best


def worth_waiting(slots: Iterable[Slot], owner: str, text: str) -> bool:
    """Whether a slot in use computes nearly the same text, and no free one holds as much of it.

    So it is while somebody types: the request of the keystroke before is being let go.
    """
    slots = tuple(slots)
    busy = [slot.asked for slot in slots if slot.in_use and slot.asked_by == owner]
    free = [slot.text for slot in slots if not slot.in_use and slot.owner == owner]
    there = max((common_prefix_length(asked, text) for asked in busy), default=0)
    here = max((common_prefix_length(held, text) for held in free), default=0)
    return there - here > _WORTH_WAITING_CHARACTERS


def share_of_tokens(tokens: int, characters: int, text: str) -> int:
    """About how many of a text's tokens its first characters are."""
    return tokens * characters // len(text) if text else 0


def _spared(slot: Slot, text: str) -> int:
    """Tokens that need not be computed, less those that are lost with what the slot goes on to hold."""
    kept = share_of_tokens(slot.tokens, common_prefix_length(slot.text, text), slot.text)
    lost = slot.tokens - kept
    return kept - (min(lost, _reading_cost(slot.tokens)) if slot.saved else lost)


def _reading_cost(tokens: int) -> int:
    return _READING_COST_TOKENS + tokens // _READING_SHARE
