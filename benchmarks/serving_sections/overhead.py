"""What the gateway adds to the engine's own server: time to first token and time between tokens.

The two servers take turns, request by request, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, stream_chat, user
from serving_sections.options import Options
from serving_sections.percentiles import milliseconds, percentile

TOKENS = 32


def measure(options: Options) -> Section:
    section = Section(
        "Added by the gateway, one request at a time (small model)",
        ("server", "first token ms P50", "P95", "between tokens ms P50", "P95"),
    )
    with servers.bare(options.small, slots=8) as bare, servers.gateway(options.small) as gateway:
        names, firsts, gaps = anyio.run(_take_turns, (bare, gateway), options.repetitions(100))
    for name, first, gap in zip(names, firsts, gaps, strict=True):
        values = [percentile(part, share) for part in (first, gap) for share in (0.5, 0.95)]
        section.rows.append((name, *map(milliseconds, values)))
    added = [
        percentile([ours - theirs for theirs, ours in zip(*part, strict=True)], share)
        for part in (firsts,)
        for share in (0.5, 0.95)
    ]
    per_token = [percentile(gaps[1], share) - percentile(gaps[0], share) for share in (0.5, 0.95)]
    section.rows.append(("added", *map(milliseconds, (*added, *per_token))))
    section.notes.append("added to the first token: of the differences between neighbors in time")
    return section


async def _take_turns(
    pair: tuple[servers.Running, ...], times: int
) -> tuple[list[str], list[list[float]], list[list[float]]]:
    firsts: list[list[float]] = [[] for _ in pair]
    gaps: list[list[float]] = [[] for _ in pair]
    async with client() as http:
        for number in range(-3, times):
            question = user(f"Tell me fact number {number} about the sea.")
            for place, server in enumerate(pair):
                timed = await stream_chat(
                    http, server.address, server.model, question, max_tokens=TOKENS, temperature=0
                )
                if timed.status != 200:
                    raise RuntimeError(f"{server.name} answered {timed.status}")
                if number >= 0:  # the first ones warm up
                    firsts[place].append(timed.first_s)
                    gaps[place].extend(timed.gaps_s)
    return [server.name for server in pair], firsts, gaps
