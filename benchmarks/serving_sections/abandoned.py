"""Two hundred long requests whose clients leave after half a second, then one short request."""

from __future__ import annotations

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, stream_chat, user
from serving_sections.options import Options

REQUESTS = 200
TOKENS = 10_000
LEAVES_AFTER_S = 0.5


def measure(options: Options) -> Section:
    section = Section(
        f"{REQUESTS} requests of {TOKENS:,} tokens dropped after {LEAVES_AFTER_S} s, then one of 10 tokens",
        ("server", "answered after s"),
    )
    window = ("--context-window", "12288", "--slots", "2", "--queue-limit", "250")
    with servers.gateway(options.model, *window) as gateway:
        seconds = anyio.run(_drop_and_ask, gateway)
    section.rows.append((gateway.name, f"{seconds:.2f}"))
    return section


async def _drop_and_ask(server: servers.Running) -> float:
    async with client() as http:

        async def leave(number: int) -> None:
            with anyio.move_on_after(LEAVES_AFTER_S):
                await stream_chat(
                    http,
                    server.address,
                    server.model,
                    user(f"Write the book number {number}."),
                    max_tokens=TOKENS,
                )

        async with anyio.create_task_group() as tasks:
            for number in range(REQUESTS):
                tasks.start_soon(leave, number)
        timed = await stream_chat(http, server.address, server.model, user("Say hello."), max_tokens=10)
    if timed.status != 200:
        raise RuntimeError(f"the last request was answered with {timed.status}")
    return timed.seconds
