"""A thousand open connections over a scripted engine: errors, and whether /health still answers at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, stream_chat, user
from serving_sections.options import Options
from serving_sections.percentiles import milliseconds, percentile

CONNECTIONS = 1000
PROBE = Path(__file__).with_name("health_probe.py")


def measure(options: Options) -> Section:
    section = Section(
        f"{CONNECTIONS} chats at once, scripted engine, 8 slots, 900 may wait",
        ("answered", "refused with 429", "other", "/health ms P50", "P99", "seconds in all"),
    )
    del options
    with servers.scripted("--slots", "8", "--queue-limit", "900", "--tokens", "20") as server:
        statuses, health, seconds = anyio.run(_load, server)
    others = sum(count for status, count in statuses.items() if status not in (200, 429))
    section.rows.append(
        (
            str(statuses[200]),
            str(statuses[429]),
            str(others),
            milliseconds(percentile(health, 0.5)),
            milliseconds(percentile(health, 0.99)),
            f"{seconds:.1f}",
        )
    )
    return section


async def _load(server: servers.Running) -> tuple[Counter[int], list[float], float]:
    statuses: Counter[int] = Counter()
    probe = subprocess.Popen(
        [sys.executable, str(PROBE), server.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    await anyio.sleep(1)
    began = time.perf_counter()
    async with client() as http, anyio.create_task_group() as tasks:

        async def chat(number: int) -> None:
            timed = await stream_chat(http, server.address, server.model, user(f"Question {number}"))
            statuses[timed.status] += 1

        for number in range(CONNECTIONS):
            tasks.start_soon(chat, number)
    seconds = time.perf_counter() - began
    said = json.loads(probe.communicate()[0])
    statuses[0] += said["failed"]
    return statuses, said["seconds"], seconds
