"""Fetching a picture leads out to the internet or nowhere: never to this machine or its network."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import anyio
import pytest

from open_autoglm.errors import Forbidden, LimitExceeded, OpenAutoGLMError, UsageError
from open_autoglm.gateway.dialect import image_fetch
from open_autoglm.gateway.dialect.image_fetch import fetch_image
from open_autoglm.gateway.dialect.public_address import Address

pytestmark = pytest.mark.anyio

REFUSED_URLS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.01/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://0/",
    "http://0x0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://3232235777/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://192.0.2.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://user:password@8.8.8.8/",
    "http://8.8.8.8@127.0.0.1/",
    "http://127.0.0.1#@8.8.8.8/",
    "http://127.0.0.1\\@8.8.8.8/",
    "http://127.0.0.1%2f@8.8.8.8/",
    "http:///x",
    "http://127.0.0.1:99999/",
    "http://08.8.8.8/",
    "http://1.1.1/",
    "https://127.0.0.1/",
]


class Site(BaseHTTPRequestHandler):
    """A server that a test tells what to answer."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]]
    asked: ClassVar[list[tuple[str, str]]]
    connections: ClassVar[list[int]]
    port: ClassVar[int]

    def do_GET(self) -> None:
        type(self).asked.append((self.headers["Host"], self.path))
        type(self).connections.append(self.client_address[1])
        status, headers, body = type(self).answers[self.path]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Site]]:
    """``http://pictures.example``, which is on loopback and counts as public in these tests alone."""

    class Ours(Site):
        answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
        asked: ClassVar[list[tuple[str, str]]] = []
        connections: ClassVar[list[int]] = []

    with running(Ours) as port:
        names = {"pictures.example": ["127.0.0.1"], "private.example": ["10.0.0.1"]}
        names["both.example"] = ["127.0.0.1", "10.0.0.1"]

        async def look_up(host: str, asked_port: int, **options: object) -> list[Any]:
            if host not in names:
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return [(0, 0, 0, "", (address, asked_port)) for address in names[host]]

        def is_public(address: Address) -> bool:
            return address == ipaddress.ip_address("127.0.0.1")

        monkeypatch.setattr(anyio, "getaddrinfo", look_up)
        monkeypatch.setattr(image_fetch, "is_public", is_public)
        monkeypatch.setitem(image_fetch.PORTS, "http", port)
        Ours.port = port
        yield Ours


def url(site: type[Site], path: str, host: str = "pictures.example") -> str:
    return f"http://{host}:{site.port}{path}"


@pytest.mark.parametrize("address", REFUSED_URLS)
async def test_no_spelling_leads_to_our_own_network(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_connection(*arguments: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(image_fetch, "_get_from", no_connection)
    with pytest.raises((UsageError, Forbidden)) as raised:
        await fetch_image(address, max_bytes=1000)
    assert "data:image/png;base64" in str(raised.value)


async def test_a_picture_is_fetched_under_its_own_name(site: type[Site]) -> None:
    site.answers["/a.png?x=1"] = (200, {}, b"picture")
    assert await fetch_image(url(site, "/a.png?x=1#part"), max_bytes=1000) == b"picture"
    assert site.asked == [(f"pictures.example:{site.port}", "/a.png?x=1")]


async def test_the_name_is_looked_up_once(site: type[Site], monkeypatch: pytest.MonkeyPatch) -> None:
    site.answers["/a"] = (200, {}, b"picture")
    looked_up: list[str] = []
    real = anyio.getaddrinfo

    async def counting(host: str, *arguments: Any, **options: Any) -> Any:
        looked_up.append(host)
        return await real(host, *arguments, **options)

    monkeypatch.setattr(anyio, "getaddrinfo", counting)
    await fetch_image(url(site, "/a"), max_bytes=1000)
    assert looked_up == ["pictures.example"]


@pytest.mark.parametrize("host", ["private.example", "both.example"])
async def test_a_name_with_any_private_address_is_refused(site: type[Site], host: str) -> None:
    with pytest.raises(Forbidden, match=host):
        await fetch_image(url(site, "/a", host), max_bytes=1000)
    assert not site.asked


async def test_a_name_that_is_not_known_is_told(site: type[Site]) -> None:
    with pytest.raises(UsageError, match=r"'nowhere\.example'"):
        await fetch_image(url(site, "/a", "nowhere.example"), max_bytes=1000)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(site: type[Site], status: int) -> None:
    site.answers |= {"/a": (status, {"Location": "/b"}, b""), "/b": (200, {}, b"picture")}
    assert await fetch_image(url(site, "/a"), max_bytes=1000) == b"picture"


async def test_each_name_is_asked_over_a_connection_of_its_own(site: type[Site]) -> None:
    site.answers |= {"/a": (302, {"Location": "/b"}, b""), "/b": (200, {}, b"picture")}
    await fetch_image(url(site, "/a"), max_bytes=1000)
    assert len(set(site.connections)) == 2


async def test_a_fourth_redirect_is_one_too_many(site: type[Site]) -> None:
    for number in range(4):
        site.answers[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    site.answers["/4"] = (200, {}, b"picture")
    with pytest.raises(UsageError, match="3 redirects"):
        await fetch_image(url(site, "/0"), max_bytes=1000)
    assert await fetch_image(url(site, "/1"), max_bytes=1000) == b"picture"


@pytest.mark.parametrize(
    "place",
    [
        "http://10.0.0.1/",
        "http://private.example/",
        "//169.254.169.254/",
        "http://2130706433/",
        "file:///etc/passwd",
        "ftp://pictures.example/",
        "http://user:password@pictures.example/",
        "http://[::1]/",
        "gopher://x/",
    ],
)
async def test_a_redirect_into_our_network_is_refused(site: type[Site], place: str) -> None:
    site.answers["/a"] = (302, {"Location": place}, b"")
    with pytest.raises((UsageError, Forbidden)):
        await fetch_image(url(site, "/a"), max_bytes=1000)
    assert len(site.asked) == 1


async def test_a_picture_that_is_too_large_is_cut_off(site: type[Site]) -> None:
    site.answers["/a"] = (200, {}, bytes(100_000))
    with pytest.raises(LimitExceeded):
        await fetch_image(url(site, "/a"), max_bytes=1000)


async def test_a_compressed_answer_is_not_unfolded(site: type[Site]) -> None:
    site.answers["/a"] = (200, {"Content-Encoding": "gzip"}, bytes(100))
    with pytest.raises(UsageError, match="compressed"):
        await fetch_image(url(site, "/a"), max_bytes=1000)


async def test_an_answer_that_is_no_success_is_told(site: type[Site]) -> None:
    site.answers["/a"] = (404, {}, b"no")
    with pytest.raises(UsageError, match="404"):
        await fetch_image(url(site, "/a"), max_bytes=1000)


async def test_a_proxy_of_the_environment_takes_no_part(
    site: type[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.answers["/a"] = (200, {}, b"picture")
    assert await fetch_image(url(site, "/a"), max_bytes=1000) == b"picture"


async def test_a_server_that_never_answers_is_given_up(
    site: type[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_fetch, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://pictures.example:{silent.getsockname()[1]}/a"
        with pytest.raises(OpenAutoGLMError, match=r"did not arrive|can't be fetched"):
            await fetch_image(address, max_bytes=1000)
