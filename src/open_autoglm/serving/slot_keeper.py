"""Keeps account of a loaded model's slots: whose text each holds, which is saved, which is free."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import move_on_after, to_thread

from open_autoglm.engine.base import Engine, SlotUse
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.serving.prefix_store import PrefixStore
from open_autoglm.serving.prompt_text import PromptText, common_prefix_length, prompt_text
from open_autoglm.serving.saved_state import SavedState, StateOrigin
from open_autoglm.serving.slot_choice import Slot, SlotChoice, choose_slot, worth_waiting
from open_autoglm.values import Completion, EngineRequest, PromptProgress, TextRequest

LEAST_SAVED_TOKENS = 256
"""Shorter conversations are computed again in a second or two, and most of them never come back."""

LET_GO_S = 0.3
"""How long a request that fills in waits for a slot that computes nearly the same."""

_log = logging.getLogger(__name__)


class HeldSlot:
    """A slot that belongs to one request for as long as its block lasts."""

    def __init__(self, use: SlotUse | None, restored_tokens: int = 0) -> None:
        self.use = use
        """For ``Engine.stream``; None where the engine has no slots that can be named."""
        self.restored_tokens = restored_tokens
        """Tokens that were read from disk into the slot for this request."""
        self.answer: Completion | None = None
        self.progress: PromptProgress | None = None

    def read(self, progress: PromptProgress) -> None:
        """The slot has let go of what it held and has read so much of the prompt."""
        self.progress = progress

    def answered(self, completion: Completion) -> None:
        """The request came to its end with this answer, so the slot holds both."""
        self.answer = completion


class SlotKeeper:
    """The slots of one loaded model. All methods belong to one event loop.

    What a slot holds of one owner is never used for another. Files only spare time: whatever goes wrong
    with them is logged, and the prompt is computed.
    """

    def __init__(self, engine: Engine, origin: StateOrigin, store: PrefixStore | None) -> None:
        """``engine`` is open, and ``store.folder`` is its slot folder."""
        self._engine = engine
        self._origin = origin
        self._store = store if store is not None and store.enabled else None
        self._slots = [Slot(number) for number in range(engine.capabilities.slots)]
        self._incarnation = engine.incarnation
        self._changed = asyncio.Event()
        self._requests = 0
        self._saves: set[asyncio.Task[None]] = set()
        self._in_trouble = False

    @property
    def held_tokens(self) -> int:
        """Tokens whose state the slots hold, as far as it may be used again."""
        return sum(slot.tokens for slot in self._slots)

    @asynccontextmanager
    async def slot_for(self, owner: str, request: EngineRequest) -> AsyncIterator[HeldSlot]:
        """The best slot for this request, with what is saved of its prompt; waits while none is free."""
        if not self._engine.capabilities.saved_slots:
            yield HeldSlot(None)
            return
        prompt = prompt_text(request)
        if _fills_in(request):
            await self._wait_for_the_keystroke_before(owner, prompt.text)
        choice = await self._take(owner, prompt.text)
        slot = choice.slot
        held: HeldSlot | None = None
        try:
            restored = await self._restore(slot, choice.restore, owner, prompt.text)
            reuse = slot.owner == owner
            if reuse:  # this much it holds even if the request is broken off at once
                slot.trim(common_prefix_length(slot.text, prompt.text))
            else:  # nobody's, until an answer shows that the engine has let go of what was there
                slot.forget()
            held = HeldSlot(SlotUse(slot.number, reuse=reuse), restored)
            yield held
        finally:
            if held is not None and held.answer is not None:
                self._note_answer(slot, owner, prompt, request, held.answer)
            elif held is not None and held.progress is not None:
                self._note_prompt(slot, owner, prompt, held.progress)
            slot.in_use, slot.asked_by, slot.asked = False, None, ""
            self._tell_waiting()

    async def close(self) -> None:
        """Finish the saves under way."""
        while self._saves:
            await asyncio.wait(self._saves)

    async def _take(self, owner: str, text: str) -> SlotChoice:
        while (choice := self._choose(owner, text)) is None:
            await self._changed.wait()
        self._requests += 1
        choice.slot.in_use, choice.slot.asked_by, choice.slot.asked = True, owner, text
        choice.slot.last_used = self._requests
        return choice

    async def _wait_for_the_keystroke_before(self, owner: str, text: str) -> None:
        """Its request has been given up, but its slot may not have heard of that yet."""
        with move_on_after(LET_GO_S):
            while worth_waiting(self._slots, owner, text):
                await self._changed.wait()

    def _choose(self, owner: str, text: str) -> SlotChoice | None:
        self._notice_restart()
        saved, length = self._store.longest(self._origin, owner, text) if self._store else (None, 0)
        return choose_slot(self._slots, owner, text, saved, length)

    async def _restore(self, slot: Slot, state: SavedState | None, owner: str, text: str) -> int:
        """Read a state into a slot; answers its tokens, 0 where that failed and the slot begins anew."""
        store = self._store
        if state is None or store is None:
            return 0
        slot.forget()
        while not await to_thread.run_sync(store.check, state):
            # It is not listed any more: a later turn may have taken its place.
            state, _ = store.longest(self._origin, owner, text)
            if state is None:
                return 0
        try:
            tokens = await self._engine.restore_slot(slot.number, state.name)
        except OpenAutoGLMError as error:  # it may even have ended the worker: it is not tried again
            await to_thread.run_sync(store.drop, state, f"the engine refuses it: {error.message}")
            return 0
        if tokens != state.tokens:
            await to_thread.run_sync(store.drop, state, f"{tokens} tokens were read from it")
            return 0
        slot.hold(owner, state.text, tokens, saved=True)
        return tokens

    def _note_prompt(self, slot: Slot, owner: str, prompt: PromptText, progress: PromptProgress) -> None:
        """A request that was broken off leaves what it has read: who types sends nearly the same again."""
        self._notice_restart()
        length = len(prompt.text) * progress.done // max(1, progress.total)
        slot.hold(owner, prompt.text[:length], progress.done, saved=False)

    def _note_answer(
        self, slot: Slot, owner: str, prompt: PromptText, request: EngineRequest, answer: Completion
    ) -> None:
        self._notice_restart()
        text = prompt.with_answer(request, answer)
        slot.hold(owner, text, answer.usage.total_tokens, saved=False)
        store = self._store
        if store is None or prompt.has_pictures or slot.tokens < LEAST_SAVED_TOKENS:
            return
        if _fills_in(request):
            return  # the next keystroke changes it, and would have to wait until it is written
        if store.covers(self._origin, owner, text):
            slot.saved = True
        elif store.has_room(self._origin, slot.tokens):
            slot.saving = True
            save = asyncio.create_task(self._save(slot, store, owner, text))
            self._saves.add(save)
            save.add_done_callback(self._saves.discard)

    async def _save(self, slot: Slot, store: PrefixStore, owner: str, text: str) -> None:
        """Only the engine's own writing holds the slot; the way to the disk and the index does not."""
        file = store.new_file()
        try:
            tokens = await self._engine.save_slot(slot.number, file)
            slot.saved = True
        except OpenAutoGLMError as error:
            self._note_trouble(error)
            await to_thread.run_sync(store.discard, file)
            return
        finally:
            slot.saving = False
            self._tell_waiting()
        try:
            await to_thread.run_sync(store.keep, file, self._origin, owner, text, tokens)
            self._in_trouble = False
        except OSError as error:
            self._note_trouble(error)
            await to_thread.run_sync(store.discard, file)

    def _notice_restart(self) -> None:
        """A worker that takes the place of one that died holds nothing."""
        if self._engine.incarnation != self._incarnation:
            self._incarnation = self._engine.incarnation
            for slot in self._slots:
                slot.forget()

    def _tell_waiting(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _note_trouble(self, error: Exception) -> None:
        if not self._in_trouble:
            _log.warning(
                "Conversations with model %r can't be saved: %s. After a restart they are computed again.",
                self._engine.model,
                str(error).rstrip("."),
            )
        self._in_trouble = True


def _fills_in(request: EngineRequest) -> bool:
    """Whether it is a place that somebody may be typing at."""
    return isinstance(request, TextRequest) and request.suffix is not None
