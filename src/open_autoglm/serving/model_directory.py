"""Which names a request may ask for, and what they mean. Everything here looks at the disk."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from open_autoglm.config import Settings
from open_autoglm.errors import MissingPiece, OpenAutoGLMError, UnknownModel
from open_autoglm.local.catalog import Catalog, CatalogModel, nearest_names
from open_autoglm.local.gguf import GgufFacts, read_chat_template, read_gguf
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.tiers import ChosenModel, choose_model
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.serving.served_model import ServedModel

_PARAMETERS = re.compile(r"(?<![\w.])(?:\d+x)?\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)
_QUANTIZATION = re.compile(r"(?<![a-z0-9])(?:i?q\d(?:_[a-z0-9]+)*|bf16|f16|f32)(?![a-z0-9])", re.IGNORECASE)


class ModelDirectory:
    """Tiers, installed models of the catalogue, upstreams, and the file that ``model_path`` names.

    No other file can be asked for by its path: whoever may send a request may not thereby have any
    file of this machine opened.
    """

    def __init__(
        self, settings: Settings, catalog: Catalog, store: ModelStore, hardware: Callable[[], Hardware]
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._store = store
        self._hardware = hardware

    def resolve(self, name: str) -> ServedModel:
        """The model that a name means now. Raises UnknownModel with the nearest names, ModelNotInstalled."""
        if name in self._settings.upstreams:
            return ServedModel(name, f"{name}: held by another server, as the settings say", upstream=name)
        if name == self._settings.model_path or self._is_catalogued(name):
            return self._served(name)
        if (own := self._own_file()) is not None and name == own.name:
            return own
        raise self._unknown(name)

    def facts(self) -> tuple[ModelFacts, ...]:
        """Every name that would be answered now."""
        names = [
            *self._settings.upstreams,
            *(tier.name for tier in self._catalog.tiers),
            *(model.name for model in self._catalog.models if model.is_language_model),
        ]
        found = [facts for name in dict.fromkeys(names) if (facts := self._facts_if_here(name)) is not None]
        own = self._own_file()
        if own is not None and own.name not in names:
            found.append(self._facts(own.name, own))
        return tuple(found)

    def describe(self, name: str) -> ModelFacts:
        """The facts of one name. Raises what ``resolve`` raises."""
        return self._facts(name, self.resolve(name))

    def _facts_if_here(self, name: str) -> ModelFacts | None:
        try:
            return self.describe(name)
        except MissingPiece:
            return None

    def _facts(self, name: str, served: ServedModel) -> ModelFacts:
        if served.upstream is not None:
            there = self._settings.upstreams[served.upstream]
            window = there.context_window or 0
            seen = ("vision",) if there.vision else ()
            return ModelFacts(
                name, name, "upstream", name, context_length=window, capabilities=("chat", *seen)
            )
        assert served.chosen is not None  # noqa: S101 - a model is here or there
        facts = self._facts_of_files(served.chosen)
        tier = self._catalog.tier(name)
        if tier is None:
            return facts
        return replace(facts, name=name, title=tier.title, kind="tier")

    def _facts_of_files(self, chosen: ChosenModel) -> ModelFacts:
        known = chosen.catalog_model
        stat = chosen.path.stat()
        modified, size = datetime.fromtimestamp(stat.st_mtime, UTC), stat.st_size
        if known is not None and (installed := self._store.installed(known.name)) is not None:
            modified = datetime.fromisoformat(installed.weights.installed_at)
            size = sum(file.size for file in installed.files)
        shape, template = _stated_in(chosen.path, stat.st_mtime_ns)
        return ModelFacts(
            name=chosen.name,
            title=known.title if known else chosen.name,
            kind="model",
            means=chosen.name,
            size_bytes=size,
            sha256=chosen.sha256 or "",
            modified=modified,
            family=known.family if known else shape.architecture,
            parameters=_last_match(_PARAMETERS, chosen.name),
            quantization=_last_match(_QUANTIZATION, chosen.path.stem),
            context_length=known.context_length if known else shape.context_length,
            capabilities=_capabilities(known, chosen, template),
            licence=known.licence if known else "",
            template=template,
        )

    def _served(self, asked: str) -> ServedModel:
        chosen = choose_model(
            asked, self._catalog, self._store, self._hardware(), offline=self._settings.offline
        )
        return ServedModel(chosen.name, chosen.reason, digest=_digest(chosen), chosen=chosen)

    def _is_catalogued(self, name: str) -> bool:
        return self._catalog.tier(name) is not None or any(
            model.name == name for model in self._catalog.models
        )

    def _own_file(self) -> ServedModel | None:
        """The model that ``model_path`` gives by its path; None where it names one, or none is there."""
        if self._is_catalogued(self._settings.model_path):
            return None
        try:
            return self._served(self._settings.model_path)
        except OpenAutoGLMError:
            return None

    def _unknown(self, name: str) -> UnknownModel:
        names = [facts.name for facts in self.facts()]
        if near := nearest_names(name, names):
            hint = f"Did you mean {' or '.join(near)}?"
        elif names:
            hint = f"It can be one of: {', '.join(names[:10])}."
        else:
            hint = "No model is installed: run `open-autoglm-cli pull autoglm-small`."
        return UnknownModel(f"No model is named {name!r}.", hint=hint)


def _digest(chosen: ChosenModel) -> str:
    """The verified digest, or what a change of the file can't leave as it is: path, size and time."""
    if chosen.sha256 is not None:
        return chosen.sha256
    stat = chosen.path.stat()
    return hashlib.sha256(f"{chosen.path}|{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()


def _last_match(pattern: re.Pattern[str], name: str) -> str:
    found = pattern.findall(name)
    return found[-1].upper() if found else ""


def _capabilities(known: CatalogModel | None, chosen: ChosenModel, template: str) -> tuple[str, ...]:
    found = ["completion", *(known.capabilities if known else ())]
    if template:  # where it knows no tools, the engine describes them in the system message
        found += ["chat", "tools"]
    if chosen.mmproj is not None:
        found.append("vision")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=64)
def _stated_in(path: Path, modified_ns: int) -> tuple[GgufFacts, str]:  # noqa: ARG001 - changed: read again
    """The shape and the chat template that a model file states."""
    return read_gguf(path), read_chat_template(path)
