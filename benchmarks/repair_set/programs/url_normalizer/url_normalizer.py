"""Brings addresses into one form, so that a crawler knows which it has seen."""

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = ("utm_", "spm", "fbclid")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


def normalize(url):
    """Return the one form of an http or https address.

    Scheme and host are lower case; the scheme's own port and the fragment are dropped; ``.`` and
    ``..`` in the path are resolved; an empty path is ``/``. Characters of the path are
    percent-encoded as UTF-8 where they must be, and only there. Parameters are sorted by name and
    value; those that only track visitors (names that begin with ``utm_``, ``spm`` or ``fbclid``)
    are dropped, empty ones stay. Raises ValueError for other schemes and for a missing host.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError(f"no web address: {url!r}")
    if not parts.hostname:
        raise ValueError(f"no host: {url!r}")
    host = parts.hostname
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{parts.port}"
    path = quote(unquote(_resolved(parts.path)), safe=_SAFE_IN_PATH)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(pair for pair in pairs if not pair[0].startswith(_TRACKING))
    return urlunsplit((scheme, host, path, urlencode(kept), ""))


def same_page(one, other):
    """Say whether two addresses have the same normal form."""
    return normalize(one) == normalize(other)


def _resolved(path):
    """The path without ``.`` and ``..``; a slash at its end stays."""
    kept = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    ends_open = segments[-1] in ("", ".", "..")
    return "/" + "/".join(kept) + ("/" if ends_open and kept else "")
