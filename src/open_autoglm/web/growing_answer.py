"""An answer while it is written: finished blocks are drawn once, only the last one again and again."""

from __future__ import annotations

from lxml import html as lxml_html
from nicegui import ui

from open_autoglm.tasks.converse import AnswerSoFar
from open_autoglm.web.elements import box, markup, set_words, words
from open_autoglm.web.markdown import GrowingMarkdown
from open_autoglm.web.session import Session


class GrowingAnswer:
    """Built where it is made. ``said`` is the region that screen readers follow."""

    def __init__(self, session: Session, said: ui.element, model: str) -> None:
        self._session = session
        self._said = said
        self._model = model
        self._markdown = GrowingMarkdown(session.markdown)
        texts = session.texts
        with box("message assistant", "article", aria_label=texts.assistant, aria_busy="true"):
            with box("thoughts", "details") as self._thoughts:
                words(texts.reasoning, tag="summary")
                self._reasoning = words("", "said", "div")
            self._thoughts.visible = False
            with box("prose") as self._prose:
                self._settled = box("prose-settled")
                self._last = markup("")
            with box("working", role="status") as self._working:
                box("pulse")
                self._state = words(texts.queued)
                self._bar = box("", "progress", max="1", aria_label=texts.reading_prompt)
                self._bar.visible = False

    def show(self, so_far: AnswerSoFar) -> None:
        """Bring what is drawn up to date."""
        finished, last = self._markdown.update(so_far.text)
        if finished:
            with self._settled:
                markup("".join(finished))
            self._say(finished)
        self._last.set_content(last)
        if so_far.has_ended:
            self._say([last, self._session.texts.answered if so_far.phase == "done" else ""])
        if so_far.reasoning:
            self._thoughts.visible = True
            set_words(self._reasoning, so_far.reasoning)
        self._working.visible = so_far.phase in ("waiting", "reading") or not so_far.text
        set_words(self._state, self._doing(so_far))
        progress = so_far.progress
        self._bar.visible = so_far.phase == "reading" and progress is not None and progress.total > 0
        if progress is not None and progress.total:
            self._bar.props["value"] = f"{progress.done / progress.total:.3f}"

    def _doing(self, so_far: AnswerSoFar) -> str:
        texts = self._session.texts
        if so_far.phase == "waiting":
            return self._waiting()
        if so_far.phase == "reading":
            progress = so_far.progress
            if progress is None:
                return texts.reading_prompt
            return texts.reading_progress.format(f"{progress.done:,}", f"{progress.total:,}")
        return texts.thinking

    def _waiting(self) -> str:
        """For the model, or for one's turn."""
        texts = self._session.texts
        for status in self._session.parts.service.status():
            if status.state == "loading":
                return texts.loading_model.format(status.name)
            if status.waiting:
                return texts.queued_behind.format(status.waiting)
        return texts.queued

    def _say(self, blocks: list[str]) -> None:
        for block in blocks:
            if text := plain_text(block):
                with self._said:
                    words(text, tag="p")


def plain_text(block: str) -> str:
    """What is read out of a block of HTML: formulas as their LaTeX, code without its buttons."""
    if not block.strip():
        return ""
    tree = lxml_html.fragment_fromstring(block, create_parent=True)
    for formula in tree.iter("math"):
        formula.text, formula[:] = formula.get("alttext", ""), []
    for head in tree.findall(".//figcaption"):
        head.drop_tree()
    return " ".join(tree.text_content().split())
