"""The text of each token: two questions for all of them, exact also where a token is no whole character."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from open_autoglm.gateway.openai.llama_server import pieces
from open_autoglm.gateway.openai.llama_server.pieces import MARKERS, TooManyTokens, pieces_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Bytes:
    """A model whose tokens are the bytes of a text. ``lead`` stands before every text that is taken apart,
    as some models write a space."""

    def __init__(self, lead: str = "") -> None:
        self.lead = lead
        self.questions = 0

    async def tokenize(self, text: str) -> Sequence[int]:
        self.questions += 1
        return tuple((self.lead + text).encode())

    async def detokenize(self, tokens: Sequence[int]) -> str:
        self.questions += 1
        return bytes(tokens).decode(errors="replace")

    async def alone(self, text: str) -> list[str]:
        return [await self.detokenize([token]) for token in await self.tokenize(text)]

    async def together(self, text: str) -> list[str]:
        tokens = await self.tokenize(text)
        self.questions = 0
        return await pieces_of(text, tokens, self.tokenize, self.detokenize)


TEXTS = ["", "a", "two words\n\n", "河流", "🙂 é", "\x1e between \x1f", "\ufffd"]


@pytest.mark.parametrize("lead", ["", " "])
@pytest.mark.parametrize("text", TEXTS)
async def test_pieces_are_what_each_token_says_alone(text: str, lead: str) -> None:
    model = Bytes(lead)
    assert await model.together(text) == await model.alone(text)


async def test_two_questions_are_enough_for_any_number_of_tokens() -> None:
    model = Bytes()
    assert len(await model.together("河" * 5000)) == 15_000
    assert model.questions == 2


async def test_a_text_of_all_markers_is_asked_for_token_by_token(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Bytes()
    text = "".join(MARKERS) + "aaa"
    assert await model.together(text) == list(text)
    assert model.questions == len(MARKERS) + 1
    monkeypatch.setattr(pieces, "MAX_SINGLE", 10)
    with pytest.raises(TooManyTokens):
        await model.together(text)


async def test_a_model_that_does_not_write_the_marker_is_asked_token_by_token() -> None:
    class Silent(Bytes):
        async def detokenize(self, tokens: Sequence[int]) -> str:
            return (await super().detokenize(tokens)).replace(MARKERS[0], "")

    model = Silent()
    assert await model.together("abc") == ["a", "b", "c"]
