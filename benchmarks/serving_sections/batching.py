"""Eight chats at once against one at a time: generated tokens a second in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import anyio
import httpx

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import Timed, client, stream_chat, user
from serving_sections.options import Options

CHATS = 8
TOKENS = 128
TOPICS = ("rivers", "bridges", "bees", "glaciers", "violins", "tea", "maps", "comets")

Start = Callable[[], AbstractContextManager[servers.Running]]


def measure(options: Options) -> Section:
    section = Section(
        f"{CHATS} chats of {TOKENS} tokens",
        ("server", "one at a time, tokens/s", "all at once, tokens/s", "ratio"),
    )
    contenders: list[Start] = [
        partial(servers.gateway, options.model),
        partial(servers.bare, options.model, slots=CHATS),
    ]
    if options.peer_python is not None:
        contenders.append(partial(servers.llama_cpp_python, options.peer_python, options.model))
    for start in contenders:
        try:
            with start() as server:
                single, together = anyio.run(_both_ways, server)
        except* (httpx.HTTPError, RuntimeError) as failed:
            section.notes.append(f"one contender failed: {failed.exceptions[0]}")
        else:
            row = (server.name, f"{single:.1f}", f"{together:.1f}", f"{together / single:.2f}")
            section.rows.append(row)
    return section


async def _both_ways(server: servers.Running) -> tuple[float, float]:
    async with client(keeps_connections=False) as http:

        async def chat(topic: str) -> Timed:
            timed = await stream_chat(
                http,
                server.address,
                server.model,
                user(f"Write a long story about {topic}."),
                max_tokens=TOKENS,
                temperature=0.7,
                seed=7,
            )
            if timed.status != 200:
                raise RuntimeError(f"{server.name} answered {timed.status}")
            return timed

        await chat("warming up")
        began = time.perf_counter()
        tokens = 0
        for topic in TOPICS[:3]:
            tokens += (await chat(topic)).completion_tokens
        single = tokens / (time.perf_counter() - began)

        answers: list[Timed] = []

        async def gather(topic: str) -> None:
            answers.append(await chat(topic + " and the people who love them"))

        began = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for topic in TOPICS:
                tasks.start_soon(gather, topic)
        together = sum(answer.completion_tokens for answer in answers) / (time.perf_counter() - began)
    return single, together
