"""From what a repair did to its result: what was wrong, what was changed and what shows that it helps."""

from __future__ import annotations

from collections.abc import Mapping

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.diagnose.project_files import is_test
from open_autoglm.code.repair.edit import unified_diff
from open_autoglm.code.repair.repairer import RepairOutcome, Step
from open_autoglm.code.repair.static_repair import StaticStep, static_faults
from open_autoglm.code.repair.write_back import digest_of
from open_autoglm.code.source import Source
from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.test_command import TestCommand
from open_autoglm.tasks.fix_plan import FixPlan
from open_autoglm.tasks.fix_result import ChangedFile, Evidence, Fault, FixedCode, Place, Repair, RunFacts
from open_autoglm.tasks.fix_words import explain

MOST_OUTPUT = 3_000
MOST_FAULTS = 20
STATIC_CHECKS = {"en": ("it parses", "ruff finds nothing new"), "zh": ("可以解析", "ruff 没有发现新问题")}


def proven_result(
    plan: FixPlan,
    command: TestCommand,
    outcome: RepairOutcome,
    sources: Mapping[str, Source],
    notes: tuple[str, ...],
) -> FixedCode:
    """Of a repair that tests judged."""
    repairs = tuple(_repair(step, sources, plan) for step in outcome.steps)
    evidence = Evidence(
        command=command.shown,
        before=run_facts(outcome.before),
        after=run_facts(outcome.after) if outcome.steps else None,
        isolation=outcome.before.isolation[plan.language] if outcome.before.isolation else "",
        candidates_tried=outcome.tried,
        from_model=outcome.model_tried,
    )
    result = FixedCode(
        name=plan.name,
        programming_language=plan.programming_language,
        language=plan.language,
        outcome="repaired" if outcome.repaired else "partly_repaired" if outcome.steps else "not_repaired",
        faults=faults(outcome.before.failures),
        repairs=repairs,
        files=changed_files(sources, outcome.texts),
        remaining=faults(outcome.after.failures),
        evidence=evidence,
        notes=notes,
    )
    return result.model_copy(update={"explanation": explain(result)})


def checked_result(
    plan: FixPlan,
    steps: tuple[StaticStep, ...],
    sources: Mapping[str, Source],
    changed: Mapping[str, str],
    failures: tuple[Failure, ...],
    notes: tuple[str, ...],
) -> FixedCode:
    """Of a repair that nothing was run for."""
    texts = {name: source.text for name, source in sources.items()}
    left = static_faults({**texts, **changed})
    answered = {step.fault.headline for step in steps}
    unanswered = (
        tuple(failure for failure in failures if failure.headline not in answered) if not steps else ()
    )
    done = bool(steps) and not left
    result = FixedCode(
        name=plan.name,
        programming_language=plan.programming_language,
        language=plan.language,
        outcome="repaired" if done else "partly_repaired" if steps else "not_repaired",
        faults=faults((*failures, *static_faults(texts))),
        repairs=tuple(_static_repair(step, plan) for step in steps),
        files=changed_files(sources, changed),
        remaining=faults((*left, *unanswered)),
        evidence=Evidence(checks=STATIC_CHECKS[plan.language] if steps else ()),
        notes=notes,
    )
    return result.model_copy(update={"explanation": explain(result)})


def tool_result(result: FixedCode, tool: str) -> FixedCode:
    """Of a repair that a compiler judged: nothing was run, so nothing is proven."""
    repairs = tuple(repair.model_copy(update={"state": "checked"}) for repair in result.repairs)
    evidence = result.evidence.model_copy(update={"checks": (tool,)})
    result = result.model_copy(update={"repairs": repairs, "evidence": evidence})
    return result.model_copy(update={"explanation": explain(result)})


def parsed_result(
    plan: FixPlan,
    steps: tuple[StaticStep, ...],
    sources: Mapping[str, Source],
    changed: Mapping[str, str],
    failures: tuple[Failure, ...],
    left: tuple[Failure, ...],
) -> FixedCode:
    """Of a repair that only a parser judged."""
    result = FixedCode(
        name=plan.name,
        programming_language=plan.programming_language,
        language=plan.language,
        outcome="repaired" if steps and not left else "not_repaired",
        faults=faults(failures),
        repairs=tuple(_static_repair(step, plan) for step in steps),
        files=changed_files(sources, changed),
        remaining=faults(left or (() if steps else failures)),
        evidence=Evidence(checks=(STATIC_CHECKS[plan.language][0],) if steps else ()),
        notes=plan.notes,
    )
    return result.model_copy(update={"explanation": explain(result)})


def no_fault_result(plan: FixPlan, seen: Observation | None, notes: tuple[str, ...]) -> FixedCode:
    shown = plan.command.shown if plan.command is not None and seen is not None else ""
    result = FixedCode(
        name=plan.name,
        programming_language=plan.programming_language,
        language=plan.language,
        outcome="no_fault",
        evidence=Evidence(
            command=shown,
            before=run_facts(seen) if seen is not None else None,
            isolation=seen.isolation[plan.language] if seen is not None and seen.isolation else "",
        ),
        notes=notes,
    )
    return result.model_copy(update={"explanation": explain(result)})


def run_facts(seen: Observation) -> RunFacts:
    return RunFacts(
        passed=len(seen.passing),
        failed=len(seen.failing),
        failing=tuple(sorted(seen.failing))[:MOST_FAULTS],
        ended=seen.ended,
        seconds=round(seen.seconds, 3),
        output=seen.output[-MOST_OUTPUT:],
    )


def faults(failures: tuple[Failure, ...]) -> tuple[Fault, ...]:
    """The place of each is the last line of the program itself, not of a library."""
    found = []
    for failure in failures[:MOST_FAULTS]:
        own = [
            frame
            for frame in failure.frames
            if not frame.file.startswith(("/", "<")) and ":\\" not in frame.file
        ]
        last = next(
            (frame for frame in reversed(own) if not is_test(frame.file)), own[-1] if own else failure.place
        )
        place = Place(file=last.file, line=last.line, function=last.function) if last else None
        found.append(
            Fault(
                kind=failure.kind,
                type=failure.type,
                message=failure.message[:2_000],
                place=place,
                tests=failure.tests,
                tool=failure.tool,
            )
        )
    return tuple(found)


def changed_files(sources: Mapping[str, Source], texts: Mapping[str, str]) -> tuple[ChangedFile, ...]:
    return tuple(
        ChangedFile(
            name=name,
            diff=unified_diff({name: sources[name].text}, {name: text}),
            text=text,
            digest=digest_of(sources[name].encoded(sources[name].text)),
        )
        for name, text in texts.items()
    )


def _repair(step: Step, sources: Mapping[str, Source], plan: FixPlan) -> Repair:
    edit = step.candidate.edits[0]
    ranked = step.ranked
    rivals = ranked.rivals if ranked is not None else ()
    texts = {name: source.text for name, source in sources.items()}
    return Repair(
        state="checked" if ranked is not None and ranked.doubtful else "proven",
        maker=step.candidate.maker,
        reason=step.candidate.reason[plan.language],
        file=edit.file,
        line=edit.first_line,
        old=edit.old,
        new=edit.new,
        repaired=step.repaired,
        rivals=tuple(unified_diff(texts, rival.texts) for rival in rivals[:3]),
        unlikely=ranked is not None and ranked.unlikely,
    )


def _static_repair(step: StaticStep, plan: FixPlan) -> Repair:
    edit = step.candidate.edits[0]
    return Repair(
        state="checked" if step.checked else "suggested",
        maker=step.candidate.maker,
        reason=step.candidate.reason[plan.language],
        file=edit.file,
        line=edit.first_line,
        old=edit.old,
        new=edit.new,
    )
