"""What becomes known of a request while it is answered: written by whoever learns it, read at its end.

The gateway opens one for each HTTP request. It is found through a context variable, which tasks inherit, and
it is never reset: each request runs in a context of its own, so nothing has to be undone in a generator that
may be closed somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestFacts:
    """One request as logs, metrics and traces speak of it. Holds no word of prompt or answer."""

    request_id: str = ""
    owner: str = ""
    """Id of the key, or ``local``; empty where the request was refused before that was known."""
    model: str | None = None
    """The model that answers; None where none was reached."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    error: str | None = None
    """Name of the error's class."""
    trace_headers: Mapping[str, str] = field(default_factory=dict)
    """``traceparent`` and ``tracestate`` as they came (W3C Trace Context)."""


_current: ContextVar[RequestFacts | None] = ContextVar("open_autoglm_request", default=None)


def begin_request(facts: RequestFacts) -> None:
    """From here on ``facts`` are those of the running context and of the tasks it starts."""
    _current.set(facts)


def current_request() -> RequestFacts:
    """The facts of the request being answered; ones that nobody reads where there is none."""
    return _current.get() or RequestFacts()
