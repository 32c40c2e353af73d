"""How full the context window is, and what was kept, summarized or dropped for the last answer."""

from __future__ import annotations

from nicegui import ui

from open_autoglm.context.conversation import AnswerDetails
from open_autoglm.web.answer_words import context_sentences
from open_autoglm.web.elements import box, markup, words
from open_autoglm.web.session import Session

HIGH = 0.8
"""Share of the window from which the bar is coloured as a warning."""


class ContextMeter:
    """Built where it is made."""

    def __init__(self, session: Session) -> None:
        self._session = session
        with box("chip meter", "button", type="button", title=session.texts.context) as self._button:
            self._face = box("meter")
            with ui.menu(), box("panel") as self._panel:
                pass
        self.show(None)

    def show(self, details: AnswerDetails | None) -> None:
        """Show the state after the last answer; None before the first."""
        texts = self._session.texts
        report = details.context if details is not None else None
        self._button.visible = report is not None
        if details is None or report is None:
            return
        used = details.usage.total_tokens if details.usage is not None else report.prompt_tokens
        share = min(1.0, used / report.window) if report.window else 0.0
        self._face.clear()
        with self._face:
            high = " high" if share >= HIGH else ""
            markup(f'<i style="width:{share:.0%}"></i>', f"bar{high}", "span", aria_hidden="true")
            words(f"{used:,} / {report.window:,}", "words")
            words(texts.context_used.format(f"{used:,}", f"{report.window:,}"), "hidden-words")
        self._panel.clear()
        with self._panel:
            words(texts.context_what, tag="h2")
            for sentence in context_sentences(details, texts):
                words(sentence, tag="p")
            if report.summary:
                words(texts.context_summary, tag="h2")
                words(report.summary, "kept-summary", "div", tabindex="0")
