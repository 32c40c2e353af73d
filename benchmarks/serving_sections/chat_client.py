"""Streams one chat and notes when each piece came. The same client for every server."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_S = 900


@dataclass
class Timed:
    """One answer: seconds are counted from when the request was sent."""

    text: str = ""
    pieces_s: list[float] = field(default_factory=list)
    completion_tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_s(self) -> float:
        return self.pieces_s[0] if self.pieces_s else self.seconds

    @property
    def gaps_s(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.pieces_s, self.pieces_s[1:], strict=False)]

    @property
    def decode_tokens_per_s(self) -> float:
        """Of the answer alone, from its first piece to its last."""
        span = self.pieces_s[-1] - self.pieces_s[0] if len(self.pieces_s) > 1 else 0.0
        return (self.completion_tokens - 1) / span if span else 0.0


def client(*, keeps_connections: bool = True) -> httpx.AsyncClient:
    """Where answers take many seconds connections are not kept: the engine's own server closes one that
    was busy for longer than its limit for idle ones."""
    kept = 200 if keeps_connections else 0
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=kept)
    return httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, trust_env=False)


async def stream_chat(
    http: httpx.AsyncClient, address: str, model: str, messages: Sequence[Mapping[str, Any]], **fields: Any
) -> Timed:
    """One streamed chat. A refusal is an answer with its status and no text."""
    body = {
        "model": model,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        **fields,
    }
    timed = Timed()
    text: list[str] = []
    began = time.perf_counter()
    async with http.stream("POST", f"{address}/v1/chat/completions", json=body) as response:
        timed.status, timed.headers = response.status_code, dict(response.headers)
        async for line in response.aiter_lines():
            if not line.startswith("data: ") or line == "data: [DONE]":
                continue
            chunk = json.loads(line[6:])
            if "error" in chunk:
                timed.status = 599
                break
            for choice in chunk.get("choices") or ():
                piece = choice["delta"].get("content")
                if piece:
                    timed.pieces_s.append(time.perf_counter() - began)
                    text.append(piece)
            if usage := chunk.get("usage"):
                timed.completion_tokens = usage["completion_tokens"]
                timed.prompt_tokens = usage["prompt_tokens"]
                details = usage.get("prompt_tokens_details") or {}
                timed.cached_tokens = details.get("cached_tokens") or 0
    if not timed.completion_tokens:  # a server that tells no usage sends one piece a token
        timed.completion_tokens = len(timed.pieces_s)
    timed.seconds = time.perf_counter() - began
    timed.text = "".join(text)
    return timed


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]
