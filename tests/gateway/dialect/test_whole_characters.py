"""Half a surrogate pair is refused wherever it stands."""

from __future__ import annotations

import json

import httpx
import pytest

from open_autoglm.gateway.dialect.whole_characters import half_character


@pytest.mark.parametrize(
    "text",
    [
        rb'"plain"',
        rb'"\ud83d\ude00"',
        rb'"\uD83D\uDE00\ud83d\ude00"',
        rb'"\\ud83d is how it is written"',
        rb'"\u00d8\n"',
        json.dumps("😀" * 100).encode(),
    ],
)
def test_whole_characters_pass(text: bytes) -> None:
    assert half_character(text) is None


@pytest.mark.parametrize(
    ("text", "half"),
    [
        (rb'"\ud83d"', r"\ud83d"),
        (rb'"\ude00\ud83d"', r"\ude00"),
        (rb'"\ud83d\ud83d\ude00"', r"\ud83d"),
        (rb'"\\\ud83d"', r"\ud83d"),
        (rb'"\ud83d\ude00\udead"', r"\udead"),
    ],
)
def test_the_first_half_is_found(text: bytes, half: str) -> None:
    assert half_character(text) == half


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fields",
    [
        r'"messages": [{"role": "user", "content": "\ud800"}]',
        r'"messages": [{"role": "user", "content": "x"}], "chat_template_kwargs": {"a": ["\udfff"]}',
        r'"messages": [{"role": "user", "content": "x"}], "\ud800": 1',
    ],
)
async def test_a_request_with_one_is_400(client: httpx.AsyncClient, fields: str) -> None:
    answer = await client.post(
        "/v1/chat/completions",
        content=f'{{"model": "scripted", {fields}}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400
    assert "half a character" in answer.json()["error"]["message"]
