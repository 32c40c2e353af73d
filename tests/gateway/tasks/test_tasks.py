"""Documents over HTTP: handed in, watched, fetched in any form, stopped, removed."""

from __future__ import annotations

import json
from typing import Any

import anyio
import httpx
import pytest

pytestmark = pytest.mark.anyio

PAGE = b"# Gauge report\n\nThe level was 6.83 m on 2025-07-09.\n\n| station | m |\n|---|---|\n| A | 6.83 |\n"
BASE = "/v1/tasks"


async def hand_in(client: httpx.AsyncClient, content: bytes = PAGE, **fields: Any) -> dict[str, Any]:
    name = fields.pop("name", "gauge.md")
    answer = await client.post(
        f"{BASE}/document_parse", files={"file": (name, content)}, data={"summary": "false", **fields}
    )
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{BASE}/{job['id']}"
    return job


async def ended(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    with anyio.fail_after(60):
        while True:
            job: dict[str, Any] = (await client.get(f"{BASE}/{job_id}")).json()
            if job["ended"]:
                return job
            await anyio.sleep(0.05)


async def test_a_document_becomes_a_result_in_every_form(client: httpx.AsyncClient) -> None:
    job = await ended(client, (await hand_in(client))["id"])
    assert job["state"] == "done"
    result = await client.get(f"{BASE}/{job['id']}/result")
    assert result.json()["document"]["source"]["name"] == "gauge.md"
    for form, media_type in (("md", "text/markdown"), ("txt", "text/plain"), ("html", "text/html")):
        answer = await client.get(f"{BASE}/{job['id']}/result", params={"format": form})
        assert answer.headers["content-type"].startswith(media_type)
        assert "6.83" in answer.text


async def test_events_tell_each_step_until_the_end(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        job = await hand_in(client)
        async with client.stream("GET", f"{BASE}/{job['id']}/events") as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            lines = [line async for line in events.aiter_lines() if line]
    states = [json.loads(line[6:])["state"] for line in lines if line.startswith("data: ")]
    assert states[-1] == "done"
    assert lines[-2] == "event: ended"


async def test_a_damaged_file_fails_with_its_owners_name_for_it(client: httpx.AsyncClient) -> None:
    job = await ended(client, (await hand_in(client, b"%PDF-1.7 nothing", name="broken.pdf"))["id"])
    assert job["state"] == "failed"
    assert job["error"]["status"] in (415, 422)
    assert "broken.pdf" in job["error"]["message"]
    answer = await client.get(f"{BASE}/{job['id']}/result")
    assert answer.status_code == 404
    assert "failed" in answer.json()["error"]["message"]


async def test_tasks_are_listed_newest_first_and_can_be_removed(client: httpx.AsyncClient) -> None:
    first, second = await hand_in(client), await hand_in(client, name="second.md")
    listed = (await client.get(BASE)).json()["data"]
    assert [job["id"] for job in listed] == [second["id"], first["id"]]
    await ended(client, second["id"])
    assert (await client.delete(f"{BASE}/{first['id']}")).status_code == 204
    assert (await client.get(f"{BASE}/{first['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pages": "3-1"}, "3-1"),
        ({"fields": "- {nam: x}"}, "fields"),
        ({"language": "fr"}, "language"),
        ({"summary": "true", "model": "gpt-4"}, "gpt-4"),
    ],
)
async def test_what_can_not_be_is_refused_before_any_work(
    client: httpx.AsyncClient, fields: dict[str, str], said: str
) -> None:
    answer = await client.post(
        f"{BASE}/document_parse", files={"file": ("a.md", PAGE)}, data={"summary": "false", **fields}
    )
    assert answer.status_code in (400, 404)
    assert said in answer.json()["error"]["message"]
    assert (await client.get(BASE)).json()["data"] == []


async def test_without_a_file_nothing_begins(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/document_parse", data={"summary": "false"})
    assert answer.status_code == 400
    assert "file" in answer.json()["error"]["message"]


async def test_cancelling_what_has_ended_changes_nothing(client: httpx.AsyncClient) -> None:
    job = await ended(client, (await hand_in(client))["id"])
    answer = await client.post(f"{BASE}/{job['id']}/cancel")
    assert answer.json()["state"] == "done"
