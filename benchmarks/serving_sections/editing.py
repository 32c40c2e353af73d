"""An answer that returns its input with one change: what guessing from the prompt gains."""

from __future__ import annotations

from functools import partial

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import Timed, client, stream_chat, user
from serving_sections.options import Options

FUNCTIONS = ("read_level", "read_flow", "mean_level", "mean_flow", "write_report", "check_gauge")
FREE = "Explain to a child why rivers are longer than the straight line from spring to mouth."


def measure(options: Options) -> Section:
    section = Section(
        "An answer that repeats its input, and one that does not",
        ("server", "edit, tokens/s", "same text", "free text, tokens/s"),
    )
    speeds: list[tuple[float, float]] = []
    for start in (partial(servers.bare, options.model), partial(servers.gateway, options.model)):
        with start() as server:
            edit, free = anyio.run(_ask, server, options.repetitions(5))
        speeds.append((_median(edit), _median(free)))
        right = sum("river_level" in answer.text for answer in edit)
        section.rows.append(
            (server.name, f"{speeds[-1][0]:.1f}", f"{right} of {len(edit)} changed", f"{speeds[-1][1]:.1f}")
        )
    (bare_edit, bare_free), (our_edit, our_free) = speeds
    section.rows.append(("ratio", f"{our_edit / bare_edit:.2f}", "", f"{our_free / bare_free:.2f}"))
    return section


def source_code() -> str:
    """About 60 lines."""
    return "\n".join(
        f'def {name}(station, day):\n    """Do {name} of one station."""\n'
        f'    rows = load(station, day, kind="{name}")\n'
        "    total = 0.0\n    for row in rows:\n        if row.valid:\n            total += row.value\n"
        "    return total / max(1, len(rows))\n\n"
        for name in FUNCTIONS
    )


async def _ask(server: servers.Running, times: int) -> tuple[list[Timed], list[Timed]]:
    edits: list[Timed] = []
    frees: list[Timed] = []
    async with client() as http:

        async def chat(question: str, tokens: int) -> Timed:
            return await stream_chat(
                http, server.address, server.model, user(question), max_tokens=tokens, temperature=0
            )

        for number in range(times):
            question = (
                f"Change number {number}: rename the function read_level to river_level and return the whole "
                f"file, nothing else.\n\n```python\n{source_code()}```"
            )
            edits.append(await chat(question, 600))
            frees.append(await chat(f"{FREE} Version {number}.", 128))
    return edits, frees


def _median(answers: list[Timed]) -> float:
    speeds = sorted(answer.decode_tokens_per_s for answer in answers)
    return speeds[len(speeds) // 2]
