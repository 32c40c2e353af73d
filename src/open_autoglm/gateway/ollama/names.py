"""Names of models as Ollama's clients write them."""

from __future__ import annotations

from open_autoglm.errors import UnknownModel
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.serving.service import Service

LATEST = ":latest"
"""The tag that clients add to a name without one."""
MAX_QUOTED_CHARS = 100


def plain_name(name: str) -> str:
    """The name without the tag that means nothing here."""
    return name.removesuffix(LATEST)


async def known_model(service: Service, name: str) -> ModelFacts:
    """The facts of a name. Raises UnknownModel in the words that Ollama's clients look for."""
    try:
        return await service.describe(plain_name(name))
    except UnknownModel as error:
        raise UnknownModel(f'model "{name[:MAX_QUOTED_CHARS]}" not found.', hint=error.hint) from error
