"""What gathering context adds to a completion, on a project of 2,000 files."""

from __future__ import annotations

import random
import shutil
import statistics
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.code.repository.gather import GatherBudget, gather
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.source import Source, read_source
from serving_sections.percentiles import percentile

FILES = 2_000
PLACES = 400
SEED = 7
BUDGETS = (GatherBudget(tokens=1_024, seconds=0.05), GatherBudget(tokens=1_024, seconds=10.0))
LEAST_BYTES, MOST_BYTES = 500, 200_000


def measure(options: Options) -> str:
    files, places = (300, 60) if options.quick else (FILES, PLACES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = _copied(folder, files)
        index = RepositoryIndex(folder)
        began = time.monotonic()
        index.refresh()
        indexed_s = time.monotonic() - began
        began = time.monotonic()
        index.refresh()
        again_s = time.monotonic() - began
        rows = [_gathered(sources, index, budget, places) for budget in BUDGETS]
    state = index.state
    section = Section(
        f"Context gathered from {state.files} files, {state.definitions} definitions, {state.chunks} chunks",
        (
            "time budget",
            "P50, ms",
            "P95, ms",
            "most, ms",
            "processor, P95, ms",
            "snippets, mean",
            "tokens, mean",
        ),
        rows,
    )
    section.notes.append(
        f"indexed in {indexed_s:.1f} s, once; looked for changes again in {again_s * 1000:.0f} ms"
    )
    return str(section)


def _copied(folder: Path, count: int) -> list[Source]:
    """Installed packages as one project, each package a folder of it."""
    installed = Path(sysconfig.get_paths()["purelib"])
    found = sorted(
        path
        for path in installed.rglob("*.py")
        if LEAST_BYTES < path.stat().st_size < MOST_BYTES and "tests" not in path.parts
    )
    chosen = random.Random(SEED).sample(found, min(count, len(found)))
    for path in chosen:
        target = folder / "source" / path.relative_to(installed)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return [
        read_source(path, name=path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*.py"))
    ]


def _gathered(
    sources: Sequence[Source], index: RepositoryIndex, budget: GatherBudget, places: int
) -> Sequence[str]:
    rng = random.Random(SEED)
    seconds, processor, snippets, tokens = [], [], [], []
    for _ in range(places):
        source = rng.choice(sources)
        lines = source.lines
        line = rng.randint(1, len(lines))
        column = len(lines[line - 1])
        began, began_processor = time.perf_counter(), time.process_time()
        found = gather(source, line, column, index, budget)
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - began_processor)
        snippets.append(len(found))
        tokens.append(sum(one.tokens for one in found))
    times = (percentile(seconds, 0.5), percentile(seconds, 0.95), max(seconds), percentile(processor, 0.95))
    return (
        f"{budget.seconds * 1000:.0f} ms",
        *(f"{value * 1000:.1f}" for value in times),
        f"{statistics.mean(snippets):.1f}",
        f"{statistics.mean(tokens):.0f}",
    )
