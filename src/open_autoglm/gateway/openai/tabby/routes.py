"""What Tabby's plugins ask beside completions. Nothing that they tell about their user is kept."""

from __future__ import annotations

import os
import platform

from fastapi import APIRouter, Request, Response

from open_autoglm import __version__
from open_autoglm.gateway.openai.tabby.schema import TabbyHealth, TabbySettings
from open_autoglm.gateway.state import gateway_of

router = APIRouter()


@router.get("/v1/health", operation_id="tabby_health")
async def tabby_health(request: Request) -> TabbyHealth:
    """Which model completes, and where it runs."""
    return _health(request)


@router.post("/v1/health", operation_id="tabby_health_as_before")
async def tabby_health_as_before(request: Request) -> TabbyHealth:
    """The same, as older plugins ask it."""
    return _health(request)


@router.post("/v1/events", operation_id="tabby_events", status_code=204, response_class=Response)
async def tabby_events() -> None:
    """What was shown, taken or dismissed. It is not kept."""


@router.get("/v1beta/server_setting", operation_id="tabby_server_setting")
async def tabby_server_setting() -> TabbySettings:
    """Asks plugins to send no telemetry of their own."""
    return {"disable_client_side_telemetry": True}


def _health(request: Request) -> TabbyHealth:
    settings = gateway_of(request).settings
    return {
        "model": settings.model_path,
        "device": str(settings.device_map),
        "arch": platform.machine(),
        "cpu_info": platform.processor(),
        "cpu_count": os.cpu_count() or 1,
        "version": {
            "build_date": "",
            "build_timestamp": "",
            "git_sha": "",
            "git_describe": f"v{__version__}",
        },
    }
