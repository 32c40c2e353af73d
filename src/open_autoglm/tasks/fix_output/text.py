"""A repair as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from open_autoglm.tasks.fix_output.labels import labels_for
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.fix_words import OUTCOMES, STATE_MEANINGS, STATE_NAMES, fault_sentence


def to_text(result: FixedCode) -> Iterator[str]:
    """Pieces of the text, in order."""
    labels = labels_for(result.language)
    yield f"{result.name}: {headline(result)}\n\n"
    yield from (f"{sentence}\n" for sentence in result.explanation)
    if result.model_explanation:
        yield f"\n{labels.model_words}:\n{result.model_explanation}\n"
    if result.files:
        yield f"\n{labels.changes}:\n\n{result.diff}"
    for repair in result.repairs:
        for rival in repair.rivals:
            yield f"\n{labels.rivals}:\n\n{rival}"
    if result.remaining:
        yield f"\n{labels.remaining}:\n"
        yield from (f"- {fault_sentence(fault, result.language)}\n" for fault in result.remaining)
    for title, facts in ((labels.before, result.evidence.before), (labels.after, result.evidence.after)):
        if facts is not None and facts.output.strip() and result.outcome != "no_fault":
            yield f"\n{title}:\n{facts.output.strip()}\n"
    if result.notes:
        yield f"\n{labels.notes}:\n"
        yield from (f"- {note}\n" for note in result.notes)
    if result.model is not None:
        yield f"\n{labels.model.format(result.model.description)}\n"


def headline(result: FixedCode) -> str:
    """``Repaired (proven: a run that failed passes now, and nothing that passed broke)``."""
    outcome = OUTCOMES[result.language][result.outcome]
    if result.state is None:
        return outcome
    name, meaning = STATE_NAMES[result.language][result.state], STATE_MEANINGS[result.language][result.state]
    return f"{outcome}（{name}：{meaning}）" if result.language == "zh" else f"{outcome} ({name}: {meaning})"
