"""Repairs of programs in other languages: by their test, else by their compiler, else by parsing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from open_autoglm.code.diagnose.failure import Failure, Frame
from open_autoglm.code.languages import language_named
from open_autoglm.code.repair.edit import Candidate, PatchDoesNotApply
from open_autoglm.code.repair.makers.other_languages import other_candidates
from open_autoglm.code.repair.model_edits import Case, model_candidates
from open_autoglm.code.repair.repairer import Repairer, RepairLimits
from open_autoglm.code.repair.search import SearchLimits
from open_autoglm.code.repair.static_repair import StaticStep
from open_autoglm.code.repair.writer import Writer
from open_autoglm.code.source import Source, read_source
from open_autoglm.code.syntax.faults import syntax_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.code.trial.test_command import TestCommand, find_python
from open_autoglm.code.trial.workbench import Bounds, Workbench
from open_autoglm.errors import InputError, UsageError
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.fix_plan import FixPlan
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.fix_summary import no_fault_result, parsed_result, proven_result, tool_result

CHECKS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "javascript": (("node", "--check", "{file}"),),
    "typescript": (("tsc", "--noEmit", "--skipLibCheck", "{file}"),),
    "tsx": (("tsc", "--noEmit", "--skipLibCheck", "--jsx", "preserve", "{file}"),),
    "go": (("go", "vet", "{file}"), ("gofmt", "-e", "{file}")),
    "java": (("javac", "-proc:none", "-d", ".", "{file}"),),
    "c": (("gcc", "-fsyntax-only", "{file}"), ("clang", "-fsyntax-only", "{file}")),
    "cpp": (("g++", "-fsyntax-only", "{file}"), ("clang++", "-fsyntax-only", "{file}")),
    "rust": (("rustc", "--edition", "2021", "--emit=metadata", "--crate-type", "lib", "{file}"),),
}
"""What says without running a program whether it is sound; the first that is installed is taken."""
LIMITS = RepairLimits(rounds=3, search=SearchLimits(candidates=60, seconds=120.0, enough=1), model_edits=4)
MOST_LOOKED_AT = 80


@dataclass(frozen=True, slots=True)
class _Tools:
    plan: FixPlan
    writer: Callable[[], Writer | None]
    bounds: Bounds
    stop: StopSignal


def fix_with_tools(
    plan: FixPlan,
    failures: tuple[Failure, ...],
    writer: Callable[[], Writer | None],
    bounds: Bounds,
    stop: StopSignal,
) -> FixedCode:
    """``failures`` are those of a pasted error. Raises UsageError for a folder without a test command."""
    work = _Tools(plan, writer, bounds, stop)
    if plan.command is None and plan.is_folder:
        raise UsageError(
            f"How {plan.name} is tested is not known.",
            hint='Give the command with --test, for example --test "npm test".',
        )
    command = plan.command or _check_command(plan)
    if command is None:
        return _by_parsing(work, failures)
    return _by_running(work, command, failures)


def _check_command(plan: FixPlan) -> TestCommand | None:
    for words in CHECKS.get(plan.programming_language, ()):
        if shutil.which(words[0]) is not None:
            command = tuple(word.format(file=plan.asked[0]) for word in words)
            return TestCommand("other", command, command[1:], " ".join(command), find_python(plan.root))
    return None


def _sources(plan: FixPlan, failures: tuple[Failure, ...]) -> dict[str, Source]:
    """The file that was named, and those that the failures name."""
    names = [*plan.asked, *(frame.file for failure in failures for frame in failure.frames)]
    found: dict[str, Source] = {}
    for name in dict.fromkeys(names):
        path = plan.root / name
        if not Path(name).is_absolute() and path.is_file():
            try:
                found[name] = read_source(path, name=name)
            except InputError:
                continue
    return found


def _by_running(work: _Tools, command: TestCommand, failures: tuple[Failure, ...]) -> FixedCode:
    plan = work.plan
    bench = Workbench(command, work.bounds, work.stop)
    with plan.copied() as folder:
        seen = bench.observe(folder)
    if seen.good:
        # The compiler finds nothing; a pasted error may still tell of a fault that shows when it runs.
        return _by_parsing(work, failures) if failures else no_fault_result(plan, seen, plan.notes)
    named = tuple(_named_here(failure, plan.root) for failure in seen.failures)
    seen = replace(seen, failures=named)
    sources = _sources(plan, (*named, *failures))
    repairer = Repairer(
        folder=plan.root,
        sources=sources,
        tests={},
        bench=bench,
        writer=work.writer,
        limits=LIMITS,
        copied=plan.copied,
        candidates=lambda files, _suspicion, found, _tests: other_candidates(files, found),
        named=lambda failure: _named_here(failure, plan.root),
    )
    outcome = repairer.repair(seen)
    result = proven_result(plan, command, outcome, sources, (*plan.notes, *outcome.notes))
    return result if plan.command is not None else tool_result(result, command.command[0])


def _named_here(failure: Failure, root: Path) -> Failure:
    frames = []
    for frame in failure.frames:
        name = frame.file.removeprefix("./")
        path = Path(name)
        for start in range(len(path.parts)):
            tail = Path(*path.parts[start:])
            if not tail.is_absolute() and (root / tail).is_file():
                name = tail.as_posix()
                break
        frames.append(replace(frame, file=name))
    return replace(failure, frames=tuple(frames))


def _by_parsing(work: _Tools, failures: tuple[Failure, ...]) -> FixedCode:
    """No tool is installed: whether it parses is all that can be told."""
    plan = work.plan
    failures = tuple(_named_here(failure, plan.root) for failure in failures)
    sources = _sources(plan, failures)
    texts = {name: source.text for name, source in sources.items()}
    faults = _parse_faults(plan, texts)
    if not faults and not failures:
        return no_fault_result(plan, None, plan.notes)
    step = _parsing_step(work, texts, faults or failures, bool(faults))
    changed = step.candidate.applied(texts) if step is not None else {}
    left = _parse_faults(plan, {**texts, **changed})
    steps = (step,) if step is not None else ()
    return parsed_result(plan, steps, sources, changed, (*faults, *failures), left)


def _parse_faults(plan: FixPlan, texts: Mapping[str, str]) -> tuple[Failure, ...]:
    language = language_named(plan.programming_language)
    found: list[Failure] = []
    for name, text in texts.items():
        if language is not None and Path(name).suffix.lower() in language.extensions:
            found += [
                Failure("syntax", "", fault.message, (Frame(name, fault.line),), tool="tree-sitter")
                for fault in syntax_faults(parse(text, language))
            ]
    return tuple(found)


def _parsing_step(
    work: _Tools, texts: Mapping[str, str], failures: tuple[Failure, ...], checkable: bool
) -> StaticStep | None:
    before = len(_parse_faults(work.plan, texts))
    for looked_at, candidate in enumerate(_candidates(work, texts, failures, checkable)):
        if looked_at >= MOST_LOOKED_AT:
            return None
        try:
            changed = {**texts, **candidate.applied(texts)}
        except PatchDoesNotApply:
            continue
        after = len(_parse_faults(work.plan, changed))
        if (checkable and after == 0) or (not checkable and after <= before):
            return StaticStep(candidate, checkable, failures[0])
    return None


def _candidates(
    work: _Tools, texts: Mapping[str, str], failures: tuple[Failure, ...], checkable: bool
) -> Iterator[Candidate]:
    if checkable:
        yield from other_candidates(texts, failures)
    writer = work.writer()
    if writer is not None:
        suspicion = {
            frame.file: {frame.line: 1.0}
            for failure in failures
            for frame in failure.frames
            if frame.file in texts
        }
        yield from model_candidates(Case(texts, {}, failures, suspicion), writer, LIMITS.model_edits)
