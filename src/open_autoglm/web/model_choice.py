"""Which model answers: its name and state, and a menu of all that could."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import background_tasks, ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.serving.model_facts import ModelFacts, ModelState, ModelStatus
from open_autoglm.web.amounts import gigabytes
from open_autoglm.web.elements import box, icon, set_words, words
from open_autoglm.web.session import Session
from open_autoglm.web.texts import Texts

REFRESH_S = 2.0


def state_words(state: ModelState, texts: Texts) -> str:
    return {
        "unloaded": texts.state_unloaded,
        "loading": texts.state_loading,
        "ready": texts.state_ready,
        "answering": texts.state_answering,
        "draining": texts.state_draining,
        "down": texts.state_down,
    }[state]


class ModelChoice:
    """Built where it is made; ``on_choose`` is told the name."""

    def __init__(self, session: Session, chosen: str, on_choose: Callable[[str], None]) -> None:
        self._session = session
        self._on_choose = on_choose
        self._means = ""
        self.chosen = chosen
        texts = session.texts
        with box(
            "chip", "button", type="button", title=texts.choose_model, aria_haspopup="menu"
        ) as self._button:
            self._dot = box("dot")
            words(f"{texts.model}: ", "hidden-words")
            self._name = words(chosen, "name")
            self._state = words("", "hidden-words")
            icon("expand_more")
            with ui.menu().on("before-show", self._fill) as self._menu:
                self._rows = box("models")
        background_tasks.create(self._describe(), name="describe model")
        ui.timer(REFRESH_S, self._show_state)

    async def _describe(self) -> None:
        """Show the model by its title, and know what it means here."""
        try:
            facts = await self._session.parts.service.describe(self.chosen)
        except OpenAutoGLMError:  # it is told when it is asked
            return
        self._means = facts.means
        if not self._name.is_deleted:
            set_words(self._name, _title(facts, self._session.texts))
            self._show_state()

    def _show_state(self) -> None:
        """The colour of the dot follows what the model does."""
        status = self._status_of(self._means or self.chosen)
        state = status.state if status is not None else "unloaded"
        self._dot.classes(replace=f"dot {state}")
        set_words(self._state, f" ({state_words(state, self._session.texts)})")

    def _status_of(self, model: str) -> ModelStatus | None:
        return next((each for each in self._session.parts.service.status() if each.name == model), None)

    async def _fill(self) -> None:
        models = await self._session.parts.service.models()
        self._rows.clear()
        with self._rows:
            self._build(models)

    def _build(self, models: Sequence[ModelFacts]) -> None:
        texts = self._session.texts
        if not models:
            with box("panel"):
                words(texts.no_model, tag="h2")
                words(texts.no_model_explained.format(self._session.parts.settings.model_path), tag="p")
        for facts in models:
            with ui.menu_item(on_click=lambda name=facts.name: self._choose(name)).classes("menu-item"):
                self._row(facts)

    def _row(self, facts: ModelFacts) -> None:
        status = self._status_of(facts.means)
        with box("model-row"):
            box(f"dot {status.state if status else 'unloaded'}")
            words(_title(facts, self._session.texts), "name")
            if facts.name == self.chosen:
                icon("check")
            else:
                words("")
            words(" · ".join(model_facts(facts, status, self._session.texts)), "facts")

    def _choose(self, name: str) -> None:
        self.chosen, self._means = name, ""
        set_words(self._name, name)
        background_tasks.create(self._describe(), name="describe model")
        self._on_choose(name)


def _title(facts: ModelFacts, texts: Texts) -> str:
    """Tiers say what they are for in the language of the page; models have names of their own."""
    return texts.tiers.get(facts.name, facts.title)


def model_facts(facts: ModelFacts, status: ModelStatus | None, texts: Texts) -> list[str]:
    """What is said of a model in one line."""
    if facts.kind == "upstream":
        return [facts.name, texts.upstream]
    said = [facts.name]
    if facts.means != facts.name:
        said.append(texts.means.format(facts.means))
    said.append(state_words(status.state if status else "unloaded", texts))
    if status is not None and status.memory_bytes:
        said.append(texts.in_memory.format(gigabytes(status.memory_bytes)))
    elif facts.size_bytes:
        said.append(texts.on_disk.format(gigabytes(facts.size_bytes)))
    return said
