"""Broken programs repaired: how many right, how many claimed and wrong, by fault and by maker."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.code.trial.test_command import read_command
from open_autoglm.code.trial.workbench import Workbench
from open_autoglm.config import load_settings
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.evaluation.repair_set import RepairTask, repair_tasks
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.fix_code import FixOptions, FixRequest, OpenModel, fix_code
from open_autoglm.tasks.fix_result import FixedCode

MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
QUICK_EVERY = 8
_WINDOW = 4096
_PYTEST = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q"
"""Plugins of the environment that measures are no part of the programs."""


@dataclass(frozen=True)
class Score:
    """One task: what was claimed, and what the hidden tests say of it."""

    id: str
    category: str
    state: str
    """``proven``, or the outcome where nothing was proven."""
    right: bool
    makers: tuple[str, ...]
    tried: int
    from_model: int
    seconds: float
    diff: str

    @property
    def claimed(self) -> bool:
        return self.state == "proven"


def measure(options: Options) -> str:
    tasks = repair_tasks(options.split)
    tasks = tasks[::QUICK_EVERY] if options.quick else tasks
    with ExitStack() as stack:
        folder = options.answers or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        names = ("no model", MODEL) if options.use_model else ("no model",)
        scores = {
            name: list(_scores(tasks, name, folder / f"repair-{options.split}-{name}.jsonl"))
            for name in names
        }
    tables = [_table(scores, options.split), _by(scores, "category", lambda score: [score.category])]
    tables.append(_by(scores, "maker of the last change", lambda score: score.makers[-1:]))
    return "\n\n".join(map(str, tables))


def _scores(tasks: Sequence[RepairTask], name: str, kept: Path) -> Iterator[Score]:
    """Scores that were kept are not worked out again."""
    rows = (
        [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()] if kept.exists() else []
    )
    known = {row["id"]: Score(**{**row, "makers": tuple(row["makers"])}) for row in rows}
    with _model(name) as open_model:
        for task in tasks:
            score = known.get(task.id) or score_task(task, open_model)
            if task.id not in known:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(score)) + "\n")
            yield score


def score_task(task: RepairTask, open_model: OpenModel | None) -> Score:
    """Repair as a user would; then judge with tests that the repair could not see."""
    with tempfile.TemporaryDirectory(prefix="repair-") as temporary:
        folder = Path(temporary) / task.base
        _write(folder, {**task.files, task.test_name: task.test_text})
        request = FixRequest(folder, test=f"{_PYTEST} {task.test_name}", language="en")
        result = fix_code(request, open_model, FixOptions(explain_with_model=False))
    makers = tuple(repair.maker for repair in result.repairs)
    evidence = result.evidence
    return Score(
        id=task.id,
        category=task.category,
        state=_claim(result),
        right=_is_right(task, result),
        makers=makers,
        tried=evidence.candidates_tried,
        from_model=evidence.from_model,
        seconds=evidence.seconds,
        diff=result.diff,
    )


def _claim(result: FixedCode) -> str:
    return (result.state or result.outcome) if result.outcome == "repaired" else result.outcome


def _is_right(task: RepairTask, result: FixedCode) -> bool:
    if not result.files:
        return False
    with tempfile.TemporaryDirectory(prefix="repair-") as temporary:
        folder = Path(temporary) / task.base
        texts = {file.name: file.text for file in result.files}
        _write(folder, {**task.files, **texts, task.hidden_name: task.hidden_text})
        bench = Workbench(read_command(f"{_PYTEST} {task.hidden_name}", folder))
        return bench.observe(folder).good


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


@contextmanager
def _model(name: str) -> Iterator[OpenModel | None]:
    if name != MODEL:
        yield None
        return
    runtime = Runtime(load_settings().values)
    chosen = runtime.choose_model(name)
    placement = replace(runtime.place(chosen), context_window=_WINDOW)
    with BlockingEngine(LlamaCppEngine(runtime.engine_options(chosen, placement))) as engine:
        yield lambda: engine


def _table(scores: Mapping[str, Sequence[Score]], split: str) -> Section:
    section = Section(
        f"Repair set, part to {split}",
        (
            "repairer",
            "programs",
            "proven right",
            "claimed and wrong",
            "of claims",
            "not repaired",
            "changes tried",
            "s, median",
        ),
    )
    for name, rows in scores.items():
        claimed = [row for row in rows if row.claimed]
        wrong = [row for row in claimed if not row.right]
        right = len(claimed) - len(wrong)
        section.rows.append(
            (
                name,
                str(len(rows)),
                f"{right} ({right / max(1, len(rows)):.2f})",
                f"{len(wrong)} ({len(wrong) / max(1, len(rows)):.2f})",
                f"{len(wrong) / max(1, len(claimed)):.3f}",
                str(len(rows) - len(claimed)),
                str(_median([row.tried for row in rows])),
                f"{_median([row.seconds for row in rows]):.1f}",
            )
        )
        if wrong:
            section.notes.append(f"{name}, claimed and wrong: {', '.join(row.id for row in wrong)}")
        missed = [row.id for row in rows if not row.claimed]
        if missed:
            section.notes.append(f"{name}, not repaired: {', '.join(missed)}")
    return section


def _by(scores: Mapping[str, Sequence[Score]], what: str, key: Callable[[Score], Iterable[str]]) -> Section:
    section = Section(f"By {what}", (what, *(f"{name}: right / wrong / of" for name in scores)))
    counts: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for name, rows in scores.items():
        for row in rows:
            for group in key(row):
                found = counts[group].setdefault(name, [0, 0, 0])
                found[0] += row.claimed and row.right
                found[1] += row.claimed and not row.right
                found[2] += 1
    for group in sorted(counts):
        cells = [counts[group].get(name, [0, 0, 0]) for name in scores]
        section.rows.append((group, *(" / ".join(map(str, cell)) for cell in cells)))
    return section


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0
