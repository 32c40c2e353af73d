"""The language model that a run asks for: chosen and named before any work, loaded when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from open_autoglm.cli.interrupt import Interrupt
from open_autoglm.cli.render import print_note
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.document_result import ModelUsed


@dataclass(frozen=True, slots=True)
class AskedModel:
    """One model, held here (``chosen``) or by another server."""

    used: ModelUsed
    chosen: tuple[ChosenModel, Placement] | None

    @contextmanager
    def opened(self, runtime: Runtime, interrupt: Interrupt) -> Iterator[BlockingEngine]:
        """The model, loaded; Ctrl-C ends what it is asked. Raises EngineStartFailed."""
        opening = (
            runtime.open_upstream(self.used.asked)
            if self.chosen is None
            else runtime.open_engine(*self.chosen)
        )
        with opening as engine:
            interrupt.on_stop(engine.cancel)
            yield engine


def choose_asked_model(runtime: Runtime, model: str | None) -> AskedModel:
    """The model of ``--model``, else of the settings; its name and why are printed. Raises MissingPiece."""
    asked = model or runtime.settings.model_path
    if asked in runtime.settings.upstreams:
        reason = f"{asked}: held by another server, as the settings say"
        used = ModelUsed(asked=asked, name=asked, reason=reason, engine="another server")
        print_note(f"Model: {used.description}")
        return AskedModel(used, None)
    chosen = runtime.choose_model(model)
    placement = runtime.place(chosen)
    used = ModelUsed(
        asked=chosen.asked,
        name=chosen.name,
        reason=chosen.reason,
        engine=f"llama.cpp on {placement.device}",
    )
    print_note(f"Model: {used.description}")
    if placement.note:
        print_note(placement.note)
    return AskedModel(used, (chosen, placement))
