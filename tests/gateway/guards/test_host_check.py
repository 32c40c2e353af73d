"""The gateway answers to its own names only, however a foreign one is dressed."""

from __future__ import annotations

import pytest
from asgi_calls import accept, call, http_scope

from open_autoglm.errors import ConfigurationError
from open_autoglm.gateway.guards.host_check import HostCheck, is_loopback, parse_authority

pytestmark = pytest.mark.anyio

OURS = [
    "localhost",
    "localhost:8080",
    "LocalHost:8080",
    "localhost.:8080",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:8080",
    "[0:0:0:0:0:0:0:1]:8080",
    "workstation.local:8080",
    "WORKSTATION.LOCAL.",
]

FOREIGN = [
    "",
    " ",
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:8080",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0:8080",
    "[::]",
    "[::ffff:127.0.0.1]",
    "::1",
    "[::1",
    "[::1]x",
    "[::1%25lo]",
    "localhost:",
    "localhost:99999",
    "localhost:80:80",
    "localhost:8080x",
    "user@localhost",
    "user:pass@localhost:8080",
    "localhost@evil.example",
    "localhost/evil.example",
    "localhost#evil.example",
    "localhost\\evil.example",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost..",
    ".localhost",
    "http://localhost",
    "localhost\x00",
    "ｌocalhost",
]


def guarded(bind_host: str = "127.0.0.1") -> HostCheck:
    return HostCheck(accept, bind_host=bind_host, allowed_hosts=("workstation.local",))


def headers(*hosts: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", host.encode("utf-8")) for host in hosts]


@pytest.mark.parametrize("host", OURS)
async def test_our_own_names_pass(host: str) -> None:
    assert (await call(guarded(), http_scope(headers=headers(host)))).status == 200


@pytest.mark.parametrize("host", FOREIGN)
async def test_a_foreign_name_is_refused(host: str) -> None:
    reply = await call(guarded(), http_scope(headers=headers(host)))
    assert reply.status == 403
    assert "allowed_hosts" in reply.message


@pytest.mark.parametrize("hosts", [(), ("localhost", "localhost"), ("localhost", "evil.example")])
async def test_a_host_that_is_missing_or_doubled_is_refused(hosts: tuple[str, ...]) -> None:
    assert (await call(guarded(), http_scope(headers=headers(*hosts)))).status == 403


@pytest.mark.parametrize("host", ["evil.example", "user@localhost"])
async def test_a_websocket_under_a_foreign_name_is_closed_before_it_opens(host: str) -> None:
    reply = await call(guarded(), http_scope(kind="websocket", headers=headers(host)))
    assert reply.closed == 1008


async def test_the_address_that_is_listened_on_passes() -> None:
    app = guarded("192.168.7.5")
    assert (await call(app, http_scope(headers=headers("192.168.7.5:8080")))).status == 200


@pytest.mark.parametrize("arrived_at", ["192.168.7.5", "::ffff:192.168.7.5"])
async def test_on_all_addresses_only_the_one_that_was_connected_to_may_be_named(arrived_at: str) -> None:
    app = guarded("0.0.0.0")
    for host, status in (("192.168.7.5", 200), ("192.168.7.6", 403), ("evil.example", 403)):
        scope = http_scope(headers=headers(host), server=(arrived_at, 8080))
        assert (await call(app, scope)).status == status


@pytest.mark.parametrize("name", ["*", "http://x.example", "a b", "*.example"])
def test_a_setting_that_is_no_host_name_is_told(name: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed_hosts"):
        HostCheck(accept, bind_host="127.0.0.1", allowed_hosts=(name,))


def test_an_ipv6_address_may_be_configured_with_and_without_brackets() -> None:
    for bind_host in ("2001:db8::5", "[2001:db8::5]"):
        assert HostCheck(accept, bind_host=bind_host)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.5", False),
        ("workstation.local", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_an_authority_is_read_in_its_usual_form() -> None:
    assert parse_authority("EXAMPLE.com.:80") == ("example.com", 80)
    assert parse_authority("[0::1]") == ("::1", None)
