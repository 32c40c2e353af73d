"""What the gateway adds to the engine's own server: time to first token and time between tokens.

The two servers take turns, request by request, so that whatever else the machine does meets both.
"""

from __future__ import annotations

from collections.abc import Mapping

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import client, stream_chat, user
from serving_sections.options import Options
from serving_sections.percentiles import milliseconds, percentile

TOKENS = 32
SHARES = (0.5, 0.95)


def measure(options: Options) -> Section:
    section = Section(
        "Added by the gateway, one request at a time (small model)",
        ("server", "first token ms P50", "P95", "between tokens ms P50", "P95"),
    )
    with (
        servers.bare(options.small, slots=8) as bare,
        servers.gateway(options.small) as gateway,
        servers.bare(options.small, slots=8) as twin,
    ):
        turns = {"bare engine": bare, "gateway": gateway, "another bare engine": twin}
        firsts, gaps = anyio.run(_take_turns, turns, options.repetitions(200))
    for name in turns:
        values = [percentile(part[name], share) for part in (firsts, gaps) for share in SHARES]
        section.rows.append((name, *map(milliseconds, values)))
    for name, title in (
        ("gateway", "added by the gateway"),
        ("another bare engine", "the same, bare to bare"),
    ):
        first = [
            percentile(
                [ours - theirs for theirs, ours in zip(firsts["bare engine"], firsts[name], strict=True)],
                share,
            )
            for share in SHARES
        ]
        token = [percentile(gaps[name], share) - percentile(gaps["bare engine"], share) for share in SHARES]
        section.rows.append((title, *map(milliseconds, (*first, *token))))
    section.notes.append("added to the first token: of the differences between neighbors in time")
    section.notes.append("bare to bare: what such differences are on this machine where nothing is added")
    return section


async def _take_turns(
    turns: Mapping[str, servers.Running], times: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    firsts: dict[str, list[float]] = {name: [] for name in turns}
    gaps: dict[str, list[float]] = {name: [] for name in turns}
    names = list(turns)
    # The engine's own server closes a connection after a streamed answer, so each has one of its own.
    async with client(keeps_connections=False) as http:
        for number in range(-3, times):
            question = user(f"Tell me fact number {number} about the sea.")
            for place in range(len(names)):
                name = names[
                    (place + number) % len(names)
                ]  # each comes first, and last, as often as the others
                server = turns[name]
                timed = await stream_chat(
                    http, server.address, server.model, question, max_tokens=TOKENS, temperature=0
                )
                if timed.status != 200:
                    raise RuntimeError(f"{server.name} answered {timed.status}")
                if number >= 0:  # the first ones warm up
                    firsts[name].append(timed.first_s)
                    gaps[name].extend(timed.gaps_s)
    return firsts, gaps
