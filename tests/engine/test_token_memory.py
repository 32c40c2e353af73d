"""Tokens of texts that come again are asked for once, within bounds."""

from __future__ import annotations

import pytest

from open_autoglm.engine.token_memory import MAX_CHARACTERS, MAX_TEXTS, TokenMemory

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Counting:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    async def __call__(self, text: str, markers: bool) -> list[int]:
        self.asked.append((text, markers))
        return [len(text), int(markers)]


async def test_a_text_is_asked_for_once() -> None:
    counting = Counting()
    memory = TokenMemory(counting)
    assert list(await memory("page", True)) == list(await memory("page", True)) == [4, 1]
    assert counting.asked == [("page", True)]


async def test_a_marker_and_the_same_plain_text_are_two_things() -> None:
    memory = TokenMemory(Counting())
    assert list(await memory("page", True)) != list(await memory("page", False))


async def test_what_was_not_used_for_long_is_forgotten() -> None:
    counting = Counting()
    memory = TokenMemory(counting)
    for number in range(MAX_TEXTS + 1):
        await memory(str(number), False)
    await memory("0", False)
    assert [text for text, _ in counting.asked].count("0") == 2


async def test_huge_texts_do_not_fill_the_memory() -> None:
    counting = Counting()
    memory = TokenMemory(counting)
    await memory("page", False)
    for number in range(20):
        await memory(f"{number}" + "x" * 400_000, False)
    assert sum(len(text) for text, _ in memory._kept) <= MAX_CHARACTERS
