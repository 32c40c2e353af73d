"""What a key may do at once and in a minute, counted in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from open_autoglm.errors import QueueFull
from open_autoglm.gateway.keys import Key

MINUTE_S = 60.0


@dataclass(slots=True)
class _Account:
    tokens: float
    """Requests it may still make now."""
    updated: float
    under_way: int = 0


class KeyLimits:
    """A token bucket and a count for each key that has limits; belongs to one event loop.

    The bucket holds a minute's worth: after a pause a key may make all of its requests at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    def begin(self, key: Key) -> None:
        """Count one more request, which ``end`` takes back. Raises QueueFull naming the limit."""
        if key.requests_per_minute is None and key.concurrent is None:
            return
        account = self._accounts.setdefault(key.id, _Account(key.requests_per_minute or 0, self._clock()))
        if key.concurrent is not None and account.under_way >= key.concurrent:
            raise QueueFull(
                f"Key {key.name!r} has {account.under_way} requests under way, as many as it may.",
                hint="Wait for one to end, or give the key a higher limit of concurrent requests.",
            )
        if key.requests_per_minute is not None:
            self._take(account, key, key.requests_per_minute)
        account.under_way += 1

    def end(self, key: Key) -> None:
        """A request that had begun has ended."""
        if key.id in self._accounts:
            self._accounts[key.id].under_way -= 1

    def _take(self, account: _Account, key: Key, per_minute: int) -> None:
        now = self._clock()
        refilled = account.tokens + (now - account.updated) * per_minute / MINUTE_S
        account.tokens, account.updated = min(float(per_minute), refilled), now
        if account.tokens < 1:
            wait_s = max(1, math.ceil((1 - account.tokens) * MINUTE_S / per_minute))
            raise QueueFull(
                f"Key {key.name!r} may make {per_minute} requests per minute, and has made them.",
                hint=f"Try again in {wait_s} s.",
                retry_after_s=wait_s,
            )
        account.tokens -= 1
