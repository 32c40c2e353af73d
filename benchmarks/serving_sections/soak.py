"""Minutes of mixed load: errors, and whether memory grows."""

from __future__ import annotations

import random
import time
from collections import Counter

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, stream_chat, user
from serving_sections.options import Options

MINUTES = 10
CLIENTS = 6
WARM_UP_S = 60


def measure(options: Options) -> Section:
    minutes = 2 if options.quick else MINUTES
    section = Section(
        f"{minutes} minutes of mixed load by {CLIENTS} clients (small model)",
        ("requests", "errors", "refused with 429", "MB after a minute", "MB at the end", "growth"),
    )
    with servers.gateway(options.small, "--slots", "4", "--queue-limit", "8") as gateway:
        statuses, before, after = anyio.run(_load, gateway, minutes * 60.0)
    requests = sum(statuses.values())
    errors = sum(count for status, count in statuses.items() if status not in (200, 429))
    section.rows.append(
        (
            str(requests),
            f"{errors} ({100 * errors / requests:.2f} %)",
            str(statuses[429]),
            f"{before:.0f}",
            f"{after:.0f}",
            f"{100 * (after / before - 1):+.1f} %",
        )
    )
    section.notes.append("a third streamed, a third whole, a sixth repeated (cache), a sixth dropped midway")
    return section


async def _load(server: servers.Running, seconds: float) -> tuple[Counter[int], float, float]:
    statuses: Counter[int] = Counter()
    end = time.monotonic() + seconds
    before = 0.0
    async with client() as http:

        async def one(choice: random.Random) -> None:
            kind = choice.choice(("stream", "stream", "whole", "whole", "again", "leave"))
            number = 0 if kind == "again" else choice.randrange(10**9)
            question = user(f"Write three lines about number {number}. " * choice.randrange(1, 30))
            temperature = 0.0 if kind == "again" else 0.8
            if kind in ("whole", "again"):
                body = {
                    "model": server.model,
                    "messages": user(f"Say {number}.") if kind == "again" else question,
                    "max_tokens": 24,
                    "temperature": temperature,
                }
                answer = await http.post(f"{server.address}/v1/chat/completions", json=body)
                statuses[answer.status_code] += 1
                return
            with anyio.move_on_after(0.3 if kind == "leave" else 1e6):
                timed = await stream_chat(
                    http, server.address, server.model, question, max_tokens=48, temperature=temperature
                )
                statuses[timed.status] += 1

        async def person(seed: int) -> None:
            choice = random.Random(seed)
            while time.monotonic() < end:
                await one(choice)

        async with anyio.create_task_group() as tasks:
            for seed in range(CLIENTS):
                tasks.start_soon(person, seed)
            await anyio.sleep(min(WARM_UP_S, seconds / 2))
            before = server.resident_mb()
    return statuses, before, server.resident_mb()
