"""An answer that returns its input with one change: what guessing from the prompt gains."""

from __future__ import annotations

from functools import partial

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import Timed, client, stream_chat, user
from serving_sections.options import Options

FUNCTIONS = ("read_level", "read_flow", "mean_level", "mean_flow", "write_report", "check_gauge")
EDIT_TOKENS = 300
FREE_TOKENS = 64
FREE = "Explain to a child why rivers are longer than the straight line from spring to mouth."


def measure(options: Options) -> Section:
    section = Section(
        "An answer that repeats its input, and one that does not",
        ("server", "edit, tokens/s", "tokens", "free text, tokens/s", "prompt, tokens/s"),
    )
    speeds: list[tuple[float, float, float]] = []
    for start in (partial(servers.bare, options.model), partial(servers.gateway, options.model)):
        with start() as server:
            edit, free = anyio.run(_ask, server, options.repetitions(5))
        speeds.append((_median(edit), _median(free), edit[0].prompt_tokens / edit[0].first_s))
        edited, freely, prompt = (f"{speed:.1f}" for speed in speeds[-1])
        tokens = sum(answer.completion_tokens for answer in edit)
        section.rows.append((server.name, edited, str(tokens), freely, prompt))
    bare, ours = speeds
    edited, freely, prompt = (f"{our / their:.2f}" for our, their in zip(ours, bare, strict=True))
    section.rows.append(("ratio", edited, "", freely, prompt))
    section.notes.append(
        f"guesses are computed as a prompt is, so they can gain {bare[2] / bare[1]:.2f} at most: "
        "tokens of a prompt in a second by tokens of an answer"
    )
    return section


def source_code() -> str:
    """About 60 lines."""
    return "KEPT_DAYS = 30\n\n\n" + "\n".join(
        f'def {name}(station, day):\n    """Do {name} of one station."""\n'
        f'    rows = load(station, day, kind="{name}")\n'
        "    total = 0.0\n    for row in rows:\n        if row.valid:\n            total += row.value\n"
        "    return total / max(1, len(rows))\n\n"
        for name in FUNCTIONS
    )


async def _ask(server: servers.Running, times: int) -> tuple[list[Timed], list[Timed]]:
    edits: list[Timed] = []
    frees: list[Timed] = []
    async with client(keeps_connections=False) as http:

        async def chat(question: str, tokens: int) -> Timed:
            return await stream_chat(
                http, server.address, server.model, user(question), max_tokens=tokens, temperature=0
            )

        for number in range(times):
            question = (
                f"Return this file unchanged, except that the constant KEPT_DAYS becomes {300 + number}. "
                f"Answer with the whole file only.\n\n{source_code()}"
            )
            edits.append(await chat(question, EDIT_TOKENS))
            frees.append(await chat(f"{FREE} Version {number}.", FREE_TOKENS))
    return edits, frees


def _median(answers: list[Timed]) -> float:
    speeds = sorted(answer.decode_tokens_per_s for answer in answers)
    return speeds[len(speeds) // 2]
