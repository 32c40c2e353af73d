"""Where code is handed in: pasted or dropped, with its error and a test."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePath

from nicegui import events, ui

from open_autoglm.code.source import decode_source
from open_autoglm.errors import LimitExceeded, OpenAutoGLMError
from open_autoglm.web.elements import box, text_button, words
from open_autoglm.web.model_choice import ModelChoice
from open_autoglm.web.session import Session
from open_autoglm.web.uploads import FileField

MAX_CHARACTERS = 300_000
"""Of all fields together; the browser's socket takes a megabyte."""
USUAL_NAME = "main.py"
ENDINGS = ".py,.js,.mjs,.ts,.tsx,.go,.java,.c,.h,.cpp,.cc,.hpp,.rs"


@dataclass(frozen=True, slots=True)
class CodeIn:
    """What was handed in; ``error`` and ``test`` may be empty."""

    name: str
    text: str
    error: str
    test: str
    model: str | None
    """None where no model is to be asked."""


class CodeForm:
    """Built where it is made; ``on_start`` is given what stands in it."""

    def __init__(self, session: Session, on_start: Callable[[CodeIn], Awaitable[None]]) -> None:
        self._session = session
        self._on_start = on_start
        self._use_model = True
        self._model = session.model
        texts = session.texts
        with box("code-form drop-area", "form") as area:
            words(texts.code_explained, "facts", "p")
            self._files = FileField(self._taken, area)
            with box("row"):
                self._name = self._field(texts.code_file, texts.code_file_hint, one_line=True)
                text_button(texts.choose_file, lambda: self._files.pick(ENDINGS), icon_name="upload_file")
            self._text = self._field(texts.code_text, texts.code_text_hint, rows=12)
            with box("pair"):
                self._error = self._field(texts.code_error, texts.code_error_hint, rows=5)
                self._test = self._field(texts.code_test, texts.code_test_hint, rows=5)
            with box("row"):
                self._model_choice()
                box("space")
                start = text_button(texts.code_start, classes="first", icon_name="build")
        fields = ", ".join(
            f"getHtmlElement({field.id}).value" for field in (self._name, self._text, self._error, self._test)
        )
        start.on(
            "click",
            self._start,
            js_handler=f"() => {{ const v = [{fields}]; "
            f"emit(v.join('').length > {MAX_CHARACTERS} ? null : v); }}",
        )

    def _field(self, label: str, hint: str, *, rows: int = 1, one_line: bool = False) -> ui.element:
        with box("field-box", "label"):
            words(label, "label")
            attributes = {"spellcheck": "false", "autocapitalize": "off", "placeholder": hint}
            if one_line:
                return box("field", "input", type="text", maxlength="200", **attributes)
            return box("code-field", "textarea", rows=str(rows), wrap="off", **attributes)

    def _model_choice(self) -> None:
        with box("use-model", "label"):
            check = box("", "input", type="checkbox")
            check.props["checked"] = True
            check.on("change", self._set_use_model, js_handler="(e) => emit(e.target.checked)")
            words(self._session.texts.code_use_model)
        ModelChoice(self._session, self._model, self._set_model)

    def _set_use_model(self, event: events.GenericEventArguments) -> None:
        self._use_model = bool(event.args)

    def _set_model(self, name: str) -> None:
        self._model = name

    async def _taken(self, event: events.UploadEventArguments) -> None:
        """A file is put into the fields, where it can still be changed."""
        name = PurePath(event.file.name).name
        try:
            if event.file.size() > MAX_CHARACTERS:
                raise LimitExceeded(self._session.texts.code_too_large.format(MAX_CHARACTERS))
            text = decode_source(await event.file.read(), name).text
        except OpenAutoGLMError as error:
            self._session.tell(str(error))
            return
        for field, value in ((self._name, name), (self._text, text)):
            self._session.script(f"page.write({field.id}, {json.dumps(value)})")

    async def _start(self, event: events.GenericEventArguments) -> None:
        texts = self._session.texts
        if event.args is None:
            self._session.tell(texts.code_too_large.format(MAX_CHARACTERS), bad=False)
            return
        name, text, error, test = (str(value) for value in event.args)
        if not text.strip():
            self._session.tell(texts.code_empty, bad=False)
            return
        await self._on_start(
            CodeIn(
                PurePath(name.strip()).name or USUAL_NAME,
                text,
                error,
                test,
                self._model if self._use_model else None,
            )
        )
