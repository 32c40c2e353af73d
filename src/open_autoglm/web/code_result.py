"""What became of code: how sure the repair is, what changed, and the runs that show it."""

from __future__ import annotations

import json
import re
from html import escape

from nicegui import ui

from open_autoglm.jobs.job import Job
from open_autoglm.tasks.fix_output.labels import labels_for
from open_autoglm.tasks.fix_result import FixedCode, RunFacts
from open_autoglm.tasks.fix_words import OUTCOMES, STATE_MEANINGS, STATE_NAMES, fault_sentence
from open_autoglm.web.code_diff import diff_html
from open_autoglm.web.elements import box, icon, markup, text_button, words
from open_autoglm.web.session import Session

ICONS = {"proven": "verified", "checked": "rule", "suggested": "help_outline", "none": "do_not_disturb_on"}
_CODE = re.compile(r"`([^`]+)`")


class CodeResult:
    """Built where ``show`` is called."""

    def __init__(self, session: Session, job: Job, result: FixedCode) -> None:
        self._session = session
        self._job = job
        self._result = result
        self._labels = labels_for(result.language)

    def show(self) -> None:
        result, labels = self._result, self._labels
        with box("inner"):
            self._show_verdict()
            with box("section", "section", aria_label=labels.evidence), box("points", "ul"):
                for sentence in result.explanation:
                    markup(_with_code(sentence), tag="li")
            if result.model_explanation:
                with box("note"):
                    icon("smart_toy")
                    words(f"{labels.model_words}: {result.model_explanation}")
            if result.files:
                self._show_changes()
            self._show_rest()
            self._show_runs()
            self._show_notes()

    def _show_verdict(self) -> None:
        result = self._result
        language, state = result.language, result.state
        with box("verdict"):
            with box(f"badge {state or 'none'}"):
                icon(ICONS[state or "none"])
                outcome = OUTCOMES[language][result.outcome]
                words(outcome if state is None else f"{outcome} · {STATE_NAMES[language][state]}")
            if state is not None:
                words(STATE_MEANINGS[language][state], "facts")

    def _show_changes(self) -> None:
        labels, texts = self._labels, self._session.texts
        with box("section", "section", aria_label=labels.changes):
            words(labels.changes, tag="h2")
            markup(
                diff_html(self._result.diff), "diff", tabindex="0", role="region", aria_label=labels.changes
            )
            with box("buttons"):
                copy = text_button(texts.code_copy, icon_name="content_copy")
                text = self._result.files[0].text
                copy.on("click", js_handler=f"(e) => page.copyWith(e.currentTarget, {json.dumps(text)})")
                text_button(texts.code_download, self._download, icon_name="download")
            for repair in self._result.repairs:
                for rival in repair.rivals:
                    with box("", "details"):
                        words(labels.rivals, tag="summary")
                        markup(diff_html(rival), "diff")

    def _download(self) -> None:
        ui.download.content(self._result.files[0].text, self._job.file_name)

    def _show_rest(self) -> None:
        result, labels = self._result, self._labels
        if result.remaining:
            with box("section", "section", aria_label=labels.remaining):
                words(labels.remaining, tag="h2")
                with box("points", "ul"):
                    for fault in result.remaining:
                        words(fault_sentence(fault, result.language), tag="li")

    def _show_runs(self) -> None:
        evidence, texts, labels = self._result.evidence, self._session.texts, self._labels
        if evidence.before is None:
            return
        with box("section", "section", aria_label=labels.evidence):
            words(labels.evidence, tag="h2")
            markup(_with_code(texts.code_shown.format(f"`{evidence.command}`")), "facts", "p")
            with box("runs"):
                self._show_run(texts.code_before, evidence.before)
                if evidence.after is not None:
                    self._show_run(texts.code_after, evidence.after)

    def _show_run(self, title: str, run: RunFacts) -> None:
        texts = self._session.texts
        passed = texts.code_passed.format(run.passed, run.passed + run.failed)
        with box():
            words(title.format(passed), tag="h3")
            words(run.output.strip() or texts.code_no_output, "output", "pre", tabindex="0")

    def _show_notes(self) -> None:
        result, labels = self._result, self._labels
        notes = [*result.notes, *result.errors]
        if result.model is not None:
            notes.append(labels.model.format(result.model.description))
        if notes:
            with box("section", "section", aria_label=labels.notes):
                words(labels.notes, tag="h2")
                with box("points", "ul"):
                    for note in notes:
                        words(note, tag="li")


def _with_code(sentence: str) -> str:
    """What stands in backticks as code, and everything else as text."""
    return _CODE.sub(r"<code>\1</code>", escape(sentence))
