"""One loaded embedding model for all who embed: loaded when it is first needed, unloaded when it is idle."""

from __future__ import annotations

import ctypes
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from open_autoglm.errors import EngineUnavailable
from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role


class SharedEmbedder(ModelEmbedder):
    """Loads what ``open_model`` opens; after ``idle_s`` seconds without use it is unloaded, 0: never.

    Every use raises what ``open_model`` raises where it has to load, and EngineUnavailable where another
    model than the first one came: whoever compares vectors has seen only the identity of that.
    """

    def __init__(self, open_model: Callable[[], ModelEmbedder], idle_s: float = 0.0) -> None:
        self._open_model = open_model
        self._idle_s = idle_s or math.inf
        self._changed = threading.Condition()
        self._model: ModelEmbedder | None = None
        self._identity = ""
        self._users = 0
        self._used_at = 0.0
        self._unloader: threading.Thread | None = None

    @property
    def identity(self) -> str:
        """Loads the model where it never was; known from then on."""
        if not self._identity:
            self.load()
        return self._identity

    @property
    def dimensions(self) -> int:
        with self._used() as model:
            return model.dimensions

    def load(self) -> None:
        """For those who have to know now whether it can be."""
        with self._used():
            pass

    def embed(self, texts: Sequence[str], role: Role) -> Embedded:
        with self._used() as model:
            return model.embed(texts, role)

    def close(self) -> None:
        """Unloads it once nobody uses it; the next use would load it again. Safe to call twice."""
        with self._changed:
            model, self._model = self._model, None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._users == 0)
        if model is not None:
            model.close()
            del model
            _return_memory()

    @contextmanager
    def _used(self) -> Iterator[ModelEmbedder]:
        """The model, which stays loaded for as long as the block runs."""
        with self._changed:
            model = self._loaded()
            self._users += 1
        try:
            yield model
        finally:
            with self._changed:
                self._users -= 1
                self._used_at = time.monotonic()
                self._changed.notify_all()

    def _loaded(self) -> ModelEmbedder:
        """Others wait meanwhile: they need it too."""
        if self._model is not None:
            return self._model
        model = self._open_model()
        if self._identity not in ("", model.identity):
            model.close()
            raise EngineUnavailable(
                f"The embedding model {self._identity} was exchanged for {model.identity}.",
                hint="Start this program anew.",
            )
        self._model, self._identity = model, model.identity
        if self._unloader is None and self._idle_s < math.inf:
            self._unloader = threading.Thread(
                target=self._unload_when_idle, name="unload embedding model", daemon=True
            )
            self._unloader.start()
        return model

    def _unload_when_idle(self) -> None:
        with self._changed:
            while self._model is not None:
                left = self._used_at + self._idle_s - time.monotonic()
                if self._users == 0 and left <= 0:
                    break
                self._changed.wait(None if self._users else left)
            model, self._model, self._unloader = self._model, None, None
        if model is not None:
            model.close()
            del model
            _return_memory()


def _return_memory() -> None:
    """To the system: the C library of Linux would keep about 90 MB of a model that is gone for later."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)
