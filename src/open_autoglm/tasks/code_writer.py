"""The language model as a repair sees it: edits in a chat, lines in a gap, a choice by a letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import ContextExceeded, NotSupported
from open_autoglm.tasks.model_answers import as_data
from open_autoglm.values import ChatRequest, Message, Sampling, TextRequest

LINE_TOKENS = 80


class ModelWriter:
    """``cancelled`` raises when the work shall end."""

    def __init__(self, engine: BlockingEngine, cancelled: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._cancelled = cancelled

    @property
    def fills_gaps(self) -> bool:
        return self._engine.capabilities.fill_in_middle

    def answers(
        self, system: str, prompt: str, tries: int, max_tokens: int, grammar: str = ""
    ) -> Iterator[str]:
        """The first answer is the likeliest, later ones differ and are the same in every run."""
        messages = (Message("system", system), Message("user", as_data(prompt)))
        for number in range(tries):
            self._cancelled()
            sampling = Sampling() if number == 0 else Sampling(temperature=0.8, top_p=0.95, seed=number)
            held = grammar if grammar and self._engine.capabilities.grammar else None
            request = ChatRequest(messages, max_tokens=max_tokens, sampling=sampling, grammar=held)
            try:
                yield self._engine.chat(request).text
            except ContextExceeded:
                return  # a longer window would be another model

    def fillings(
        self, before: str, after: str, others: Sequence[tuple[str, str]], tries: int
    ) -> Iterator[str]:
        seen = set()
        for number in range(tries):
            self._cancelled()
            sampling = Sampling() if number == 0 else Sampling(temperature=0.7, top_p=0.95, seed=number)
            request = TextRequest(
                before,
                suffix=after,
                files=tuple(others),
                max_tokens=LINE_TOKENS,
                sampling=sampling,
                stop=("\n",),
            )
            try:
                text = self._engine.chat(request).text
            except (ContextExceeded, NotSupported):
                return
            if text not in seen:
                seen.add(text)
                yield text

    def choice(self, system: str, prompt: str, options: int) -> int | None:
        self._cancelled()
        letters = "ABCDEFGH"[:options]
        grammar = f"root ::= [{letters}]" if self._engine.capabilities.grammar else None
        messages = (Message("system", system), Message("user", as_data(prompt)))
        try:
            said = self._engine.chat(ChatRequest(messages, max_tokens=1, grammar=grammar)).text.strip()
        except ContextExceeded:
            return None
        return letters.index(said[0]) if said and said[0] in letters else None
