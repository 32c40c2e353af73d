"""Somebody types real code: keystrokes at a pace, each of which breaks off the request before it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

KEYSTROKE_S = 0.12
"""About 100 words a minute."""
BURSTS = (2, 3, 5, 8, 12)
"""Characters between two pauses, in which a suggestion is waited for."""
PREFIX_LINES, SUFFIX_LINES = 256, 64
"""What llama.vim sends around the cursor."""


@dataclass(frozen=True)
class Pause:
    """What a request after the last keystroke of a burst took and brought."""

    seconds: float
    first: bool
    """Nothing of the file had been sent before."""
    kept: bool
    """It was the rest of an earlier suggestion."""
    prompt_tokens: int
    cached_tokens: int
    check: str
    agreed: int
    """Characters of the suggestion that were typed afterwards, indeed."""
    length: int
    processor_s: float
    """Of all processes of the server: what it takes on a busy machine too."""


def places(
    files: Sequence[Path], count: int, characters: int, seed: int = 3
) -> Iterator[tuple[str, int, int]]:
    """Texts with the place where typing begins and the one where it ends."""
    rng = random.Random(seed)
    chosen = rng.sample(list(files), min(count, len(files)))
    for path in chosen:
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        candidates = [
            number
            for number in range(len(lines) // 4, len(lines) * 3 // 4)
            if lines[number].startswith("    ") and not lines[number].lstrip().startswith(("#", '"""'))
        ]
        if not candidates:
            continue
        number = rng.choice(candidates)
        start = sum(len(line) + 1 for line in lines[:number])
        start += len(lines[number]) - len(lines[number].lstrip())
        yield text, start, min(len(text), start + characters)


async def typed(
    address: str, text: str, start: int, end: int, processor: Callable[[], float], seed: int = 5
) -> list[Pause]:
    """Type ``text[start:end]``; what stands after ``end`` is the text after the cursor all the while.

    ``processor`` tells the seconds of processor time that the server has taken so far.
    """
    rng = random.Random(seed)
    pauses: list[Pause] = []
    position = start
    async with httpx.AsyncClient(timeout=120, trust_env=False) as http:
        while position < end:
            burst = min(rng.choice(BURSTS), end - position)
            for _ in range(burst - 1):
                position += 1
                await _broken_off(http, address, _body(text[:position], text[end:]))
            position += 1
            before = processor()
            pause = await _waited_for(http, address, text, position, end, first=not pauses)
            pauses.append(replace(pause, processor_s=processor() - before))
    return pauses


async def _broken_off(http: httpx.AsyncClient, address: str, body: dict[str, Any]) -> None:
    """Send a request; the next keystroke comes after KEYSTROKE_S, whether it was answered or not."""
    asked = asyncio.create_task(http.post(f"{address}/infill", json=body))
    done, _ = await asyncio.wait([asked], timeout=KEYSTROKE_S)
    if not done:
        asked.cancel()
        await asyncio.wait([asked])
        return
    (await asked).raise_for_status()


async def _waited_for(
    http: httpx.AsyncClient, address: str, text: str, position: int, end: int, *, first: bool
) -> Pause:
    began = time.perf_counter()
    answer = await http.post(f"{address}/infill", json=_body(text[:position], text[end:]))
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    body = answer.json()
    content, following = body["content"], text[position:end]
    agreed = 0
    for shown, typed_later in zip(content, following, strict=False):
        if shown != typed_later:
            break
        agreed += 1
    return Pause(
        seconds,
        first,
        body["completion"]["check"] == "kept",
        body["tokens_evaluated"],
        body["tokens_cached"],
        body["completion"]["check"],
        agreed,
        len(content),
        0.0,
    )


def _body(before: str, after: str) -> dict[str, Any]:
    lines = before.split("\n")
    prefix = "\n".join(lines[-1 - PREFIX_LINES : -1])
    return {
        "id_slot": 0,
        "input_prefix": f"{prefix}\n" if len(lines) > 1 else "",
        "input_suffix": "\n".join(after.split("\n")[: SUFFIX_LINES + 1]),
        "input_extra": [],
        "prompt": lines[-1],
        "n_predict": 128,
        "stop": [],
        "top_k": 40,
        "top_p": 0.9,
        "samplers": ["top_k", "top_p", "infill"],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": 500,
        "t_max_predict_ms": 250,
    }
