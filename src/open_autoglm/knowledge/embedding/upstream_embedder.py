"""An embedding model that another server holds."""

from __future__ import annotations

from open_autoglm.config import UpstreamSettings
from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.knowledge.embedding.endpoint_embedder import EndpointEmbedder


class UpstreamEmbedder(EndpointEmbedder):
    """``name`` is a key of the setting ``upstreams``. Nothing is sent before the first text."""

    def __init__(self, name: str, there: UpstreamSettings) -> None:
        model = there.model or name
        super().__init__(model, f"{model}@{there.url}")
        self._there = OpenAIClient(there.url, model=model, api_key=there.api_key.get_secret_value())

    def _client(self) -> OpenAIClient:
        return self._there
