"""Kill -9 of the gateway in a long conversation: the first token of the next answer against a cold start."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import anyio

from document_sections.section import Section
from serving_sections import servers
from serving_sections.chat_client import Timed, client, stream_chat
from serving_sections.options import Options

PROMPT_TOKENS = 4000
SAVED_IN_S = 3.0
"""A state is saved in the background once its answer is out; an answer is killed after this long."""
FOLLOW_UP = {"role": "user", "content": "And the lowest?"}
WORDS = "The river gauge at station {n} read {m} centimetres in the morning and fell slowly until night. "


def measure(options: Options) -> Section:
    section = Section(
        "A conversation of about 4,000 tokens goes on after kill -9",
        ("first token", "prompt tokens", "of them at hand", "seconds", "of cold"),
    )
    begun = [{"role": "user", "content": _long_text() + "\nName the highest reading."}]
    with _folder() as data:
        with _gateway(options, data) as server:
            first = anyio.run(_ask, server, begun)
            turns = [*begun, {"role": "assistant", "content": first.text}, FOLLOW_UP]
            anyio.run(anyio.sleep, SAVED_IN_S)
            server.kill()
        with _gateway(options, data) as server:
            again = anyio.run(_ask, server, turns)
    with _folder() as data, _gateway(options, data) as server:
        anyio.run(_ask, server, begun)
        unbroken = anyio.run(_ask, server, turns)
    with _folder() as data, _gateway(options, data) as server:
        cold = anyio.run(_ask, server, turns)
    for name, timed in (("cold", cold), ("after kill -9", again), ("without a kill", unbroken)):
        section.rows.append(
            (
                name,
                str(timed.prompt_tokens),
                str(timed.cached_tokens),
                f"{timed.first_s:.2f}",
                f"{100 * timed.first_s / cold.first_s:.1f} %",
            )
        )
    for name, timed in (("without a kill", unbroken), ("cold", cold)):
        same = "the same text as" if again.text == timed.text else "not the same text as"
        section.notes.append(f"At temperature 0 the answer after kill -9 is {same} the one {name}.")
    return section


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _gateway(options: Options, data: Path) -> AbstractContextManager[servers.Running]:
    return servers.gateway(options.model, "--context-window", "6144", "--slots", "2", data_dir=data)


def _long_text() -> str:
    lines = [WORDS.format(n=number, m=100 + number * 37 % 211) for number in range(PROMPT_TOKENS // 24)]
    return "".join(lines)


async def _ask(server: servers.Running, turns: list[dict[str, str]]) -> Timed:
    async with client(keeps_connections=False) as http:
        timed = await stream_chat(
            http,
            server.address,
            server.model,
            turns,
            max_tokens=24,
            temperature=0,
        )
    if timed.status != 200:
        raise RuntimeError(f"{server.name} answered {timed.status}")
    return timed
