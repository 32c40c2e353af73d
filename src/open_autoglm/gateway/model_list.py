"""Every name that can be asked for: the models that write, and the one that embeds."""

from __future__ import annotations

from open_autoglm.gateway.state import Gateway
from open_autoglm.serving.model_facts import ModelFacts


async def all_facts(gateway: Gateway) -> tuple[ModelFacts, ...]:
    """Of every name that would be answered now."""
    found = await gateway.service.models()
    embedder = await gateway.embeddings.facts()
    if embedder is None or any(one.name == embedder.name for one in found):
        return found
    return (*found, embedder)


async def embedder_facts(gateway: Gateway, name: str) -> ModelFacts | None:
    """Of the embedding model, where it has that name."""
    facts = await gateway.embeddings.facts()
    return facts if facts is not None and facts.name == name else None
