"""A GGUF embedding model, served by llama.cpp in a child process like the models that write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from open_autoglm.engine.llama_cpp_client import LlamaCppClient
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.supervisor import Supervisor
from open_autoglm.engine.worker_process import Endpoint
from open_autoglm.knowledge.embedding.endpoint_embedder import EndpointEmbedder
from open_autoglm.local.gguf import read_gguf

MOST_WINDOW = 2048
"""Tokens of one text: a model reads each in one batch, whose memory grows with it."""
_MARKS = 2
"""Tokens that may stand around a text."""


class GgufEmbedder(EndpointEmbedder):
    """Loaded by its constructor. Raises EngineStartFailed, and ModelFileRejected for what is no GGUF."""

    def __init__(self, path: Path, identity: str, threads: int = 1, start_timeout_s: float = 180.0) -> None:
        facts = read_gguf(path)
        self._window = min(facts.context_length or MOST_WINDOW, MOST_WINDOW)
        options = LlamaCppOptions(
            model_name=path.stem,
            model_path=path,
            context_window=self._window,
            slots=1,
            threads=threads,
            batch_tokens=self._window,
            prompt_cache_mb=0,
            start_timeout_s=start_timeout_s,
            # Models that were made to write state no way to make one vector of many.
            embedding="stated" if facts.pooling_stated else "mean",
        )
        self._supervisor = Supervisor(options)
        try:
            self._supervisor.start()
        except BaseException:
            self._supervisor.stop()
            raise
        super().__init__(path.stem, identity)
        self._talking: LlamaCppClient | None = None
        self._endpoint: Endpoint | None = None

    def close(self) -> None:
        super().close()
        self._supervisor.stop()

    def _client(self) -> LlamaCppClient:
        """To the worker that runs now; waits while one is starting."""
        endpoint = self._supervisor.endpoint()
        with self._lock:
            if self._talking is None or self._endpoint != endpoint:
                self._endpoint = endpoint
                self._talking = LlamaCppClient(
                    f"{endpoint.address}/v1", model=self._model, api_key=endpoint.api_key, local=True
                )
            return self._talking

    def _input(self, texts: Sequence[str]) -> tuple[list[Any], list[int]]:
        """Texts that may be longer than the window go as the tokens of their beginning."""
        given: list[Any] = list(texts)
        cut: list[int] = []
        for place, text in enumerate(texts):
            if len(text.encode("utf-8", "replace")) <= self._window - _MARKS:  # a token has a byte at least
                continue
            tokens = self._call(self._client().tokenize, text)
            if len(tokens) > self._window - _MARKS:
                cut.append(place)
                given[place] = list(tokens[: self._window - _MARKS])
        return given, cut
