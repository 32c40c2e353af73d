"""A repair: tried in the sandbox, shown with its evidence, and applied when somebody says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from lsprotocol import types

from open_autoglm.code.repair.write_back import digest_of
from open_autoglm.code.source import decode_source
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor, Report
from open_autoglm.lsp.edits import ChangedText, Label, confirms, workspace_edit
from open_autoglm.lsp.models import EditorModels
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.fix_code import FixOptions, FixProgress, FixRequest, fix_code
from open_autoglm.tasks.fix_output.markdown import to_markdown
from open_autoglm.tasks.fix_output.text import headline
from open_autoglm.tasks.fix_result import ChangedFile, FixedCode
from open_autoglm.tasks.fix_words import OUTCOMES

MOST_SHOWN = 1_500
"""Characters of a diff in a message, where an editor can't open a document for it."""


class Fixing:
    """``test`` is the command that tests the project; without one it is found, or the file itself is run."""

    def __init__(self, editor: Editor, models: EditorModels, test: str | None = None) -> None:
        self._editor = editor
        self._models = models
        self._test = test

    async def fix(self, uri: str) -> str:
        """What came of it, in one sentence."""
        document, texts = self._editor.document(uri), self._editor.texts
        if document.path is None or not await asyncio.to_thread(_is_saved, document):
            return self._say(texts.not_saved.format(document.name), types.MessageType.Warning)
        stop = StopSignal()
        try:
            result = await self._repaired(document.path, document.name, stop)
        except Cancelled:
            return self._say(texts.stopped)
        except OpenAutoGLMError as error:
            return self._say(texts.refused.format(error), types.MessageType.Warning)
        finally:
            stop.stop()
        said = headline(result)
        if not result.files:
            return self._say(" ".join([f"{result.name}: {said}.", *result.explanation, *result.notes]))
        return await self._offer(result, _root_of(document.path, self._test))

    async def _repaired(self, path: Path, name: str, stop: StopSignal) -> FixedCode:
        texts, loop = self._editor.texts, asyncio.get_running_loop()
        request = FixRequest(path, test=self._test, language=texts.language)
        async with (
            AsyncExitStack() as held,
            self._editor.progress(texts.fixing.format(name), stop) as report,
        ):
            has_model = await self._models.available(self._editor)

            def open_model() -> BlockingEngine:
                """Called beside the loop, when rules alone have found nothing."""
                lent = held.enter_async_context(self._models.lent(self._editor, stop))
                return asyncio.run_coroutine_threadsafe(lent, loop).result()

            return await asyncio.to_thread(
                fix_code,
                request,
                open_model if has_model else None,
                FixOptions(explain_with_model=False),
                on_progress=self._telling(report),
                stop=stop,
            )

    def _telling(self, report: Report) -> Callable[[FixProgress], None]:
        stages = self._editor.texts.stages

        def tell(progress: FixProgress) -> None:
            said = stages.get(progress.stage, progress.stage)
            report(f"{said} ({progress.tried})" if progress.tried else said, None)

        return tell

    async def _offer(self, result: FixedCode, root: Path) -> str:
        """Show it with its evidence; apply it when the person, or the editor on their behalf, says so."""
        texts = self._editor.texts
        changes = await asyncio.to_thread(_read_changes, root, result.files)
        held = [self._held(root / name, before, after) for name, before, after in changes]
        open_changes = [one for one in held if one is not None]
        if len(open_changes) != len(result.files):
            return self._say(texts.changed_meanwhile.format(result.name), types.MessageType.Warning)
        reasons = " ".join(repair.reason for repair in result.repairs)
        outcome = OUTCOMES[result.language][result.outcome]
        title = texts.repair.format(outcome, texts.states[result.state or "suggested"], reasons)
        edit = workspace_edit(self._editor, open_changes, Label(title, headline(result), confirm=True))
        shown = await self._editor.show(f"{_plain(result.name)}.md", "".join(to_markdown(result)))
        if not confirms(self._editor):
            question = f"{headline(result)}. {reasons}" + (
                "" if shown else f"\n\n{result.diff[:MOST_SHOWN]}\n"
            )
            chosen = await self._editor.choose(
                texts.apply_question.format(question), texts.apply, texts.dismiss
            )
            if chosen != texts.apply:
                return title
        refused = await self._editor.apply(edit, title)
        if refused is not None:
            return self._say(texts.not_applied.format(refused), types.MessageType.Warning)
        return self._say(texts.applied.format(title))

    def _held(self, path: Path, before: str | None, after: str) -> ChangedText | None:
        """A change as the editor has the file; None where it is not any more what was repaired."""
        uri = self._editor.uri_of(path)
        if before is None:
            return None
        if not self._editor.is_open(uri):
            return ChangedText(uri, None, before, after)
        document = self._editor.document(uri)
        return ChangedText(uri, document.version, before, after) if document.text == before else None

    def _say(self, sentence: str, kind: types.MessageType = types.MessageType.Info) -> str:
        self._editor.tell(sentence, kind)
        return sentence


def _is_saved(document: EditorDocument) -> bool:
    """Whether the file on disk holds what the editor shows: that is what runs."""
    if document.path is None:
        return False
    try:
        return decode_source(document.path.read_bytes(), document.name).text == document.text
    except (OSError, OpenAutoGLMError):
        return False


def _root_of(path: Path, test: str | None) -> Path:
    """The folder that names in a result are relative to."""
    path = path.resolve()
    if test is not None and path.is_relative_to(Path.cwd()):
        return Path.cwd()
    return path.parent


def _read_changes(root: Path, files: tuple[ChangedFile, ...]) -> list[tuple[str, str | None, str]]:
    """Name, text before and text after; no text before where the file has changed meanwhile."""
    found: list[tuple[str, str | None, str]] = []
    for file in files:
        before: str | None = None
        try:
            data = (root / file.name).read_bytes()
            if digest_of(data) == file.digest:
                before = decode_source(data, file.name).text
        except (OSError, OpenAutoGLMError):  # gone, or no text any more: told as changed
            before = None
        found.append((file.name, before, file.text))
    return found


def _plain(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name)[-80:]
