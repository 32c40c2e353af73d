"""Models as Ollama's clients see them: listed, shown, running."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from open_autoglm.gateway.ollama.answer_schema import ListedModel, ModelDetails, RunningModel, ShownModel
from open_autoglm.gateway.ollama.render import utc_time
from open_autoglm.serving.model_facts import ModelFacts, ModelStatus

NO_DIGEST = "0" * 64
"""Clients cut the first twelve characters off without asking whether there are any."""
NO_TIME = "0001-01-01T00:00:00Z"
"""Go's zero time: not known."""
FOR_EVER = timedelta(days=106_751)
"""Go's longest duration; what Ollama answers for a model that stays."""
CAPABILITIES: Mapping[str, str] = {
    "completion": "completion",
    "chat": "completion",
    "tools": "tools",
    "fill_in_middle": "insert",
    "vision": "vision",
    "reasoning": "thinking",
    "embed": "embedding",
}


def listed_model(facts: ModelFacts) -> ListedModel:
    return ListedModel(
        name=facts.name,
        model=facts.name,
        modified_at=_modified(facts),
        size=facts.size_bytes,
        digest=facts.sha256 or NO_DIGEST,
        details=_details(facts),
    )


def shown_model(facts: ModelFacts, window: int) -> ShownModel:
    """``window`` is that of the loaded model in tokens, 0 while it is not loaded."""
    architecture = re.sub(r"[^a-z0-9]+", "", facts.family.lower()) or "unknown"
    info: dict[str, str | int] = {"general.architecture": architecture, "general.basename": facts.title}
    if facts.context_length:
        info[f"{architecture}.context_length"] = facts.context_length
    parameters = f"num_ctx {window}" if window else ""
    lines = [f"FROM {facts.means}"]
    if facts.template:
        lines.append(f'TEMPLATE """{facts.template}"""')
    if parameters:
        lines.append(f"PARAMETER {parameters}")
    return ShownModel(
        license=facts.licence,
        modelfile="\n".join(lines) + "\n",
        parameters=parameters,
        template=facts.template,
        details=_details(facts),
        model_info=info,
        capabilities=list(
            dict.fromkeys(CAPABILITIES[name] for name in facts.capabilities if name in CAPABILITIES)
        ),
        modified_at=_modified(facts),
    )


def running_model(status: ModelStatus, facts: ModelFacts, idle_s: float, now: datetime) -> RunningModel:
    """``idle_s`` is how long a model stays without work, 0 for ever; a busy one stays that long at least."""
    if status.unload_in_s is not None:
        expires = now + timedelta(seconds=min(status.unload_in_s, FOR_EVER.total_seconds()))
    elif status.busy and idle_s:
        expires = now + timedelta(seconds=idle_s)
    else:
        expires = now + FOR_EVER
    return RunningModel(
        name=status.name,
        model=status.name,
        size=status.memory_bytes,
        size_vram=0 if status.device in ("", "cpu") else status.memory_bytes,
        digest=facts.sha256 or NO_DIGEST,
        details=_details(facts),
        expires_at=utc_time(expires),
        context_length=status.window,
    )


def _modified(facts: ModelFacts) -> str:
    return NO_TIME if facts.modified is None else utc_time(facts.modified.astimezone(UTC))


def _details(facts: ModelFacts) -> ModelDetails:
    return ModelDetails(
        format="" if facts.kind == "upstream" else "onnx" if "embed" in facts.capabilities else "gguf",
        family=facts.family,
        families=[facts.family] if facts.family else [],
        parameter_size=facts.parameters,
        quantization_level=facts.quantization,
    )
