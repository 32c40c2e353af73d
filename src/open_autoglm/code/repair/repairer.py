"""Repairs a project step by step: candidates without a model first, then the model's, until its tests pass.

A program may hold several faults. Each round keeps one change: one that repairs everything, else one that
repairs some tests and breaks none, else one that is sure by itself and moves the failure on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.diagnose.suspicion import Suspicion, suspicious_lines
from open_autoglm.code.repair import deterministic
from open_autoglm.code.repair.edit import Candidate
from open_autoglm.code.repair.likelihood import likelier
from open_autoglm.code.repair.model_edits import Case, gap_candidates, model_candidates
from open_autoglm.code.repair.ranking import Likelier, Ranked, rank, weight
from open_autoglm.code.repair.search import Search, SearchLimits, Tried
from open_autoglm.code.repair.writer import Writer
from open_autoglm.code.sandbox.copied_project import copied_project
from open_autoglm.code.source import Source
from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.workbench import Attempts, AttemptsEnded, Workbench
from open_autoglm.errors import EngineError

MakeCandidates = Callable[
    [Mapping[str, str], Suspicion, tuple[Failure, ...], Mapping[str, str]], Iterator[Candidate]
]
Stage = Literal["reproduce", "search", "model", "prove"]
SURE = 0.75
"""Prior from which a change may be kept that only moves the failure on."""
SURE_MAKERS = ("syntax", "import", "lint", "template:misspelt", "template:self", "template:missing-argument")


@dataclass(frozen=True, slots=True)
class RepairLimits:
    rounds: int = 5
    search: SearchLimits = field(default_factory=SearchLimits)
    model_edits: int = 4
    model_fillings: int = 2
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Progress:
    stage: Stage
    tried: int = 0
    passing: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One change that was kept. ``repaired`` are the tests that failed before it and pass after it."""

    candidate: Candidate
    repaired: tuple[str, ...]
    ranked: Ranked | None = None


@dataclass(frozen=True, slots=True)
class RepairOutcome:
    """``texts`` are all files that were changed, as they are after all steps."""

    before: Observation
    after: Observation
    steps: tuple[Step, ...]
    texts: Mapping[str, str]
    tried: int
    model_tried: int
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def repaired(self) -> bool:
        return bool(self.steps) and self.after.good


@dataclass
class Repairer:
    """``sources`` are the files that may be changed, ``tests`` those that are only read."""

    folder: Path
    sources: Mapping[str, Source]
    tests: Mapping[str, str]
    bench: Workbench
    writer: Callable[[], Writer | None] | None = None
    """Opens the language model; None where none is to be asked."""
    limits: RepairLimits = field(default_factory=RepairLimits)
    on_progress: Callable[[Progress], None] = lambda _: None
    cancelled: Callable[[], None] = lambda: None
    """Raises Cancelled when the work shall end."""
    copied: Callable[[], AbstractContextManager[Path]] | None = None
    """A fresh copy of the project; None: a copy of all of ``folder``."""

    candidates: MakeCandidates = deterministic.candidates
    """Those that need no model: of files, suspicious lines, failures and tests."""
    named: Callable[[Failure], Failure] = lambda failure: failure
    """Gives the frames of later runs the names that files have here."""

    def __post_init__(self) -> None:
        self._tried = 0
        self._model_tried = 0
        self._notes: list[str] = []
        self._writer: Writer | None = None
        self._asked = False

    def repair(self, before: Observation) -> RepairOutcome:
        """``before`` is the traced run that failed. Raises Cancelled."""
        began = time.monotonic()
        sources, now = dict(self.sources), before
        steps: list[Step] = []
        for _ in range(self.limits.rounds):
            if not now.failing or time.monotonic() - began > self.limits.seconds:
                break
            step, texts = self._round(sources, now)
            if step is None:
                break
            sources |= {name: replace(sources[name], text=text) for name, text in texts.items()}
            self.on_progress(Progress("prove", self._tried))
            after = self._observe(sources, trace=True)
            if not _progressed(now, after, step):
                self._notes.append(
                    "A change passed beside others and failed in a fresh copy; it was not kept."
                )
                sources |= {name: self._as_before(name, steps) for name in texts}
                break
            repaired = tuple(sorted(test for test in now.failing if test not in after.failing))
            steps.append(replace(step, repaired=repaired))
            now = after
        changed = {name: item.text for name, item in sources.items() if item.text != self.sources[name].text}
        return RepairOutcome(
            before,
            now,
            tuple(steps),
            changed,
            self._tried,
            self._model_tried,
            time.monotonic() - began,
            tuple(self._notes),
        )

    def _as_before(self, name: str, steps: list[Step]) -> Source:
        texts = {key: source.text for key, source in self.sources.items()}
        for step in steps:
            texts |= step.candidate.applied(texts)
        return replace(self.sources[name], text=texts[name])

    def _round(
        self, sources: Mapping[str, Source], before: Observation
    ) -> tuple[Step | None, Mapping[str, str]]:
        suspicion = suspicious_lines(before.covered, before.failing, before.passing, before.failures)
        texts = {name: source.text for name, source in sources.items()}
        suspicion = {name: suspicion[name] for name in texts if name in suspicion} or {
            name: {} for name in texts
        }
        with self._attempts(sources, before) as attempts:
            search = Search(
                sources,
                before,
                attempts,
                self.limits.search,
                on_tried=self._count("search"),
                cancelled=self.cancelled,
                several_faults=_several(before),
            )
            offset = self._tried
            try:
                search.run(self.candidates(texts, suspicion, before.failures, self.tests))
                if not (search.whole or (search.several_faults and search.useful_parts)):
                    self._ask_model(search, Case(texts, self.tests, before.failures, suspicion))
                chosen = self._choose(search)
            except AttemptsEnded as ended:
                self._notes.append(f"Trying changes ended early: {ended.message}")
                chosen = self._choose(search) if search.useful else None
            self._tried = offset + search.tried
        if chosen is None:
            return None, {}
        best, ranked = chosen
        return Step(best.candidate, (), ranked), best.texts

    def _count(self, stage: Stage) -> Callable[[int], None]:
        offset = self._tried
        return lambda tried: self.on_progress(Progress(stage, offset + tried))

    def _ask_model(self, search: Search, case: Case) -> None:
        writer = self._open_writer()
        if writer is None:
            return
        tried = search.tried
        search.on_tried = self._count("model")
        try:
            search.run(self._model_candidates(case, writer, search))
        except EngineError as error:
            self._notes.append(f"The language model did not answer: {error}")
        self._model_tried += search.tried - tried

    def _model_candidates(self, case: Case, writer: Writer, search: Search) -> Iterator[Candidate]:
        notes: list[str] = []
        for candidate in model_candidates(case, writer, self.limits.model_edits):
            yield candidate
            notes.append(_note(candidate))
        yield from gap_candidates(case, writer, self.limits.model_fillings)
        if notes and not search.whole:
            # What was tried goes into the question: the answers must differ.
            yield from model_candidates(case, writer, self.limits.model_edits, notes[:4])

    def _open_writer(self) -> Writer | None:
        """The model is loaded when it is needed first."""
        if not self._asked and self.writer is not None:
            self._asked = True
            self.on_progress(Progress("model", self._tried))
            self._writer = self.writer()
        return self._writer

    def _choose(self, search: Search) -> tuple[Tried, Ranked | None] | None:
        if search.whole:
            ranked = rank(search.whole, search, self.tests, self._likelier(search))
            return ranked.best, ranked
        part = search.useful_parts
        if part:
            best = max(part, key=lambda tried: (len(tried.after.passing), weight(tried, search)))
            return best, None
        moved = [
            tried
            for tried in search.useful
            if tried.candidate.prior >= SURE and tried.candidate.maker in SURE_MAKERS
        ]
        return (moved[0], None) if moved else None

    def _likelier(self, search: Search) -> Likelier:
        """By the language model, where there is one and it answers."""
        writer = self._open_writer()
        texts = {name: source.text for name, source in search.sources.items()}

        def gain(tried: Tried) -> float | None:
            if writer is None:
                return None
            try:
                return likelier(tried.candidate.edits, texts, writer)
            except EngineError:
                return None

        return gain

    @contextmanager
    def _attempts(self, sources: Mapping[str, Source], before: Observation) -> Iterator[Attempts]:
        with self._copied(sources) as folder, self.bench.attempts(folder, before) as attempts:
            yield attempts

    @contextmanager
    def _copied(self, sources: Mapping[str, Source]) -> Iterator[Path]:
        """A fresh copy of the project with the files as they are now."""
        with self.copied() if self.copied else copied_project(self.folder) as folder:
            for name, source in sources.items():
                (folder / name).chmod(0o644)  # the copy of a read-only file, which is changed here alone
                if source.text != self.sources[name].text:
                    (folder / name).write_bytes(source.encoded(source.text))
            yield folder

    def _observe(self, sources: Mapping[str, Source], *, trace: bool) -> Observation:
        self.cancelled()
        with self._copied(sources) as folder:
            seen = self.bench.observe(folder, trace=trace)
        return replace(seen, failures=tuple(self.named(failure) for failure in seen.failures))


def _several(before: Observation) -> bool:
    """Whether the tests fail in more than one way, as they do where there are several faults."""
    ways = {
        (failure.type, failure.message[:80]) for failure in before.failures if failure.kind != "assertion"
    }
    ways |= {(failure.type, "") for failure in before.failures if failure.kind == "assertion"}
    return len(ways) > 1


def _progressed(before: Observation, after: Observation, step: Step) -> bool:
    """In a fresh copy and a fresh process, as the user would run it."""
    if before.passing & after.failing or after.ended != "finished" or not after.tests:
        return False
    return step.candidate.maker in SURE_MAKERS or bool(before.failing - after.failing)


def _note(candidate: Candidate) -> str:
    edit = candidate.edits[0]
    return f"- {edit.old.strip()!r} -> {edit.new.strip()!r}"[:300]
