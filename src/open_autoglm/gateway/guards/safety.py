"""What stands between the network and the routes, from the outside in.

    Observe         id, log line, metrics, headers for browsers: also for what is refused below
    HostCheck       403 for a foreign host name (DNS rebinding)
    OriginCheck     403 for a foreign web page (cross-site requests), CORS for allowed ones
    RequestLimits   431, 413, 408, 400: headers, size, pace, depth
    KeyCheck        401 without a key where one is needed, 429 past the key's limits

All are plain ASGI and pass streams through piece by piece; the page mounted below the API is guarded too.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.gateway.guards.host_check import HostCheck, is_loopback
from open_autoglm.gateway.guards.key_check import KeyCheck
from open_autoglm.gateway.guards.observe import Observe
from open_autoglm.gateway.guards.origin_check import OriginCheck
from open_autoglm.gateway.guards.request_limits import BodyLimits, RequestLimits
from open_autoglm.gateway.keys import KeyStore
from open_autoglm.telemetry.metrics import Metrics


def no_page(path: str) -> bool:
    """Where the API stands alone."""
    del path
    return False


def protect(
    app: ASGIApp,
    settings: Settings,
    keys: KeyStore,
    metrics: Metrics,
    *,
    is_page: Callable[[str], bool] = no_page,
) -> ASGIApp:
    """The application with its guards. Raises ConfigurationError for hosts or origins that are none.

    ``is_page`` tells the paths of the page, which asks for keys itself.
    """
    limits = BodyLimits(body=settings.max_body_mb * MEGABYTE, upload=settings.max_file_mb * MEGABYTE)
    guarded: ASGIApp = KeyCheck(app, keys, required=not is_loopback(settings.local_api_host), is_page=is_page)
    guarded = RequestLimits(guarded, limits)
    guarded = OriginCheck(guarded, allowed_origins=settings.allowed_origins)
    guarded = HostCheck(guarded, bind_host=settings.local_api_host, allowed_hosts=settings.allowed_hosts)
    return Observe(guarded, metrics)
