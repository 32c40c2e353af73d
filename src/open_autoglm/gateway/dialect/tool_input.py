"""The arguments of a tool call as an object, for dialects that don't pass on the model's text."""

from __future__ import annotations

import json
from typing import Any

INVALID_JSON = "INVALID_JSON"
"""Key of a text that is cut or no object. Source: Anthropic, "Fine-grained tool streaming"."""


def tool_input(arguments: str) -> dict[str, Any]:
    """What the model wrote, or an object that holds its text whole: a cut call must not look complete."""
    try:
        found = json.loads(arguments or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {INVALID_JSON: arguments}
