"""Questions to a base: the answer by sentences as they are checked, and the page a citation leads to."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial

from nicegui import background_tasks, events

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.knowledge.answers import AskedQuestion, KnowledgeAnswers
from open_autoglm.serving.request import ServedRequest
from open_autoglm.tasks.answer_question import MAX_QUESTION_CHARACTERS, AnswerEvent, Searched
from open_autoglm.tasks.answer_result import AnsweredQuestion, AnswerSentence, PassageCitation, Source
from open_autoglm.tasks.follow_up import Exchange
from open_autoglm.values import ChatRequest, Message
from open_autoglm.web.elements import box, icon, set_words, text_button, words
from open_autoglm.web.knowledge_page import CitedPage
from open_autoglm.web.model_choice import ModelChoice
from open_autoglm.web.session import Session

REMEMBERED = 20


class KnowledgeAsking:
    """Built where ``show`` is called."""

    def __init__(self, session: Session, base: str) -> None:
        self._session = session
        self._base = base
        self._model = session.model
        self._history: list[Exchange] = []
        self._running: asyncio.Task[None] | None = None

    def show(self) -> None:
        texts = self._session.texts
        with box("kb-pair"):
            with box("section", "section", aria_label=texts.knowledge_ask):
                self._talk = box("kb-talk", aria_live="polite")
                with box("kb-row", "form"):
                    self._field = box(
                        "field",
                        "input",
                        type="text",
                        maxlength=str(MAX_QUESTION_CHARACTERS),
                        placeholder=texts.knowledge_ask_hint,
                        aria_label=texts.knowledge_ask,
                    )
                    ask = text_button(texts.knowledge_ask, classes="first", icon_name="search")
                    self._stop = text_button(texts.stop, self.stop, icon_name="stop")
                    self._stop.visible = False
                with box("kb-row"):
                    ModelChoice(self._session, self._model, self._set_model)
                    box("space")
                    text_button(texts.knowledge_begin_anew, self._begin_anew, icon_name="restart_alt")
            self._page = CitedPage(self._session, self._base)
            self._page.show()
        said = (
            f"() => {{ const field = getHtmlElement({self._field.id}); const text = field.value; "
            "field.value = ''; emit(text); }"
        )
        ask.on("click", self._ask, js_handler=said)
        self._field.on(
            "keydown.enter",
            self._ask,
            js_handler=f"(e) => {{ if (e.isComposing) return; e.preventDefault(); ({said})(); }}",
        )

    def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _set_model(self, name: str) -> None:
        self._model = name
        self._session.visitor.model = name

    def _begin_anew(self) -> None:
        self.stop()
        self._history.clear()
        self._talk.clear()
        self._page.forget()

    def _ask(self, event: events.GenericEventArguments) -> None:
        question = str(event.args).strip()
        if not question or self._running is not None:
            return
        self._running = background_tasks.create(self._answer(question), name="ask base", context=self._talk)

    async def _answer(self, question: str) -> None:
        session = self._session
        with self._talk:
            shown = _ShownAnswer(session, question, self._page)
        answers = KnowledgeAnswers(
            session.parts.knowledge.questions,
            partial(session.parts.knowledge.asked_base, session.owner, self._base),
            AskedQuestion(question, tuple(self._history[-REMEMBERED:])),
            on_event=shown.add,
        )
        self._stop.visible = True
        try:
            session.shared.door.require_model(session.owner, self._model)
            request = ChatRequest((Message("user", question),))
            asked = ServedRequest(self._model, request, owner=session.owner)
            async with answers.answer(asked) as answer, aclosing(answer.events) as pieces:
                async for _ in pieces:
                    pass
            if answers.result is not None:
                shown.end(answers.result)
                said = " ".join(sentence.text for sentence in answers.result.sentences)
                self._history.append(Exchange(question, said))
        except OpenAutoGLMError as error:
            shown.failed(str(error))
        except asyncio.CancelledError:
            shown.failed(session.texts.knowledge_stopped)
            raise
        finally:
            self._running = None
            if not self._stop.is_deleted:
                self._stop.visible = False


class _ShownAnswer:
    """One question with its answer as far as it has come."""

    def __init__(self, session: Session, question: str, page: CitedPage) -> None:
        self._session = session
        self._page = page
        self._sources: tuple[Source, ...] = ()
        with box("kb-turn", "article") as self._turn:
            words(question, "kb-question", "h3")
            self._state = words(session.texts.knowledge_searching, "facts", "p", role="status")
            self._sentences = box("kb-answer", "p")
            self._rest = box("contents")

    def add(self, event: AnswerEvent) -> None:
        if self._turn.is_deleted:
            return
        texts = self._session.texts
        if isinstance(event, Searched):
            self._sources = event.sources
            said = [texts.knowledge_thinking.format(len(event.sources))] if event.sources else []
            if event.question.worded_by != "question":
                said.insert(0, texts.knowledge_searched.format(event.question.text))
            set_words(self._state, " ".join(said))
        elif isinstance(event, AnswerSentence):
            with self._sentences:
                words(f"{event.text} ")
                for citation in event.citations:
                    self._link(citation)

    def end(self, result: AnsweredQuestion) -> None:
        if self._turn.is_deleted:
            return
        texts = self._session.texts
        about = [] if result.model is None else [result.model.name]
        if result.searched_from != "question":
            about.insert(0, texts.knowledge_searched.format(result.searched))
        about.append(f"{result.seconds.total:.1f} s")
        set_words(self._state, " · ".join(about))
        if result.outcome == "not_found":
            with self._sentences:
                icon("search_off")
                words(result.answer)
        with self._rest:
            if result.outcome == "quoted":
                words(texts.knowledge_quoted, "facts", "p")
            for note in result.notes:
                words(note, "facts", "p")
            if result.removed:
                with box("kb-removed", "details"):
                    words(texts.knowledge_removed.format(len(result.removed)), tag="summary")
                    with box("points", "ul"):
                        for removed in result.removed:
                            words(f"{removed.text} — {removed.reason}", tag="li")
            self._show_sources(result)
        if result.sentences:
            self._look_at(result.sentences[0].citations[0])

    def failed(self, sentence: str) -> None:
        if not self._turn.is_deleted:
            set_words(self._state, sentence)

    def _show_sources(self, result: AnsweredQuestion) -> None:
        texts = self._session.texts
        cited = {one.number for sentence in result.sentences for one in sentence.citations}
        nearest = result.outcome == "not_found"
        sources = [source for source in result.sources if nearest or source.number in cited]
        if not sources:
            return
        self._sources = result.sources
        if nearest:
            words(texts.knowledge_nearest, "facts", "p")
        with box("kb-sources", "ul"):
            for source in sources:
                with box("", "li"):
                    place = box("cite-button", "button", type="button")
                    with place:
                        words(f"[{source.number}] {source.file} · {texts.page.format(source.page)}")
                    place.on("click", partial(self._look_at_source, source), args=[])
                    if source.headings:
                        words(" › ".join(source.headings), "facts")

    def _link(self, citation: PassageCitation) -> None:
        with box(
            "cite-button", "button", type="button", title=f"{citation.file}: {citation.quote}"
        ) as button:
            words(f"[{citation.number}]")
        button.on("click", partial(self._look_at, citation), args=[])

    def _look_at(self, citation: PassageCitation) -> None:
        source = next(one for one in self._sources if one.number == citation.number)
        self._page.look_at(source, citation.page, citation.quote)

    def _look_at_source(self, source: Source) -> None:
        self._page.look_at(source, source.page, "")
