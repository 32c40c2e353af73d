"""A request that was answered before: how long the result cache takes."""

from __future__ import annotations

import time

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, user
from serving_sections.options import Options
from serving_sections.percentiles import milliseconds, percentile

TOKENS = 128


def measure(options: Options) -> Section:
    section = Section(
        f"Result cache, an answer of {TOKENS} tokens, not streamed",
        ("request", "times", "ms P50", "ms P95"),
    )
    with servers.gateway(options.small) as gateway:
        cold, hits = anyio.run(_ask, gateway, options.repetitions(200))
    section.rows.append(("first", "1", milliseconds(cold), milliseconds(cold)))
    section.rows.append(
        ("again", str(len(hits)), milliseconds(percentile(hits, 0.5)), milliseconds(percentile(hits, 0.95)))
    )
    return section


async def _ask(server: servers.Running, times: int) -> tuple[float, list[float]]:
    body = {
        "model": server.model,
        "messages": user("Tell me a story of the sea."),
        "max_tokens": TOKENS,
        "temperature": 0,
    }
    seconds: list[float] = []
    async with client() as http:
        for number in range(times + 1):
            began = time.perf_counter()
            answer = await http.post(f"{server.address}/v1/chat/completions", json=body)
            seconds.append(time.perf_counter() - began)
            wanted = "hit" if number else "miss"
            if answer.status_code != 200 or answer.headers["x-open-autoglm-cache"] != wanted:
                raise RuntimeError(f"status {answer.status_code}, {dict(answer.headers)}")
    return seconds[0], seconds[1:]
