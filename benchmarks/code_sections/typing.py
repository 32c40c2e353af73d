"""The first suggestion while somebody types, through the gateway, warm and cold."""

from __future__ import annotations

import asyncio
import statistics
import sysconfig
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import platformdirs
import psutil

from code_sections.typing_replay import Pause, places, typed
from document_sections.section import Options, Section
from serving_sections import servers
from serving_sections.percentiles import percentile

MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m"
FILES, CHARACTERS = 8, 120


def measure(options: Options) -> str:
    model = next(
        (platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / MODEL).glob("*.gguf"), None
    )
    section = Section(
        f"The first suggestion while typing, {MODEL}",
        (
            "what",
            "samples",
            "P50, ms",
            "P95, ms",
            "processor, P50, ms",
            "prompt tokens, mean",
            "computed, mean",
        ),
    )
    if model is None:
        section.notes.append(f"not measured: open-autoglm-cli pull {MODEL}")
        return str(section)
    files, characters = (2, 60) if options.quick else (FILES, CHARACTERS)
    with servers.gateway(model, "--context-window", "4096") as server:
        pauses = [
            pause
            for text, start, end in places(_sources(), files, characters)
            for pause in asyncio.run(typed(server.address, text, start, end, partial(_processor_s, server)))
        ]
    warm = [pause for pause in pauses if not pause.first]
    section.rows = [
        _row("warm, all", warm),
        _row("warm, asked of the model", [pause for pause in warm if not pause.kept]),
        _row("warm, rest of an earlier suggestion", [pause for pause in warm if pause.kept]),
        _row("cold, first of a file", [pause for pause in pauses if pause.first]),
    ]
    section.notes.extend(_quality(warm))
    return str(section)


def _processor_s(server: servers.Running) -> float:
    """Of the gateway and the engine's worker, since they began."""
    gateway = psutil.Process(server.process.pid)
    times = [one.cpu_times() for one in (gateway, *gateway.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def _sources() -> list[Path]:
    """Files of the standard library, which is installed wherever this runs."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    return sorted(path for path in folder.glob("*.py") if 8_000 < path.stat().st_size < 60_000)


def _row(what: str, pauses: Sequence[Pause]) -> Sequence[str]:
    if not pauses:
        return (what, "0", "", "", "", "", "")
    seconds = [pause.seconds for pause in pauses]
    prompts = [pause.prompt_tokens for pause in pauses]
    computed = [pause.prompt_tokens - pause.cached_tokens for pause in pauses]
    return (
        what,
        str(len(pauses)),
        f"{percentile(seconds, 0.5) * 1000:.0f}",
        f"{percentile(seconds, 0.95) * 1000:.0f}",
        f"{percentile([pause.processor_s for pause in pauses], 0.5) * 1000:.0f}",
        f"{statistics.mean(prompts):.0f}",
        f"{statistics.mean(computed):.0f}",
    )


def _quality(pauses: Sequence[Pause]) -> list[str]:
    asked = [pause for pause in pauses if not pause.kept]
    checks = {name: sum(pause.check == name for pause in asked) for name in ("parsed", "faulty", "unchecked")}
    told = ", ".join(f"{count} {name}" for name, count in checks.items())
    shown = sum(pause.length for pause in pauses)
    agreed = sum(pause.agreed for pause in pauses)
    return [
        f"of {len(asked)} answers of the model: {told}",
        f"{agreed} of {shown} suggested characters were typed afterwards as suggested",
    ]
