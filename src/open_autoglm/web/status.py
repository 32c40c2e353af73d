"""What this machine does now: speed, queue, memory, models, caches, versions. Refreshed while it is seen."""

from __future__ import annotations

import platform
import time
from collections import deque
from collections.abc import Sequence
from importlib.metadata import version

import psutil
from nicegui import background_tasks, ui

from open_autoglm.serving.model_facts import ModelStatus
from open_autoglm.web.amounts import duration, gigabytes
from open_autoglm.web.elements import box, markup, set_words, side_button, text_button, words
from open_autoglm.web.model_choice import state_words
from open_autoglm.web.session import Session

EVERY_S = 1.0
SHOWN_S = 60
PACKAGES = ("open-autoglm-pc", "xllamacpp", "nicegui")

_STARTED = time.monotonic()


class StatusView:
    """Built where ``show`` is called; ``leave`` ends its refreshing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._timer: ui.timer | None = None
        self._seen = True
        self._speeds: deque[float] = deque([0.0] * SHOWN_S, maxlen=SHOWN_S)

    def show(self) -> None:
        texts = self._session.texts
        with box("top", "header"):
            side_button(texts)
            words(texts.status, tag="h1")
        with box("body", tabindex="-1"), box("inner"):
            with box("tiles"):
                with box("tile"):
                    words(texts.speed, "label", "div")
                    self._speed = markup("", "value")
                    self._line = markup("", "spark", "span")
                self._answering = self._tile(texts.slots)
                self._waiting = self._tile(texts.queue)
                self._memory = self._tile(texts.memory)
                self._results = self._tile(texts.result_cache)
                self._prefix = self._tile(texts.prefix_cache)
            with box("section", "section", aria_label=texts.models):
                words(texts.models, tag="h2")
                self._models = box("cards", "ul")
            with box("section", "section", aria_label=texts.versions):
                words(texts.machine, tag="h2")
                with box("key-values", "dl"):
                    self._facts()
        self._shown_models: tuple[ModelStatus, ...] | None = None
        self._refresh()
        self._timer = ui.timer(EVERY_S, self._if_seen)

    def leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self, *, seen: bool) -> None:
        """Whether the window is in front: nothing is refreshed for nobody."""
        self._seen = seen

    def _if_seen(self) -> None:
        if self._seen:
            self._refresh()

    def _tile(self, label: str) -> ui.html:
        with box("tile"):
            words(label, "label", "div")
            return markup("", "value")

    def _refresh(self) -> None:
        texts, parts = self._session.texts, self._session.parts
        rates = self._session.shared.speed.read()
        models = parts.service.status()
        memory = psutil.virtual_memory()
        self._speeds.append(rates.tokens_per_s)
        self._speed.set_content(f"{rates.tokens_per_s:.1f} <small>{texts.speed_now}</small>")
        self._line.set_content(_sparkline(self._speeds))
        slots = sum(each.slots for each in models)
        self._answering.set_content(f"{sum(each.busy for each in models)} <small>/ {slots}</small>")
        self._waiting.set_content(str(sum(each.waiting for each in models)))
        used = memory.total - memory.available
        self._memory.set_content(
            f"{gigabytes(used)} <small>/ {gigabytes(memory.total)}</small>"
            f'<div class="bar"><i style="width:{used / memory.total:.0%}"></i></div>'
        )
        for tile, share in ((self._results, rates.result_hits), (self._prefix, rates.prompt_cached)):
            tile.set_content("–" if share is None else texts.hit_rate.format(share))
        if models != self._shown_models:
            self._shown_models = models
            self._show_models(models)

    def _show_models(self, models: Sequence[ModelStatus]) -> None:
        texts = self._session.texts
        self._models.clear()
        with self._models:
            if not models:
                words(texts.none_loaded, "facts", "p")
            for status in models:
                with box("", "li"):
                    box(f"dot {status.state}")
                    with box("main"):
                        words(status.name, tag="strong")
                        words(self._model_line(status), "facts", "div")
                        words(status.reason, "facts", "div")
                    if status.state == "ready":
                        text_button(texts.unload, lambda name=status.name: self._unload(name))

    def _model_line(self, status: ModelStatus) -> str:
        texts = self._session.texts
        said = [state_words(status.state, texts), status.device]
        if status.memory_bytes:
            said.append(texts.in_memory.format(gigabytes(status.memory_bytes)))
        said.append(f"{texts.slots}: {status.busy}/{status.slots}")
        said.append(f"{texts.queue}: {status.waiting}")
        if status.window:
            said.append(f"{texts.kv_tokens}: {status.held_tokens:,} / {status.window * status.slots:,}")
        if status.unload_in_s is not None:
            said.append(texts.unload_in.format(duration(status.unload_in_s)))
        return " · ".join(filter(None, said))

    def _unload(self, name: str) -> None:
        background_tasks.create(self._session.parts.service.unload(name), name=f"unload {name}")

    def _facts(self) -> None:
        texts = self._session.texts
        cores = psutil.cpu_count(logical=False) or psutil.cpu_count()
        facts = {
            texts.processor: f"{platform.processor() or platform.machine()} · {cores}",
            texts.versions: " · ".join(f"{package} {version(package)}" for package in PACKAGES),
            "Python": f"{platform.python_version()} · {platform.system()} {platform.release()}",
            texts.uptime.format("").strip(): duration(time.monotonic() - _STARTED),
        }
        for name, value in facts.items():
            words(name, tag="dt")
            set_words(words("", tag="dd"), value)


def _sparkline(speeds: Sequence[float]) -> str:
    """The last minute as a line (SVG)."""
    top = max(*speeds, 1.0)
    points = " ".join(f"{place},{34 - 32 * speed / top:.1f}" for place, speed in enumerate(speeds))
    return (
        f'<svg viewBox="0 0 {SHOWN_S - 1} 36" preserveAspectRatio="none" width="100%" height="36" '
        'aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.6" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )
