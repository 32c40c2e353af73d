"""Recordings over HTTP: handed in, watched, fetched in any form, with a picture of each event."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest
from video_doubles import draw_video
from watching import RIGHT_HALF

pytestmark = pytest.mark.anyio

BASE = "/v1/tasks"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return draw_video(tmp_path_factory.mktemp("drawn") / "yard.mp4", 60).read_bytes()


async def hand_in(client: httpx.AsyncClient, content: bytes, **fields: Any) -> httpx.Response:
    fields = {"use_model": "false", "zones": RIGHT_HALF, **fields}
    return await client.post(f"{BASE}/video_analysis", files={"file": ("yard.mp4", content)}, data=fields)


async def ended(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    with anyio.fail_after(60):
        while True:
            job: dict[str, Any] = (await client.get(f"{BASE}/{answer.json()['id']}")).json()
            if job["ended"]:
                return job
            await anyio.sleep(0.05)


async def test_a_recording_becomes_a_result_in_every_form_with_a_picture(
    client: httpx.AsyncClient, video: bytes
) -> None:
    job = await ended(client, await hand_in(client, video, questions=["Who entered?", "How many people?"]))
    assert job["state"] == "done", job
    assert (job["task"], job["options"]["questions"][0]) == ("video_analysis", "Who entered?")
    result = (await client.get(f"{BASE}/{job['id']}/result")).json()
    assert result["video"]["name"] == "yard.mp4"
    assert [event["id"] for event in result["events"]] == ["intrusion-1"]
    assert len(result["answers"]) == 2
    for form, media_type in (("md", "text/markdown"), ("csv", "text/csv"), ("html", "text/html")):
        answer = await client.get(f"{BASE}/{job['id']}/result", params={"format": form})
        assert answer.headers["content-type"].startswith(media_type)
        assert "intrusion" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]
    picture = await client.get(f"{BASE}/{job['id']}/snapshots/intrusion-1")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    for nothing in ("intrusion-9", "..%2Fresult"):
        assert (await client.get(f"{BASE}/{job['id']}/snapshots/{nothing}")).status_code == 404


async def test_a_form_of_another_task_is_refused(client: httpx.AsyncClient, video: bytes) -> None:
    job = await ended(client, await hand_in(client, video))
    answer = await client.get(f"{BASE}/{job['id']}/result", params={"format": "txt"})
    assert answer.status_code == 400
    assert "json, md, html, csv" in answer.json()["error"]["message"]


async def test_the_report_is_written_by_the_model_that_was_asked(
    client: httpx.AsyncClient, video: bytes
) -> None:
    job = await ended(client, await hand_in(client, video, use_model="true", model="scripted"))
    result = (await client.get(f"{BASE}/{job['id']}/result")).json()
    assert result["model"]["name"] == "scripted"
    assert result["report"]["sentences"][-1]["events"] == ["intrusion-1"]


async def test_a_damaged_file_fails_with_its_owners_name_for_it(client: httpx.AsyncClient) -> None:
    job = await ended(client, await hand_in(client, b"no video at all"))
    assert job["state"] == "failed"
    assert job["error"]["status"] in (415, 422)
    assert "yard.mp4" in job["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"zones": "zones: [{id: a, polygon: [[0, 0], [1, 1]]}]"}, "two points"),
        ({"detect_fps": "0"}, "detect_fps"),
        ({"language": "fr"}, "language"),
        ({"use_model": "true", "model": "gpt-4"}, "gpt-4"),
    ],
)
async def test_what_can_not_be_is_refused_before_any_work(
    client: httpx.AsyncClient, video: bytes, fields: dict[str, str], said: str
) -> None:
    answer = await hand_in(client, video, **fields)
    assert answer.status_code in (400, 404)
    assert said in answer.json()["error"]["message"]
    assert (await client.get(BASE)).json()["data"] == []
