"""Which network addresses are out on the internet, whatever they are dressed as.

A request that names an address for the gateway to fetch from must not reach this machine, its network or the
metadata service of a cloud. Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, written out here
because what the standard library counts as global differs between versions.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; on Linux 0.0.0.0 is this machine
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, no longer used
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network reaches IPv4
ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214, section 6.1


def is_public(address: Address) -> bool:
    """Whether the address, and any IPv4 address inside it, is global unicast."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    if address.scope_id is not None:
        return False
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    if address not in GLOBAL_UNICAST_V6 or any(address in network for network in NOT_PUBLIC_V6):
        return False
    return all(is_public(inner) for inner in _embedded(address))


def _embedded(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """IPv4 addresses that a tunnel would take out of a global IPv6 address."""
    if address.sixtofour is not None:
        yield address.sixtofour
    if (int(address) >> 32) & 0xFFFF_FFFF in ISATAP:
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)


def literal_address(host: str) -> Address | None:
    """The address that a host is, without brackets; None where it is a name.

    Raises ValueError for a number that only some programs read as an address: ``127.1``, ``0x7f000001``,
    ``2130706433``, ``0177.0.0.1`` (WHATWG URL, "ends in a number").
    """
    if ":" in host:
        return ipaddress.IPv6Address(host)
    last = host.removesuffix(".").rpartition(".")[2].lower()
    if last.isdigit() or last.startswith("0x"):
        return ipaddress.IPv4Address(host)
    return None
