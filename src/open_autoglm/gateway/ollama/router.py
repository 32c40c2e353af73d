"""Every route of this dialect."""

from __future__ import annotations

from fastapi import APIRouter

from open_autoglm.gateway.ollama import embed_routes, model_routes, refused_routes, routes

router = APIRouter(tags=["Ollama"])
for part in (routes, model_routes, embed_routes, refused_routes):
    router.include_router(part.router)
