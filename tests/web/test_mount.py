"""The page under the API: each keeps to its own paths, and nothing of the page reaches the API."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from page_house import PageHouse

from open_autoglm.config import Settings


def _api(app: FastAPI) -> None:
    @app.get("/v1/models")
    async def models() -> dict[str, str]:
        return {"object": "list"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> PageHouse:
    return PageHouse(Settings(model_path="scripted", data_dir=tmp_path_factory.mktemp("page") / "data"))


@pytest.fixture(scope="module")
def client(house: PageHouse) -> Iterator[httpx.Client]:
    with house.served(_api) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/documents", "/status", "/c/0123456789abcdef"])
def test_views_are_served(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/none", 404), ("DELETE", "/v1/models", 405)]
)
def test_what_the_api_does_not_know_gets_the_apis_own_answer(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert "detail" in answer.json()


def test_an_answer_of_the_api_carries_nothing_of_the_page(client: httpx.Client) -> None:
    answer = httpx.get(f"{client.base_url}/v1/models", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert not {"set-cookie", "content-security-policy", "content-encoding"} & set(answer.headers)


def test_the_page_forbids_the_browser_to_reach_elsewhere(client: httpx.Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy


def test_nothing_in_the_page_points_elsewhere(client: httpx.Client) -> None:
    links = re.findall(r'(?:src|href)="(https?:)?//[^"]*"', client.get("/").text)
    assert links == []


@pytest.mark.parametrize(("asked", "tag"), [("zh-CN,zh;q=0.9", "zh-CN"), ("en", "en-US")])
def test_the_page_speaks_the_language_of_the_browser(client: httpx.Client, asked: str, tag: str) -> None:
    text = client.get("/", headers={"accept-language": asked}).text
    assert f'<html lang="{tag}"' in text
    assert ("新对话" in text) == (tag == "zh-CN")


def test_sessions_are_signed_with_a_secret_that_only_its_owner_can_read(
    house: PageHouse, client: httpx.Client
) -> None:
    client.get("/")
    secret = house.settings.data_dir / "page" / "session.key"
    assert len(secret.read_text(encoding="ascii")) >= 40
    if sys.platform != "win32":
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    cookie = client.cookies["open_autoglm_page"]
    assert secret.read_text(encoding="ascii") not in cookie


def test_where_there_are_keys_the_page_asks_for_one(house: PageHouse, client: httpx.Client) -> None:
    assert house.parts is not None
    _, key = house.parts.keys.add("someone")
    try:
        text = httpx.get(f"{client.base_url}/").text
        assert "A key, please" in text
        assert "New chat" not in text
        assert httpx.get(f"{client.base_url}/documents/job-1/pages/1.jpg").status_code == 401
    finally:
        house.parts.keys.revoke(key.id)


def test_a_server_that_others_can_reach_asks_for_a_key_even_when_there_is_none(tmp_path: Path) -> None:
    settings = Settings(model_path="scripted", data_dir=tmp_path / "data", local_api_host="192.0.2.1")
    with PageHouse(settings).served() as address:
        assert "A key, please" in httpx.get(f"{address}/").text


def test_a_page_can_be_mounted_again_with_another_data_folder(
    house: PageHouse, client: httpx.Client, tmp_path: Path
) -> None:
    other = PageHouse(Settings(model_path="scripted", data_dir=tmp_path / "other"))
    del house, client  # NiceGUI serves one page at a time: the newest
    with other.served() as address:
        assert httpx.get(f"{address}/").status_code == 200
    assert (tmp_path / "other" / "page" / "session.key").is_file()


def test_a_secret_that_was_never_written_is_made_again(tmp_path: Path) -> None:
    from open_autoglm.web.mount import FOLDER, SESSION_FILE

    house = PageHouse(Settings(model_path="scripted", data_dir=tmp_path))
    secret = tmp_path / FOLDER / SESSION_FILE
    secret.parent.mkdir()
    secret.touch()
    with house.served() as address:
        assert httpx.get(f"{address}/").status_code == 200
    assert len(secret.read_text(encoding="ascii")) > 32
