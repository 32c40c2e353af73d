"""Which host names the gateway answers to.

A web page can point a name of its own at 127.0.0.1 and then read what answers there (DNS rebinding). The
browser still sends that name in ``Host``, so a request under a foreign name is refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from open_autoglm.errors import ConfigurationError, Forbidden
from open_autoglm.gateway.guards.refusal import refuse

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to
_MAPPED = "::ffff:"  # how a socket for both families shows an IPv4 address
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def parse_authority(authority: str) -> tuple[str, int | None] | None:
    """Host and port of ``host:port`` as it stands in ``Host`` or an origin; None where it is neither.

    Names are lower case without the dot of the root; addresses are in their usual form, IPv6 without
    brackets. Nothing else counts: no user name, no space, no spelling of an address that only some read.
    """
    match = _AUTHORITY.fullmatch(authority.lower())
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if port is not None and port > 65535:
        return None
    host = match["host"]
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:-1])), port
        except ValueError:
            return None
    host = host.removesuffix(".")
    return (host, port) if _NAME.fullmatch(host) else None


class HostCheck:
    """Refuses requests that name a host which is not one of ours.

    Ours are loopback's names, the address that is listened on, the address that the connection came in at,
    and ``allowed_hosts``; with any port.
    """

    def __init__(self, app: ASGIApp, *, bind_host: str, allowed_hosts: Iterable[str] = ()) -> None:
        self._app = app
        own = {_host_of(bind_host, "local_api_host")} if bind_host not in WILDCARDS else set()
        self._allowed = LOOPBACK_HOSTS | own | {_host_of(host, "allowed_hosts") for host in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._is_ours(scope):
            await refuse(
                scope,
                send,
                Forbidden(
                    "The request names a host that this server does not answer to.",
                    hint="Use the address it listens on, or add the name to the setting allowed_hosts.",
                ),
            )
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        parsed = parse_authority(given[0].decode("latin-1"))
        if parsed is None:
            return False
        # An address can't be rebound: whoever reached us at it may name it.
        arrived_at = str(scope["server"][0]).removeprefix(_MAPPED) if scope.get("server") else None
        return parsed[0] in self._allowed or parsed[0] == arrived_at


def _host_of(configured: str, setting: str) -> str:
    """The host of a setting, as it is compared. Raises ConfigurationError."""
    bare = f"[{configured}]" if configured.count(":") > 1 and not configured.startswith("[") else configured
    parsed = parse_authority(bare)
    if parsed is None:
        raise ConfigurationError(
            f"Setting {setting} has {configured!r}, which is no host name or address.",
            hint="Write it as in http://NAME:8080, without the scheme, for example workstation.local.",
        )
    return parsed[0]
