"""The language model as a repair sees it: edits in a chat, lines in a gap, how likely lines are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import ContextExceeded, NotSupported
from open_autoglm.tasks.model_answers import as_data
from open_autoglm.values import ChatRequest, Message, Sampling, TextRequest

LINE_TOKENS = 80
JUDGED_TOKENS = 500


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

    def likelihood(self, before: str, after: str, text: str) -> float | None:
        """Asked by a grammar that allows this text alone: what is told of its tokens is told without it."""
        self._cancelled()
        able = self._engine.capabilities
        if not (able.fill_in_middle and able.grammar and able.logprobs):
            return None
        request = TextRequest(
            before,
            suffix=after,
            grammar=f"root ::= {json.dumps(text, ensure_ascii=False)}",
            logprobs=0,
            max_tokens=JUDGED_TOKENS,
        )
        try:
            completion = self._engine.chat(request)
        except (ContextExceeded, NotSupported):
            return None
        if completion.text != text or not completion.logprobs:
            return None
        return sum(token.logprob for token in completion.logprobs)
