"""How much of the window a prompt may take."""

from __future__ import annotations

import pytest

from open_autoglm.context.budget import budget_for, most_that_fit
from open_autoglm.engine.base import Capabilities
from open_autoglm.values import ChatRequest, Message

pytestmark = pytest.mark.anyio
HELLO = (Message("user", "Hello."),)


def test_the_answer_keeps_the_room_that_was_asked_for() -> None:
    budget = budget_for(ChatRequest(HELLO, max_tokens=300), Capabilities(context_window=4096))
    assert (budget.prompt, budget.longest_prompt) == (3796, 3796)


@pytest.mark.parametrize(("window", "reserve"), [(1000, 250), (4096, 1024), (32768, 1024)])
def test_an_answer_without_a_bound_keeps_a_quarter_of_the_window_and_at_most_1024_tokens(
    window: int, reserve: int
) -> None:
    budget = budget_for(ChatRequest(HELLO), Capabilities(context_window=window))
    assert (budget.prompt, budget.longest_prompt) == (window - reserve, window - 1)


def test_estimated_counts_keep_a_margin() -> None:
    capabilities = Capabilities(context_window=1600, exact_token_counts=False)
    assert budget_for(ChatRequest(HELLO, max_tokens=100), capabilities).prompt == 1400


@pytest.mark.parametrize("most", [0, 1, 2, 7, 40])
async def test_the_search_finds_the_largest_number_that_fits_with_few_questions(most: int) -> None:
    for largest in range(most + 1):
        asked: list[int] = []

        async def fits(number: int, largest: int = largest, asked: list[int] = asked) -> bool:
            asked.append(number)
            return number <= largest

        assert await most_that_fit(most, fits) == largest
        assert len(asked) <= most.bit_length()
