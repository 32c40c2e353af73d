"""Repairs without a run: what the compiler and the linter name, and what a pasted error says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.diagnose.lint import compile_fault, lint
from open_autoglm.code.diagnose.suspicion import suspicious_lines
from open_autoglm.code.repair import deterministic
from open_autoglm.code.repair.edit import Candidate, PatchDoesNotApply
from open_autoglm.code.repair.model_edits import Case, model_candidates
from open_autoglm.code.repair.writer import Writer

ROUNDS = 6
MOST_LOOKED_AT = 150
LEAST_SUGGESTED = 0.6
"""Prior from which a change for a pasted error is worth showing."""


@dataclass(frozen=True, slots=True)
class StaticStep:
    candidate: Candidate
    checked: bool
    """Whether a fault that was found without a run is gone, and none came; else it is a suggestion."""
    fault: Failure


def static_faults(files: Mapping[str, str], *, severe: bool = True) -> tuple[Failure, ...]:
    """What the compiler and ruff find; ``severe`` leaves out what fails only sometimes."""
    found: list[Failure] = []
    for name, text in files.items():
        if not name.endswith((".py", ".pyw", ".pyi")):
            continue
        broken = compile_fault(text, name)
        if broken is not None:
            found.append(broken)
            continue
        found += [fault.as_failure(name) for fault in lint(text, name) if fault.severe or not severe]
    return tuple(found)


def repair_static(
    files: Mapping[str, str], failures: tuple[Failure, ...], writer: Writer | None
) -> tuple[tuple[StaticStep, ...], dict[str, str]]:
    """Steps, and all texts after them. ``failures`` are those of a pasted error; they can't be run here."""
    texts = dict(files)
    steps: list[StaticStep] = []
    for _ in range(ROUNDS):
        faults = static_faults(texts)
        step = _checked_step(texts, faults, writer)
        if step is None:
            break
        steps.append(step)
        texts |= step.candidate.applied(texts)
    static_gone = {step.fault.headline for step in steps}
    for failure in failures:
        if (
            failure.kind in ("syntax", "import")
            or failure.headline in static_gone
            or not _concerns(failure, texts)
        ):
            continue
        step = _suggestion(texts, failure, writer)
        if step is not None:
            steps.append(step)
            texts |= step.candidate.applied(texts)
    return tuple(steps), texts


def _concerns(failure: Failure, texts: Mapping[str, str]) -> bool:
    return any(frame.file in texts for frame in failure.frames)


def _checked_step(
    texts: Mapping[str, str], faults: tuple[Failure, ...], writer: Writer | None
) -> StaticStep | None:
    """The first change after which there are fewer faults and no new ones."""
    before = {(fault.type, fault.message) for fault in faults}
    for fault in faults:
        place = fault.place
        if place is None or place.file not in texts:
            continue
        suspicion = {place.file: {place.line: 1.0}}
        found = deterministic.candidates(texts, suspicion, _named(fault), {})
        for looked_at, candidate in enumerate(found):
            if looked_at >= MOST_LOOKED_AT or candidate.prior < LEAST_SUGGESTED:
                break
            if _cures(candidate, texts, faults, before):
                return StaticStep(candidate, True, fault)
        if writer is not None:
            for candidate in model_candidates(
                Case({place.file: texts[place.file]}, {}, (fault,), suspicion), writer, 3
            ):
                if _cures(candidate, texts, faults, before):
                    return StaticStep(candidate, True, fault)
    return None


def _named(fault: Failure) -> tuple[Failure, ...]:
    """A linter's words for an undefined name, as the interpreter would say it."""
    return (fault,)


def _cures(
    candidate: Candidate, texts: Mapping[str, str], faults: tuple[Failure, ...], before: set[tuple[str, str]]
) -> bool:
    try:
        changed = {**texts, **candidate.applied(texts)}
    except PatchDoesNotApply:
        return False
    after = static_faults(changed)
    new = {(fault.type, fault.message) for fault in after} - before
    syntax = any(fault.kind == "syntax" for fault in faults)
    if syntax and not any(fault.kind == "syntax" for fault in after):
        return True  # what a linter says of a file that did not parse before is no new fault
    return len(after) < len(faults) and not new


def _suggestion(texts: Mapping[str, str], failure: Failure, writer: Writer | None) -> StaticStep | None:
    """For an error that can't be made to happen here: the likeliest change, or the model's."""
    own = [frame for frame in failure.frames if frame.file in texts]
    suspicion = suspicious_lines(
        {}, frozenset(), frozenset(), (Failure(failure.kind, failure.type, failure.message, tuple(own)),)
    )
    faults = static_faults(texts)
    for candidate in deterministic.candidates(texts, suspicion, (failure,), {}):
        if candidate.prior < LEAST_SUGGESTED:
            break
        if _keeps_sound(candidate, texts, faults):
            return StaticStep(candidate, False, failure)
    if writer is not None:
        for candidate in model_candidates(Case(texts, {}, (failure,), suspicion), writer, 3):
            if _keeps_sound(candidate, texts, faults):
                return StaticStep(candidate, False, failure)
    return None


def _keeps_sound(candidate: Candidate, texts: Mapping[str, str], faults: tuple[Failure, ...]) -> bool:
    try:
        changed = {**texts, **candidate.applied(texts)}
    except PatchDoesNotApply:
        return False
    return len(static_faults(changed)) <= len(faults)
