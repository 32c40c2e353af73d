"""What is wrong with a request, in the words of its sender."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio

USER = {"role": "user", "content": "x"}


async def problem(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    body = {"model": "scripted", "messages": [USER], **fields}
    answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400
    error: dict[str, Any] = answer.json()["error"]
    return error


async def test_the_place_is_written_as_the_sender_would_look_for_it(client: httpx.AsyncClient) -> None:
    wrong = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}
    error = await problem(client, messages=[USER, wrong])
    assert error["param"] == "messages.1.content.0.image_url.url"
    assert error["message"] == (
        "The request is not valid: messages.1.content.0.image_url.url: Input should be a valid string."
    )


async def test_what_is_missing_is_named(client: httpx.AsyncClient) -> None:
    error = await problem(client, messages=[{"role": "tool", "content": "x"}])
    assert error["param"] == "messages.0.tool_call_id"


async def test_a_kind_that_is_not_known_is_told_with_those_that_are(client: httpx.AsyncClient) -> None:
    audio = {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}
    error = await problem(client, messages=[audio])
    assert "'input_audio' is not possible here, only 'text', 'image_url'" in error["message"]
    error = await problem(client, messages=[{"role": "function", "content": "x"}])
    assert "'function' is not possible here" in error["message"]


async def test_many_problems_are_counted_and_the_first_are_told(client: httpx.AsyncClient) -> None:
    error = await problem(client, temperature=9, top_p=9, n=99, max_tokens=-1, seed="x")
    assert "and 2 more" in error["message"]


@pytest.mark.parametrize("content", [b"{", b"", b"\xff", b"[1", b'{"a": 1}x'])
async def test_what_is_no_json_is_said_to_be_none(client: httpx.AsyncClient, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/v1/chat/completions", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


async def test_json_under_another_name_is_told_the_right_one(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/chat/completions", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 400
    assert "application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize("field", ["x-open-autoglm-context-policy", "x-open-autoglm-priority"])
async def test_a_word_that_a_header_does_not_know_is_refused(client: httpx.AsyncClient, field: str) -> None:
    body = {"model": "scripted", "messages": [USER]}
    answer = await client.post("/v1/chat/completions", json=body, headers={field: "sometimes"})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["message"]
