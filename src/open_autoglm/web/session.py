"""What every view of one window works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from anyio import to_thread
from nicegui import ui
from nicegui.client import Client

from open_autoglm.web.answers import RunningAnswers
from open_autoglm.web.attached_text import AttachedTexts
from open_autoglm.web.markdown import CodeLabels, MarkdownRenderer
from open_autoglm.web.parts import PageParts
from open_autoglm.web.speed import Speedometer
from open_autoglm.web.texts import Texts
from open_autoglm.web.visitor import Doorkeeper, Visitor

T = TypeVar("T")

TOLD_MS = 12_000


@dataclass(frozen=True, slots=True)
class Shared:
    """What all windows of all visitors share."""

    parts: PageParts
    door: Doorkeeper
    answers: RunningAnswers
    attached: AttachedTexts
    speed: Speedometer


@dataclass(frozen=True)
class Session:
    """One visitor in one window."""

    shared: Shared
    visitor: Visitor
    owner: str
    client: Client

    @property
    def parts(self) -> PageParts:
        return self.shared.parts

    @property
    def texts(self) -> Texts:
        return self.visitor.texts

    @cached_property
    def markdown(self) -> MarkdownRenderer:
        texts = self.texts
        return MarkdownRenderer(CodeLabels(copy=texts.copy_code, code=texts.code, picture=texts.picture))

    @property
    def model(self) -> str:
        """The model that new conversations ask for."""
        return self.visitor.model or self.parts.settings.model_path

    def script(self, code: str) -> None:
        """Run JavaScript in the window, whatever has become of the element that asked for it."""
        if not self.client.is_deleted:
            self.client.run_javascript(code)

    def tell(self, sentence: str, *, bad: bool = True) -> None:
        """Show a sentence for a while."""
        if self.client.is_deleted:
            return
        with self.client:
            kind: Literal["negative", "warning"] = "negative" if bad else "warning"
            ui.notify(
                sentence,
                type=kind,
                position="top",
                multi_line=True,
                timeout=TOLD_MS,
                close_button=self.texts.close,
            )

    async def stored(self, method: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Call a method of the conversation store for this owner, beside the event loop: disks are slow."""
        return await to_thread.run_sync(lambda: method(self.owner, *arguments, **options))
