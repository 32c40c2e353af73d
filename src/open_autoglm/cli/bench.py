"""``bench``: measurements on this machine, with your own models."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import anyio
import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.errors import ContextExceeded, UsageError
from open_autoglm.evaluation.context_memory import ContextMeasure, measure_context, tokens_needed
from open_autoglm.files import write_whole
from open_autoglm.local.gguf import read_gguf
from open_autoglm.local.placement import KvCacheType, Placement, plan_placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.runtime import Runtime

WINDOW_STEP = 1024
COUNTING_WINDOW = 256
"""Counting computes nothing, so the engine that counts needs hardly any window."""


@click.group("bench")
@settings_options
def bench_command(settings: LoadedSettings) -> None:
    """Measure what models take and give on this machine.

    \b
    Example:
      open-autoglm-cli bench context --model autoglm-base
    """
    del settings  # flags given here hold for the commands below


@bench_command.command("context")
@click.option("--model", metavar="NAME", help="Model or tier; a name from `list`, a file or a folder.")
@click.option(
    "--turns",
    default="5,20,40",
    show_default=True,
    metavar="N,N,…",
    help="Lengths of the conversation at which it is measured, in turns.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Also write the JSON to this file."
)
@settings_options
def context_command(
    settings: LoadedSettings, *, model: str | None, turns: str, as_json: bool, output: Path | None
) -> None:
    """Measure what a conversation takes as it grows: memory, and time to the first token.

    The conversation is half English, half Chinese, and is the same in every run. Both types of KV cache
    are measured unless --kv-cache-type names one; the window is as large as the longest conversation
    needs unless --context-window is given.

    \b
    Examples:
      open-autoglm-cli bench context --model autoglm-base
      open-autoglm-cli bench context --turns 10,60 --kv-cache-type q8_0 --json
    """
    lengths = _lengths(turns)
    runtime = Runtime(settings.values)
    # A model's eyes take no part in it, and slots of a model that sees can't be saved.
    chosen = replace(runtime.choose_model(model), mmproj=None)
    print_note(f"Model: {chosen.reason}")
    named = settings.sources["kv_cache_type"].startswith("flag")
    types: tuple[KvCacheType, ...] = (settings.values.kv_cache_type,) if named else get_args(KvCacheType)
    measured = anyio.run(_measure, runtime, chosen, lengths, types)
    report = json.dumps(_as_json(chosen, measured), ensure_ascii=False, indent=2)
    if output is not None:
        with write_whole(output) as file:
            file.write(report + "\n")
        print_note(f"Wrote {output}.")
    if as_json:
        click.echo(report)
    else:
        _print(measured)


def _lengths(turns: str) -> tuple[int, ...]:
    try:
        lengths = tuple(sorted({int(number) for number in turns.split(",")}))
    except ValueError:
        lengths = ()
    if not lengths or lengths[0] < 1:
        raise UsageError(f"--turns is {turns!r}.", hint="Give whole numbers of at least 1, as in 5,20,40.")
    return lengths


async def _measure(
    runtime: Runtime, chosen: ChosenModel, lengths: Sequence[int], types: Sequence[KvCacheType]
) -> list[ContextMeasure]:
    settings = runtime.settings
    window = settings.context_window or await _window_needed(runtime, chosen, max(lengths))
    measured = []
    for kv_cache_type in types:
        placement = _place(runtime, chosen, window, kv_cache_type)
        print_note(f"KV cache {kv_cache_type}, window {window} tokens, on {placement.device}")
        with tempfile.TemporaryDirectory(prefix="open-autoglm-bench-") as folder:
            slot_folder = Path(folder)
            options = runtime.engine_options(chosen, placement)
            options = replace(options, kv_cache_type=kv_cache_type, slot_folder=slot_folder)
            async with LlamaCppEngine(options) as engine:
                measured.append(
                    await measure_context(
                        engine,
                        lengths,
                        kv_cache_type=kv_cache_type,
                        slot_folder=slot_folder,
                        on_turns=lambda turns: print_note(f"  {turns} turns …"),
                    )
                )
    return measured


async def _window_needed(runtime: Runtime, chosen: ChosenModel, turns: int) -> int:
    """The smallest window, in steps, that holds the longest conversation, as the model's tokenizer counts."""
    placement = _place(runtime, chosen, COUNTING_WINDOW, runtime.settings.kv_cache_type)
    async with LlamaCppEngine(runtime.engine_options(chosen, placement)) as engine:
        needed = await tokens_needed(engine, turns)
    trained = read_gguf(chosen.path).context_length
    if trained and needed > trained:
        raise ContextExceeded(
            f"{turns} turns have {needed} tokens, but {chosen.name} was trained for {trained}.",
            hint="Ask for fewer with --turns.",
        )
    window = -(-needed // WINDOW_STEP) * WINDOW_STEP
    return min(window, trained) if trained else window


def _place(runtime: Runtime, chosen: ChosenModel, window: int, kv_cache_type: KvCacheType) -> Placement:
    """One slot, so that all memory for context belongs to the one conversation."""
    settings = runtime.settings
    return plan_placement(
        chosen,
        runtime.hardware,
        device_map=settings.device_map,
        context_window=window,
        threads=settings.threads,
        slots=1,
        kv_cache_type=kv_cache_type,
    )


def _as_json(chosen: ChosenModel, measured: Sequence[ContextMeasure]) -> dict[str, Any]:
    return {
        "model": chosen.name,
        "reason": chosen.reason,
        "measured": [
            {
                **asdict(measure),
                "kv_bytes_per_token": round(measure.kv_bytes_per_token, 1),
                "tokens_per_turn": round(measure.tokens_per_turn, 1),
                "kv_bytes_per_turn": round(measure.kv_bytes_per_turn),
                "resident_bytes_per_turn": _rounded(measure.resident_bytes_per_turn),
            }
            for measure in measured
        ],
    }


def _print(measured: Sequence[ContextMeasure]) -> None:
    print_table(
        (
            "KV cache",
            "turns",
            "prompt tokens",
            "KV cache of them",
            "worker in memory",
            "first token",
            "computed",
        ),
        [
            (
                measure.kv_cache_type,
                f"{turn.turns}",
                f"{turn.prompt_tokens:,}",
                _megabytes(turn.kv_bytes),
                _megabytes(turn.resident_bytes),
                f"{turn.first_token_s:.2f} s",
                f"{turn.computed_tokens} tokens",
            )
            for measure in measured
            for turn in measure.turns
        ],
    )
    click.echo()
    for measure in measured:
        whole = measure.window * measure.kv_bytes_per_token
        click.echo(
            f"{measure.kv_cache_type}: {measure.kv_bytes_per_token:,.0f} bytes a token; a turn of "
            f"{measure.tokens_per_turn:.0f} tokens adds {_megabytes(measure.kv_bytes_per_turn)}. The "
            f"window of {measure.window:,} tokens, {_megabytes(whole)}, is taken at the start: the worker "
            f"has {_megabytes(measure.resident_bytes_empty)} then and grows by "
            f"{_megabytes(measure.resident_bytes_per_turn)} a turn."
        )


def _megabytes(size: float | None) -> str:
    return "unknown" if size is None else f"{size / 1e6:,.1f} MB"


def _rounded(number: float | None) -> int | None:
    return None if number is None else round(number)
