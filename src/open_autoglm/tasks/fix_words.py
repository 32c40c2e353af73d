"""The sentences of a repair's explanation, in the reader's language, made of facts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from open_autoglm.tasks.fix_result import Fault, FixedCode, Outcome, Repair, RunFacts, State
from open_autoglm.text_language import Language

STATE_NAMES: Mapping[Language, Mapping[State, str]] = {
    "en": {"proven": "proven", "checked": "checked", "suggested": "suggested"},
    "zh": {"proven": "已证实", "checked": "已检查", "suggested": "仅为建议"},
}
STATE_MEANINGS: Mapping[Language, Mapping[State, str]] = {
    "en": {
        "proven": "a run that failed passes now, and nothing that passed broke",
        "checked": "the fault is gone and no new one came, but no test decides whether it is what was meant",
        "suggested": "nothing shows that it helps: look at it before you use it",
    },
    "zh": {
        "proven": "原来失败的运行现在通过，且没有破坏原本通过的内容",
        "checked": "问题已消失且没有新问题，但没有测试能判定这就是所要的改动",
        "suggested": "没有证据表明它有效，使用前请自行检查",
    },
}
OUTCOMES: Mapping[Language, Mapping[Outcome, str]] = {
    "en": {
        "repaired": "Repaired",
        "partly_repaired": "Repaired in part",
        "not_repaired": "Not repaired",
        "no_fault": "No fault found",
    },
    "zh": {
        "repaired": "已修复",
        "partly_repaired": "部分修复",
        "not_repaired": "未修复",
        "no_fault": "没有发现错误",
    },
}


NOTHING: Mapping[Language, Mapping[bool, str]] = {
    "en": {
        True: "What could be run passes, and checks without a run find nothing.",
        False: "Nothing could be run; checks without a run find nothing.",
    },
    "zh": {True: "能运行的都通过，静态检查也没有发现问题。", False: "无法运行；静态检查没有发现问题。"},
}
"""By whether something was run."""


def explain(result: FixedCode) -> tuple[str, ...]:
    """Sentences in the order in which a reader asks: what was wrong, what was done, what shows it."""
    language = result.language
    return tuple(
        sentence
        for part in (_wrong(result, language), _done(result, language), _shown(result, language))
        for sentence in part
    )


def _wrong(result: FixedCode, language: Language) -> Iterator[str]:
    if not result.faults:
        if result.outcome == "no_fault":
            ran = result.evidence.before is not None
            yield NOTHING[language][ran]
        return
    for fault in result.faults[:3]:
        yield fault_sentence(fault, language)
    if len(result.faults) > 3:
        more = len(result.faults) - 3
        yield f"另有 {more} 处失败。" if language == "zh" else f"{more} more failed."


def fault_sentence(fault: Fault, language: Language) -> str:
    first = fault.message.strip().splitlines()[0][:200] if fault.message.strip() else ""
    name = f"{fault.type}: {first}" if fault.type and first else fault.type or first or fault.kind
    place = f"{fault.place.file}:{fault.place.line}" if fault.place else ""
    test = fault.tests[0] if fault.tests and not fault.tests[0].startswith("(") else ""
    if language == "zh":
        return f"{test or place or '程序'} 失败：{name}{f'（{place}）' if place and test else ''}。"
    return f"{test or place or 'The program'} failed: {name}{f' ({place})' if place and test else ''}."


def _done(result: FixedCode, language: Language) -> Iterator[str]:
    for repair in result.repairs:
        old, new = _one_line(repair.old), _one_line(repair.new)
        state = STATE_NAMES[language][repair.state]
        if language == "zh":
            yield f"{repair.file} 第 {repair.line} 行（{state}）：{repair.reason} 把 {old} 改为 {new}。"
        else:
            yield f"{repair.file}, line {repair.line} ({state}): {repair.reason} {old} became {new}."


def _one_line(text: str) -> str:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return "``"
    return f"`{lines[0][:120]}`" + ("…" if len(lines) > 1 else "")


def _shown(result: FixedCode, language: Language) -> Iterator[str]:
    evidence = result.evidence
    if evidence.command and evidence.before is not None:
        yield _runs(evidence.command, evidence.before, evidence.after, language)
    if evidence.checks:
        listed = ("、" if language == "zh" else ", ").join(evidence.checks)
        yield f"检查项：{listed}。" if language == "zh" else f"Checked: {listed}."
    if evidence.isolation:
        yield evidence.isolation
    if evidence.candidates_tried:
        tried, model = evidence.candidates_tried, evidence.from_model
        if language == "zh":
            yield f"共试了 {tried} 个改动" + (f"，其中 {model} 个由语言模型提出。" if model else "。")
        else:
            yield f"{tried} changes were tried" + (
                f", {model} of them by the language model." if model else "."
            )
    rivals = sum(len(repair.rivals) for repair in result.repairs)
    if rivals:
        yield (
            f"另有 {rivals} 个改动也能通过这些测试但行为不同；请再加一个测试来区分。"
            if language == "zh"
            else f"{rivals} other change(s) pass the same tests and behave differently; "
            "one more test would decide."
        )
    if any(repair.unlikely for repair in result.repairs):
        yield (
            "测试通过，但语言模型认为这样写很不寻常，因此不称为已证实；请核对。"
            if language == "zh"
            else "The tests pass, but the language model finds such lines unusual, "
            "so it is not called proven: look at it."
        )


def _runs(command: str, before: RunFacts, after: RunFacts | None, language: Language) -> str:
    total = before.passed + before.failed
    if language == "zh":
        text = f"修改前 `{command}`：{total} 项中 {before.failed} 项失败"
        if after is not None:
            text += f"；修改后在新的副本中：{after.passed} 项通过，{after.failed} 项失败"
        return f"{text}。"
    text = f"Before, `{command}`: {before.failed} of {total} failed"
    if after is not None:
        text += f"; after, in a fresh copy: {after.passed} passed, {after.failed} failed"
    return f"{text}."


def repair_state_line(repair: Repair, language: Language) -> str:
    return f"{STATE_NAMES[language][repair.state]}: {STATE_MEANINGS[language][repair.state]}"
