"""What the routes of this dialect do before they answer: resolve the model, read the headers, stamp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fastapi import Request

from open_autoglm.gateway.dialect.fields import ServingFields
from open_autoglm.gateway.openai.stamp import Stamp, fingerprint, new_id
from open_autoglm.gateway.state import gateway_of, require_model, served_request
from open_autoglm.serving.request import ServedRequest
from open_autoglm.values import EngineRequest


async def stamp_for(
    request: Request, body: ServingFields, prefix: str, ignored: tuple[str, ...] = ()
) -> Stamp:
    """The stamp of the answer to come. Raises UnknownModel and Forbidden, before any work."""
    require_model(request, body.model)
    served = await gateway_of(request).service.resolve(body.model)
    return Stamp(
        id=new_id(prefix),
        fingerprint=fingerprint(served.name, served.digest),
        service_tier="flex" if body.service_tier == "flex" else "default",
        ignored=ignored,
    )


def asked_of(request: Request, body: ServingFields, requests: Sequence[EngineRequest]) -> list[ServedRequest]:
    """The requests for the service. ``service_tier`` flex waits behind people, as OpenAI's does."""
    asked = [served_request(request, body.model, one, context_policy=body.context_policy) for one in requests]
    if body.service_tier == "flex":
        return [replace(one, priority="batch") for one in asked]
    return asked
