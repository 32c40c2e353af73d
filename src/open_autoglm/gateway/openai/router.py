"""Every route of this dialect."""

from __future__ import annotations

from fastapi import APIRouter

from open_autoglm.gateway.openai import embeddings, models
from open_autoglm.gateway.openai.chat import routes as chat
from open_autoglm.gateway.openai.completions import routes as completions
from open_autoglm.gateway.openai.llama_server import infill, tokens
from open_autoglm.gateway.openai.responses import routes as responses
from open_autoglm.gateway.openai.tabby import routes as tabby

router = APIRouter()
for part, tag in (
    (chat, "OpenAI"),
    (completions, "OpenAI"),
    (responses, "OpenAI"),
    (embeddings, "OpenAI"),
    (models, "OpenAI"),
    (infill, "llama.cpp"),
    (tokens, "llama.cpp"),
    (tabby, "Tabby"),
):
    router.include_router(part.router, tags=[tag])
