"""Repairs a file or a project: reproduce the failure, find where it comes from, try changes, keep what helps.

The user's files are only read. What runs, runs in the sandbox on a copy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from open_autoglm.code.diagnose.failure import Failure, FailureKind
from open_autoglm.code.diagnose.project_files import ProjectFiles, relevant_files
from open_autoglm.code.diagnose.read_failures import read_failures
from open_autoglm.code.repair.deterministic import answering_candidates, candidates
from open_autoglm.code.repair.makers.imports import missing_module
from open_autoglm.code.repair.repairer import Progress, Repairer, RepairLimits
from open_autoglm.code.repair.static_repair import repair_static, static_faults
from open_autoglm.code.repair.writer import Writer
from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.test_command import TestCommand
from open_autoglm.code.trial.workbench import Bounds, Workbench
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, ExtraMissing
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.code_writer import ModelWriter
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.fix_plan import FixPlan, plan_fix
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.fix_summary import checked_result, no_fault_result, proven_result
from open_autoglm.tasks.fix_tools import fix_with_tools
from open_autoglm.text_language import Language

OpenModel = Callable[[], BlockingEngine]
"""Gives the open model; called once changes without a model did not help."""

NO_NETWORK = re.compile(
    r"Name or service not known|Temporary failure in name resolution|Network is unreachable|"
    r"getaddrinfo failed|"
    r"nodename nor servname|No address associated|Failed to establish a new connection|Cannot connect to host"
)
NO_INPUT = re.compile(r"^EOFError: EOF when reading a line", re.M)


@dataclass(frozen=True, slots=True)
class FixRequest:
    """``error`` is text that somebody pasted: a traceback, a compiler's output. ``test`` is a command."""

    path: Path
    error: str = ""
    test: str | None = None
    language: Language | None = None
    """Of the explanation; None: that of the error, else of the comments."""


@dataclass(frozen=True, slots=True)
class FixProgress:
    """``stage`` is ``read``, ``reproduce``, ``search``, ``model``, ``prove`` or ``explain``."""

    stage: str
    tried: int = 0


@dataclass(frozen=True, slots=True)
class FixOptions:
    model: ModelUsed | None = None
    repair: RepairLimits = field(default_factory=RepairLimits)
    bounds: Bounds = field(default_factory=Bounds)
    explain_with_model: bool = True
    run: bool = True
    """False: nothing of the program is run, so nothing can be proven."""


def fix_code(
    request: FixRequest,
    open_model: OpenModel | None = None,
    options: FixOptions | None = None,
    *,
    on_progress: Callable[[FixProgress], None] = lambda _: None,
    stop: StopSignal | None = None,
) -> FixedCode:
    """The result, also where nothing could be repaired. Nothing is written.

    Raises InputError for what can't be read, ExtraMissing for a module or a tool that is not installed,
    UsageError for a command that makes no sense, Cancelled after ``stop``.
    """
    work = _Work(request, open_model, options or FixOptions(), on_progress, stop or StopSignal())
    return work.run()


@dataclass
class _Work:
    request: FixRequest
    open_model: OpenModel | None
    options: FixOptions
    on_progress: Callable[[FixProgress], None]
    stop: StopSignal
    _engine: BlockingEngine | None = None

    def run(self) -> FixedCode:
        began = time.monotonic()
        self.on_progress(FixProgress("read"))
        plan = plan_fix(self.request.path, self.request.error, self.request.test, self.request.language)
        if not self.options.run:
            plan = replace(plan, command=None, notes=(*plan.notes, _not_run(plan.language)))
        failures = read_failures(self.request.error) if self.request.error.strip() else ()
        if plan.programming_language != "python":
            result = fix_with_tools(plan, failures, self._writer, self.options.bounds, self.stop)
        else:
            result = self._python(plan, failures)
        result = self._worded(result)
        evidence = result.evidence.model_copy(update={"seconds": round(time.monotonic() - began, 2)})
        model = self.options.model if self._engine is not None else None
        return result.model_copy(update={"evidence": evidence, "model": model})

    # --- Python

    def _python(self, plan: FixPlan, failures: tuple[Failure, ...]) -> FixedCode:
        failures = tuple(_named_here(failure, plan.root) for failure in failures)
        notes: list[str] = list(plan.notes)
        if plan.command is not None:
            seen = self._observe(plan, plan.command)
            self._refuse_missing(plan, plan.command, seen)
            reason = _not_ours(seen, plan.language, plan.command.kind)
            if reason:
                notes.append(reason)
            elif seen.failing:
                return self._repair_runs(plan, plan.command, seen, notes)
            elif seen.ended != "finished":
                kind: FailureKind = "timeout" if seen.ended == "timed_out" else "crash"
                failures = (*failures, Failure(kind, "", _unfinished(seen, plan.language)))
            if seen.good and not failures and not reason:
                return self._static(plan, (), notes, seen)
        return self._static(plan, failures, notes, None)

    def _observe(self, plan: FixPlan, command: TestCommand) -> Observation:
        self.on_progress(FixProgress("reproduce"))
        with plan.copied() as folder:
            return Workbench(command, self.options.bounds, self.stop).observe(folder, trace=True)

    def _refuse_missing(self, plan: FixPlan, command: TestCommand, seen: Observation) -> None:
        """What no change of the program can mend: a module that is not installed."""
        if not seen.failing and not seen.failures:
            return
        module = missing_module(seen.failures, dict.fromkeys(plan.names(), ""))
        if module is None or module in self._misspelt(plan, seen):
            return
        raise ExtraMissing(
            f"{plan.name} needs the module {module!r}, which is not installed for {command.interpreter}.",
            hint=f"Install it: {command.interpreter} -m pip install {module}",
        )

    def _misspelt(self, plan: FixPlan, seen: Observation) -> set[str]:
        """Modules that look like a misspelt one of the standard library or of the project."""
        from difflib import get_close_matches
        from sys import stdlib_module_names

        own = [Path(name).stem for name in plan.names()]
        missing = missing_module(seen.failures, dict.fromkeys(plan.names(), ""))
        near = get_close_matches(missing or "", [*own, *stdlib_module_names], n=1, cutoff=0.84)
        return {missing} if missing and near else set()

    def _repair_runs(
        self, plan: FixPlan, command: TestCommand, seen: Observation, notes: list[str]
    ) -> FixedCode:
        project = self._project(plan, seen)
        repairer = Repairer(
            folder=plan.root,
            sources=project.sources,
            tests=project.tests,
            bench=Workbench(command, self.options.bounds, self.stop),
            writer=self._writer if self.open_model is not None else None,
            limits=self.options.repair,
            on_progress=self._tell,
            cancelled=self._check,
            copied=plan.copied,
            candidates=answering_candidates if command.kind == "script" else candidates,
        )
        outcome = repairer.repair(seen)
        notes += [*project.skipped, *outcome.notes]
        if not outcome.steps and not project.sources:
            notes.append(_nothing_to_change(plan.language))
        return proven_result(plan, command, outcome, project.sources, tuple(notes))

    def _project(self, plan: FixPlan, seen: Observation) -> ProjectFiles:
        """The files that failing tests ran, those that tracebacks name, and what they import."""
        wanted: dict[str, None] = dict.fromkeys(plan.asked)
        for failure in seen.failures:
            wanted |= dict.fromkeys(frame.file for frame in reversed(failure.frames))
        for test in sorted(seen.failing):
            wanted |= dict.fromkeys(sorted(seen.covered.get(test, {})))
            wanted[test.split("::")[0]] = None
        return relevant_files(plan.root, wanted)

    def _static(
        self, plan: FixPlan, failures: tuple[Failure, ...], notes: list[str], seen: Observation | None
    ) -> FixedCode:
        """Without a failing run: what the compiler and the linter find, and what the pasted error says."""
        self.on_progress(FixProgress("search"))
        wanted = [*plan.asked, *(frame.file for failure in failures for frame in failure.frames)]
        project = relevant_files(plan.root, wanted or plan.names())
        texts = {name: source.text for name, source in project.sources.items()}
        faults = static_faults(texts)
        if not faults and not failures:
            return no_fault_result(plan, seen, (*notes, *project.skipped))
        steps, changed = repair_static(texts, failures, None)
        if (len(steps) < len(faults) or (failures and not steps)) and self.open_model is not None:
            steps, changed = repair_static(texts, failures, self._writer())
        changed = {name: text for name, text in changed.items() if text != texts[name]}
        return checked_result(plan, steps, project.sources, changed, failures, (*notes, *project.skipped))

    # --- the model

    def _writer(self) -> Writer | None:
        if self.open_model is None:
            return None
        if self._engine is None:
            self._engine = self.open_model()
        return ModelWriter(self._engine, self._check)

    def _worded(self, result: FixedCode) -> FixedCode:
        """The model's own words beside the facts, where it was asked anyway or may be."""
        if self.open_model is None or not result.repairs or not self.options.explain_with_model:
            return result
        from open_autoglm.tasks.fix_model_words import model_words

        self.on_progress(FixProgress("explain", result.evidence.candidates_tried))
        if self._engine is None:
            self._engine = self.open_model()
        self._check()
        return result.model_copy(update={"model_explanation": model_words(result, self._engine)})

    # --- told and stopped

    def _tell(self, progress: Progress) -> None:
        self.on_progress(FixProgress(progress.stage, progress.tried))

    def _check(self) -> None:
        if self.stop():
            raise Cancelled("The work was cancelled.", hint="The user's files were not touched.")


def _named_here(failure: Failure, root: Path) -> Failure:
    """Frames of a pasted traceback by the names that files have here: it may come from another machine."""
    frames = []
    for frame in failure.frames:
        path = Path(frame.file)
        name = frame.file
        for parts in (path.parts[start:] for start in range(len(path.parts))):
            if parts and parts[0] != path.anchor and (root / Path(*parts)).is_file():
                name = Path(*parts).as_posix()
                break
        frames.append(replace(frame, file=name))
    return replace(failure, frames=tuple(frames))


def _not_ours(seen: Observation, language: Language, kind: str) -> str:
    """Why a failing run is no fault of the program: the sandbox has no network, no keyboard, no arguments."""
    text = "\n".join([seen.output, *(f"{failure.headline}\n{failure.text}" for failure in seen.failures)])
    if seen.network_cut and seen.failing and NO_NETWORK.search(text):
        return (
            "程序需要联网，而沙箱没有网络，因此无法运行；请用 --test 给出不需要联网的测试。"
            if language == "zh"
            else "The program needs the network and the sandbox has none, so it could not be run; "
            "give a test that needs none with --test."
        )
    if seen.failing and NO_INPUT.search(text):
        return (
            "程序等待键盘输入，因此无法运行；请用 --test 给出测试。"
            if language == "zh"
            else "The program waits for the keyboard, so it could not be run; give a test with --test."
        )
    if kind == "script" and any(failure.kind == "timeout" for failure in seen.failures):
        return (
            "程序在时限内没有结束，它也许本来就一直运行；请用 --test 给出测试。"
            if language == "zh"
            else "The program did not end in time, as it may be meant to; give a test with --test."
        )
    ended = [failure for failure in seen.failures if failure.type == "SystemExit"]
    if ended and len(ended) == len(seen.failing):
        code = ended[0].message or "1"
        return (
            f"程序自己以退出码 {code} 结束，没有报错；请用 --test 给出测试。"
            if language == "zh"
            else f"The program ended itself with exit code {code} and no error; give a test with --test."
        )
    return ""


def _not_run(language: Language) -> str:
    return "程序没有被运行，因此不作证实。" if language == "zh" else "Nothing was run, so nothing is proven."


def _unfinished(seen: Observation, language: Language) -> str:
    return f"运行没有结束：{seen.remark}。" if language == "zh" else f"The run was no use: {seen.remark}."


def _nothing_to_change(language: Language) -> str:
    return (
        "没有找到可以修改的文件：失败只涉及测试本身。"
        if language == "zh"
        else "There is no file to change: the failure lies in the tests themselves."
    )
