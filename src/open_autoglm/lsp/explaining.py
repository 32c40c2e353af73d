"""A diagnostic explained: what the rule is about, and what the model says of this place."""

from __future__ import annotations

import asyncio
import time

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor, Report
from open_autoglm.lsp.models import EditorModels
from open_autoglm.lsp.rules import rule_explanation
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.explain_fault import FaultAsked, explain_fault

SHOWN_CHARACTERS = 60
TELL_EVERY_S = 0.2


class Explaining:
    def __init__(self, editor: Editor, models: EditorModels) -> None:
        self._editor = editor
        self._models = models

    async def explain(self, uri: str, line: int, code: str, message: str) -> str:
        """What was shown, in Markdown."""
        document, texts = self._editor.document(uri), self._editor.texts
        pieces = [f"# {message}", f"`{document.name}:{line}`"]
        asked = FaultAsked(document.text, line, message)
        stop = StopSignal()
        try:
            async with self._editor.progress(texts.explaining, stop) as report:
                pieces.append(await self._ask(asked, stop, report))
        except Cancelled:
            return ""
        except OpenAutoGLMError as error:
            pieces.append(texts.refused.format(error))
        finally:
            stop.stop()
        rule = await asyncio.to_thread(rule_explanation, code)
        shown = "\n\n".join([*pieces, *([f"---\n\n{rule}"] if rule else [])]) + "\n"
        if not await self._editor.show(f"{_file_name(document)}.md", shown):
            self._editor.tell("\n\n".join(pieces[2:]))
        return shown

    async def _ask(self, asked: FaultAsked, stop: StopSignal, report: Report) -> str:
        async with self._models.lent(self._editor, stop, "interactive") as engine:
            return await asyncio.to_thread(self._said, asked, engine, stop, report)

    def _said(self, asked: FaultAsked, engine: BlockingEngine, stop: StopSignal, report: Report) -> str:
        told_at = 0.0

        def on_text(text: str) -> None:
            nonlocal told_at
            if time.monotonic() - told_at < TELL_EVERY_S:
                return
            told_at = time.monotonic()
            report(text.replace("\n", " ")[-SHOWN_CHARACTERS:], None)

        texts = self._editor.texts
        said = explain_fault(asked, engine, texts.language, on_text=on_text, cancelled=stop)
        return f"{said}\n\n*{texts.by_model.format(engine.model)}*"


def _file_name(document: EditorDocument) -> str:
    return "".join(character if character.isalnum() else "-" for character in document.name)[-80:]
