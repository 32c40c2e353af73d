"""One message: what was said, what can be done with it, and how an answer came about."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from open_autoglm.context.conversation import Attachments, StoredMessage
from open_autoglm.web.answer_words import answer_facts
from open_autoglm.web.document_chip import show_document
from open_autoglm.web.elements import box, icon, icon_button, link, markup, text_button, words
from open_autoglm.web.paths import document_path
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts


@dataclass(frozen=True, slots=True)
class MessageActions:
    """What the buttons of messages do."""

    edit: Callable[[StoredMessage, str], Awaitable[None]]
    answer_again: Callable[[StoredMessage], Awaitable[None]]
    switch: Callable[[int], Awaitable[None]]
    go: Callable[[str], Awaitable[None]]


def show_question(session: Session, message: StoredMessage, actions: MessageActions, model: str) -> None:
    """What the user said. Editing it makes another version beside it."""
    texts = session.texts
    branched = " branched" if len(message.versions) > 1 else ""
    with box(f"message user{branched}", "article", aria_label=texts.you) as shown:
        _show_attachments(session, message.attachments, actions, model)
        said = words(message.text, "said", "div")
        with box("actions") as row:
            _versions(message, actions, texts)
            _copy_button(message.text, texts)
            icon_button("edit", texts.edit, lambda: begin_edit())

        def begin_edit() -> None:
            said.visible = row.visible = False
            with shown, box("edit-box") as editor:
                field = box("", "textarea", aria_label=texts.edit)
                field.props["defaultValue"] = message.text
                field.props["autofocus"] = True

                def cancel() -> None:
                    editor.delete()
                    said.visible = row.visible = True

                async def send(text: str) -> None:
                    cancel()
                    if text.strip():
                        await actions.edit(message, text.strip())

                read = f"getHtmlElement({field.id}).value"
                field.on(
                    "keydown",
                    lambda event: send(str(event.args)),
                    js_handler="(e) => { if (page.sends(e)) { e.preventDefault(); emit(e.target.value); } }",
                )
                field.on("keydown.esc", cancel, js_handler="(e) => { e.stopPropagation(); emit(); }", args=[])
                with box("row-line"):
                    text_button(texts.cancel, cancel)
                    button = text_button(texts.edit_send, classes="first")
                    button.on("click", lambda event: send(str(event.args)), js_handler=f"() => emit({read})")


def show_answer(session: Session, message: StoredMessage, actions: MessageActions) -> None:
    """A finished answer, or what there is of it."""
    texts, details = session.texts, message.details
    with box("message assistant", "article", aria_label=texts.assistant):
        if message.reasoning:
            show_thoughts(message.reasoning, texts)
        markup(session.markdown.to_html(message.text), "prose")
        _ending(message, actions, texts)
        with box("actions"):
            _versions(message, actions, texts)
            _copy_button(message.text, texts)
            icon_button("refresh", texts.regenerate, lambda: actions.answer_again(message))
            if details is not None and message.text:
                words(" · ".join(answer_facts(details, texts)), "facts")


def show_thoughts(reasoning: str, texts: Texts) -> None:
    with box("thoughts", "details"):
        words(texts.reasoning, tag="summary")
        words(reasoning, "said", "div")


def show_failure(sentence: str, texts: Texts, retry: Callable[[], Awaitable[None]]) -> None:
    """Why there is no answer, with its remedy, and a way to try again."""
    with box("note bad", role="alert"):
        icon("error_outline")
        words(texts.failed.format(sentence))
        text_button(texts.retry, retry)


def _ending(message: StoredMessage, actions: MessageActions, texts: Texts) -> None:
    """What must be said of an answer that did not end by itself."""
    details = message.details
    if details is not None and details.error:
        show_failure(details.error, texts, lambda: actions.answer_again(message))
    elif details is not None and details.stopped:
        _note("stop_circle", texts.stopped)
    elif not message.whole:
        with box("note"):
            icon("hourglass_empty")
            words(texts.broken_off if message.text else texts.no_answer)
            text_button(texts.retry, lambda: actions.answer_again(message))
    elif details is not None and details.finish_reason == "length":
        _note("content_cut", texts.cut)


def _note(icon_name: str, text: str) -> None:
    with box("note"):
        icon(icon_name)
        words(text)


def _show_attachments(
    session: Session, attachments: Attachments, actions: MessageActions, model: str
) -> None:
    if not (attachments.pictures or attachments.documents):
        return
    with box("attached"):
        for picture in attachments.pictures:
            data = base64.b64encode(picture.data).decode("ascii")
            box("", "img", src=f"data:{picture.media_type};base64,{data}", alt=picture.name)
        for document in attachments.documents:
            address = document_path(document.reference)
            with link(address, lambda address=address: actions.go(address), "attachment plain"):
                show_document(session, document, model)


def _versions(message: StoredMessage, actions: MessageActions, texts: Texts) -> None:
    """‹ 1/2 › where a message has been written more than once."""
    count = len(message.versions)
    if count < 2:
        return
    place = message.versions.index(message.id)
    with box("versions", role="group", aria_label=texts.version.format(place + 1, count)):
        for step, name, label in ((-1, "chevron_left", texts.previous), (1, "chevron_right", texts.next)):
            if step > 0:
                words(f"{place + 1}/{count}")
            target = place + step
            button = icon_button(name, label)
            if 0 <= target < count:
                identity = message.versions[target]
                button.on("click", lambda identity=identity: actions.switch(identity), args=[])
            else:
                button.props["disabled"] = True


def _copy_button(text: str, texts: Texts) -> None:
    button = icon_button("content_copy", texts.copy)
    button.on("click", js_handler=f"(e) => page.copyWith(e.currentTarget, {json.dumps(text)})")
