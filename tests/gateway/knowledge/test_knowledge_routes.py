"""``/v1/kb``: bases are made, filled, searched, looked at and removed, by their owner alone."""

from __future__ import annotations

import anyio
import httpx
import pytest
from scripted_gateway import ScriptedHouse

from open_autoglm.serving.request import LOCAL_OWNER

pytestmark = pytest.mark.anyio

WAIT_S = 10.0


@pytest.fixture
def house(house: ScriptedHouse) -> ScriptedHouse:
    """Files may have a megabyte."""
    house.settings = house.settings.model_copy(update={"max_file_mb": 1})
    return house


async def made(client: httpx.AsyncClient, name: str = "company") -> None:
    response = await client.post("/v1/kb", json={"name": name})
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/kb/{name}"


async def put(client: httpx.AsyncClient, name: str, data: bytes, base: str = "company") -> httpx.Response:
    return await client.post(f"/v1/kb/{base}/files", files={"file": (name, data)})


async def read(client: httpx.AsyncClient, base: str = "company") -> list[dict[str, object]]:
    """The files, once none of them waits."""
    with anyio.fail_after(WAIT_S):
        while True:
            files = (await client.get(f"/v1/kb/{base}/files")).json()["data"]
            if all(file["state"] != "waiting" for file in files):
                return files
            await anyio.sleep(0.02)


async def test_a_base_is_made_filled_searched_and_removed(client: httpx.AsyncClient) -> None:
    await made(client)
    answer = await put(client, "rules.txt", "员工请假应提前三天提交申请。\n".encode())
    assert answer.status_code == 202
    assert (answer.json()["file"], answer.json()["state"]) == ("rules.txt", "waiting")
    [file] = await read(client)
    assert (file["file"], file["state"], file["chunks"]) == ("rules.txt", "read", 1)
    found = (await client.post("/v1/kb/company/search", json={"question": "请假要提前几天？"})).json()
    assert found["data"][0]["file"] == "rules.txt"
    assert found["data"][0]["places"] == [{"page": 1, "box": None}]
    assert found["answerable"]
    [base] = (await client.get("/v1/kb")).json()["data"]
    assert (base["name"], base["files"], base["chunks"], base["reading"]) == ("company", 1, 1, False)
    assert (await client.delete("/v1/kb/company/files/rules.txt")).status_code == 204
    assert await read(client) == []
    assert (await client.delete("/v1/kb/company")).status_code == 204
    assert (await client.get("/v1/kb")).json()["data"] == []


async def test_a_file_that_fails_is_listed_with_its_reason(client: httpx.AsyncClient) -> None:
    await made(client)
    await put(client, "picture.bin", b"\0\1")
    [file] = await read(client)
    assert (file["state"], file["reason"]) == ("failed", "Only text and PDF are read here.")
    assert (await client.get("/v1/kb/company")).json()["failed"] == 1


async def test_a_file_of_the_same_name_is_replaced(client: httpx.AsyncClient) -> None:
    await made(client)
    await put(client, "rules.txt", b"Leave takes five days.")
    await read(client)
    await put(client, "rules.txt", b"Leave takes ten days now.")
    await read(client)
    found = (await client.post("/v1/kb/company/search", json={"question": "leave days"})).json()["data"]
    assert [hit["text"] for hit in found] == ["Leave takes ten days now."]


@pytest.mark.parametrize("name", ["..", ".hidden", "CON?", "x" * 300, "a:b"])
async def test_a_file_can_not_be_named_anything(client: httpx.AsyncClient, name: str) -> None:
    await made(client)
    response = await put(client, name, b"text")
    assert response.status_code == 400


async def test_a_path_in_a_name_is_left_out(client: httpx.AsyncClient) -> None:
    await made(client)
    assert (await put(client, "../../evil.txt", b"text")).json()["file"] == "evil.txt"


async def test_a_file_that_is_too_large_leaves_nothing_behind(
    client: httpx.AsyncClient, house: ScriptedHouse
) -> None:
    await made(client)
    house.settings.__dict__["max_file_mb"]
    response = await put(client, "big.txt", b"x" * (house.settings.max_file_mb * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert await read(client) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/files"),
        ("DELETE", "/files/a.txt"),
        ("POST", "/search"),
        ("GET", "/page/a.txt"),
    ],
)
@pytest.mark.parametrize("name", ["theirs", "nobody's"])
async def test_bases_of_other_keys_are_unknown(
    client: httpx.AsyncClient, house: ScriptedHouse, method: str, path: str, name: str
) -> None:
    house.bases.create("another key", "theirs")
    body = {"question": "what?"} if method == "POST" else None
    response = await client.request(method, f"/v1/kb/{name}{path}", json=body)
    assert response.status_code == 404
    assert name in response.json()["error"]["message"]


async def test_files_that_the_base_does_not_have_are_not_shown(client: httpx.AsyncClient) -> None:
    await made(client)
    await put(client, "rules.txt", b"Leave takes five days.")
    await read(client)
    for path in ("page/other.txt", "page/..%2F..%2Fetc%2Fpasswd", "page//etc/passwd"):
        assert (await client.get(f"/v1/kb/company/{path}")).status_code == 404
    assert (await client.delete("/v1/kb/company/files/..%2Frules.txt")).status_code == 404
    assert (await client.get("/v1/kb/company/page/rules.txt?page=2")).status_code == 404
    assert "no pictures" in (await client.get("/v1/kb/company/page/rules.txt")).json()["error"]["message"]


async def test_a_page_is_drawn_with_its_size(client: httpx.AsyncClient, house: ScriptedHouse) -> None:
    await made(client)
    await put(client, "a.pdf", pdf())
    await read(client)
    response = await client.get("/v1/kb/company/page/a.pdf?page=1")
    assert response.headers["content-type"] == "image/jpeg"
    assert response.content.startswith(b"\xff\xd8")
    assert (
        response.headers["x-open-autoglm-page-width"],
        response.headers["x-open-autoglm-page-height"],
    ) == (
        "300",
        "400",
    )
    assert (await client.get("/v1/kb/company/page/a.pdf?page=9")).status_code == 404


async def test_files_of_a_folder_of_this_machine_are_not_deleted(
    client: httpx.AsyncClient, house: ScriptedHouse, tmp_path
) -> None:
    folder = tmp_path / "manuals"
    folder.mkdir()
    (folder / "a.txt").write_text("Logs are kept for 30 days.", "utf-8")
    await made(client)
    house.bases.add_folder(LOCAL_OWNER, "company", folder)
    house.bases.look(LOCAL_OWNER, "company")
    [file] = await read(client)
    assert file["file"] == "manuals/a.txt"
    assert (await client.delete("/v1/kb/company/files/manuals/a.txt")).status_code == 400
    assert (folder / "a.txt").exists()
    within = {"question": "How long are logs kept?", "folder": "manuals"}
    assert (await client.post("/v1/kb/company/search", json=within)).json()["data"]
    elsewhere = {**within, "folder": "nowhere"}
    assert (await client.post("/v1/kb/company/search", json=elsewhere)).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": 1}, {"name": "a", "more": 1}, {"name": "x" * 101}]
)
async def test_a_base_needs_a_name(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await client.post("/v1/kb", json=body)).status_code == 400


async def test_two_bases_of_one_name_are_refused(client: httpx.AsyncClient) -> None:
    await made(client)
    assert (await client.post("/v1/kb", json={"name": "company"})).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 2001},
        {"question": "a", "limit": 0},
        {"question": "a", "limit": 51},
    ],
)
async def test_a_search_is_bounded(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    await made(client)
    assert (await client.post("/v1/kb/company/search", json=body)).status_code == 400


def pdf() -> bytes:
    """One empty page of 300 by 400 points."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(300, 400)
    from io import BytesIO

    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()
