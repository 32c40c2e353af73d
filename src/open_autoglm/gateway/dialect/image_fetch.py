"""Fetching a picture from the network without being led into our own.

The name is looked up once, every address it has must be public, and the connection goes to exactly such an
address: between check and connection nothing can change (DNS rebinding). Redirects are followed by hand, with
the same check each. No proxy of the environment, no cookie and no user name takes part.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import httpx

from open_autoglm.errors import Forbidden, LimitExceeded, UsageError
from open_autoglm.gateway.dialect.public_address import Address, is_public, literal_address

MAX_REDIRECTS = 3
MAX_ADDRESSES = 3
"""Addresses of one name that are tried: the first may be of a family that has no way out of here."""
SECONDS = 15.0
"""For all of it, redirects included."""
MAX_URL_CHARACTERS = 4096
ONE_REQUEST_A_CONNECTION = httpx.Limits(max_keepalive_connections=0)
"""Connections are told apart by address here: another name at the same one must show its own certificate."""
PORTS = {"http": 80, "https": 443}
SEND_INSTEAD = "Send the picture itself as data:image/png;base64,…"


@dataclass(frozen=True, slots=True)
class _Answer:
    data: bytes
    location: str | None = None
    """Where it is instead."""


async def fetch_image(url: str, *, max_bytes: int) -> bytes:
    """What lies at ``url``, at most ``max_bytes`` of it.

    Raises UsageError, Forbidden for an address that is not public, and LimitExceeded.
    """
    target = _parsed(url)
    try:
        with anyio.fail_after(SECONDS):
            async with httpx.AsyncClient(
                trust_env=False, follow_redirects=False, timeout=SECONDS, limits=ONE_REQUEST_A_CONNECTION
            ) as client:
                for _ in range(MAX_REDIRECTS + 1):
                    answer = await _get(client, target, await _addresses(target), max_bytes)
                    if answer.location is None:
                        return answer.data
                    target = _parsed(str(target.join(answer.location)))
    except TimeoutError as error:
        raise UsageError(f"The image did not arrive within {SECONDS:.0f} s.", hint=SEND_INSTEAD) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(
            f"The image at {target.host!r} can't be fetched: {type(error).__name__}.", hint=SEND_INSTEAD
        ) from error
    raise UsageError(f"The image is behind more than {MAX_REDIRECTS} redirects.", hint=SEND_INSTEAD)


def _parsed(url: str) -> httpx.URL:
    """The address, where its form holds nothing that could mean two things. Raises UsageError."""
    try:
        target = httpx.URL(url[: MAX_URL_CHARACTERS + 1])
        literal_address(target.raw_host.decode("ascii"))
    except (httpx.InvalidURL, ValueError) as error:  # ValueError: also what is no address, or not ASCII
        raise UsageError(f"The image address can't be used: {error}.", hint=SEND_INSTEAD) from error
    faults = {
        "it is too long": len(url) > MAX_URL_CHARACTERS,
        "it is neither http nor https": target.scheme not in PORTS,
        "it holds a user name": bool(target.userinfo),
        "it names no host": not target.raw_host,
    }
    for fault, present in faults.items():
        if present:
            raise UsageError(f"The image address can't be used: {fault}.", hint=SEND_INSTEAD)
    return target


async def _addresses(target: httpx.URL) -> Sequence[Address]:
    """Where the host is, each address public. Raises UsageError, Forbidden."""
    host = target.raw_host.decode("ascii")
    literal = literal_address(host)
    if literal is not None:
        found: list[Address] = [literal]
    else:
        port = target.port or PORTS[target.scheme]
        try:
            rows = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise UsageError(f"The image is at {host!r}, which is not known.", hint=SEND_INSTEAD) from error
        found = [ipaddress.ip_address(row[4][0]) for row in rows]
    # One private address among them is enough: the name's owner would have us choose.
    if not found or not all(is_public(address) for address in found):
        raise Forbidden(
            f"The image is at {host!r}, which is not a public address.",
            hint=f"Only addresses on the internet are fetched from. {SEND_INSTEAD}",
        )
    return found[:MAX_ADDRESSES]


async def _get(
    client: httpx.AsyncClient, target: httpx.URL, addresses: Sequence[Address], max_bytes: int
) -> _Answer:
    """Ask the first address that can be connected to."""
    for address in addresses[:-1]:
        try:
            return await _get_from(client, target, address, max_bytes)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return await _get_from(client, target, addresses[-1], max_bytes)


async def _get_from(
    client: httpx.AsyncClient, target: httpx.URL, address: Address, max_bytes: int
) -> _Answer:
    """Ask ``address`` for ``target``: its name goes into Host and, with TLS, into SNI and the certificate."""
    request = client.build_request(
        "GET",
        target.copy_with(host=str(address), fragment=None),
        headers={
            "Host": target.netloc.decode("ascii"),
            "Accept": "image/*",
            "Accept-Encoding": "identity",  # a compressed answer could unfold without bound
            "User-Agent": "open-autoglm",
        },
        extensions={"sni_hostname": target.raw_host.decode("ascii")},
    )
    response = await client.send(request, stream=True)
    try:
        if response.has_redirect_location:
            return _Answer(b"", response.headers["location"])
        if response.status_code != httpx.codes.OK:
            raise UsageError(
                f"The image at {target.host!r} can't be had: its server answers {response.status_code}.",
                hint=SEND_INSTEAD,
            )
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UsageError(f"The image at {target.host!r} comes compressed.", hint=SEND_INSTEAD)
        data = bytearray()
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > max_bytes:
                raise LimitExceeded(f"The image is larger than {max_bytes} bytes.", hint="Scale it down.")
        return _Answer(bytes(data))
    finally:
        await response.aclose()
