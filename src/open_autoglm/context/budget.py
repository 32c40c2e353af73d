"""How many tokens of a window the prompt may take, and the search for how much of it fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from open_autoglm.engine.base import Capabilities
from open_autoglm.values import EngineRequest

ANSWER_SHARE = 4
MOST_RESERVED_TOKENS = 1024
"""Where a request does not bound its answer, a quarter of the window is kept free for it, and no more than
this."""
ESTIMATE_SHARE = 16
"""Where an engine only estimates its counts, a sixteenth of the window is kept free for the error."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The window of one request, in tokens."""

    window: int
    answer: int
    """Kept free for the answer."""
    least_answer: int
    """What the answer must at least have: ``max_tokens``, or one token where that is not given."""
    margin: int = 0
    """Kept free because counts are estimates."""

    @property
    def prompt(self) -> int:
        """What a prompt may take."""
        return self.window - self.margin - self.answer

    @property
    def longest_prompt(self) -> int:
        """What a prompt may take at the very most, when nothing more of it can be left out."""
        return self.window - self.margin - self.least_answer


def budget_for(request: EngineRequest, capabilities: Capabilities) -> Budget:
    """The budget of a request whose conversation may be shortened."""
    window = capabilities.context_window
    reserve = min(window // ANSWER_SHARE, MOST_RESERVED_TOKENS)
    return Budget(
        window=window,
        answer=reserve if request.max_tokens is None else request.max_tokens,
        least_answer=1 if request.max_tokens is None else request.max_tokens,
        margin=0 if capabilities.exact_token_counts else window // ESTIMATE_SHARE,
    )


async def most_that_fit(most: int, fits: Callable[[int], Awaitable[bool]]) -> int:
    """The largest number from 0 to ``most`` for which ``fits`` holds, found in log2 questions.

    Where a number fits, every smaller one has to; 0 is never asked for.
    """
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if await fits(middle):
            least = middle
        else:
            most = middle - 1
    return least
