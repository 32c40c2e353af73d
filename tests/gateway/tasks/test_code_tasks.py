"""Code over HTTP: handed in with a test, repaired with evidence; run only where that is allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from scripted_gateway import ScriptedHouse

from open_autoglm.config import Settings
from open_autoglm.gateway.opening import may_run_code

pytestmark = pytest.mark.anyio

BASE = "/v1/tasks"
CODE = 'def read_price(text):\n    """Return the amount; commas group its digits."""\n    return float(txt)\n'
TEST = 'assert read_price("88.50") == 88.5'


async def hand_in(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post(f"{BASE}/code_fix", data={"use_model": "false", "name": "shop.py", **fields})


async def ended(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    with anyio.fail_after(120):
        while True:
            job: dict[str, Any] = (await client.get(f"{BASE}/{answer.json()['id']}")).json()
            if job["ended"]:
                return job
            await anyio.sleep(0.05)


async def test_code_and_a_test_become_a_proven_repair_in_every_form(client: httpx.AsyncClient) -> None:
    job = await ended(client, await hand_in(client, text=CODE, test=TEST))
    assert job["state"] == "done", job
    result = (await client.get(f"{BASE}/{job['id']}/result")).json()
    assert (result["outcome"], result["repairs"][0]["state"]) == ("repaired", "proven")
    assert result["name"] == "shop.py"
    assert "+    return float(text)" in result["files"][0]["diff"]
    assert result["evidence"]["before"]["failed"] == 1
    for form, media_type in (("md", "text/markdown"), ("txt", "text/plain"), ("html", "text/html")):
        answer = await client.get(f"{BASE}/{job['id']}/result", params={"format": form})
        assert answer.headers["content-type"].startswith(media_type)
        assert "float(text)" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_file_may_come_instead_of_text(client: httpx.AsyncClient) -> None:
    files = {"file": ("shop.py", b"def f(:\n    pass\n")}
    job = await ended(client, await client.post(f"{BASE}/code_fix", files=files, data={"use_model": "false"}))
    assert job["file_name"] == "shop.py"


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({}, 400, "Either file or text"),
        ({"text": CODE, "name": "shop.txt"}, 415, "in no language that is known here"),
        ({"text": CODE, "test": "assert ("}, 422, "The test is not Python"),
        ({"text": "x", "name": "a.go", "test": "assert 1"}, 400, "A test can be handed in for Python"),
        ({"text": CODE, "use_model": "true", "model": "absent"}, 404, "No model is named 'absent'"),
    ],
)
async def test_what_can_not_be_repaired_is_refused_at_once(
    client: httpx.AsyncClient, fields: dict[str, str], status: int, says: str
) -> None:
    answer = await hand_in(client, **fields)
    assert answer.status_code == status
    assert says in answer.text


class TestWhereCodeIsNotRun:
    @pytest.fixture
    def house(self, house: ScriptedHouse) -> ScriptedHouse:
        return replace(house, settings=house.settings.model_copy(update={"run_code": "never"}))

    async def test_repairs_are_checked_and_nothing_is_proven(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        job = await ended(client, await hand_in(client, text=CODE, test=TEST))
        result = (await client.get(f"{BASE}/{job['id']}/result")).json()
        assert result["evidence"]["before"] is None
        assert "proven" not in {repair["state"] for repair in result["repairs"]}
        assert "Nothing was run, so nothing is proven." in result["notes"]


@pytest.mark.parametrize(
    ("setting", "host", "runs"),
    [
        ("auto", "127.0.0.1", True),
        ("auto", "0.0.0.0", False),
        ("always", "0.0.0.0", True),
        ("never", "127.0.0.1", False),
    ],
)
async def test_code_of_others_is_run_beyond_loopback_only_when_that_is_said(
    setting: Any, host: str, runs: bool
) -> None:
    assert may_run_code(Settings(run_code=setting, local_api_host=host)) is runs
