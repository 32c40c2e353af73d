"""What Ollama does and this server does not: each is refused with what to do instead."""

from __future__ import annotations

import re

from fastapi import APIRouter

from open_autoglm.errors import NotSupported
from open_autoglm.gateway.dialect.documented import errors
from open_autoglm.gateway.ollama.answer_schema import ErrorAnswer
from open_autoglm.gateway.ollama.json_route import JsonRoute
from open_autoglm.gateway.ollama.names import plain_name
from open_autoglm.gateway.ollama.schema import ManageBody

REFUSED = errors((400, 401, 403, 501), ErrorAnswer)
_PLAIN = re.compile(r"[\w./-]{1,100}")

router = APIRouter(prefix="/api", route_class=JsonRoute)


@router.post("/pull", operation_id="ollama_pull", status_code=501, responses=REFUSED)
async def pull(asked: ManageBody) -> None:
    """Refused: whoever may chat may not thereby fill the disk."""
    raise _refusal("A client can't install models.", f"open-autoglm-cli pull {_named(asked)}")


@router.delete("/delete", operation_id="ollama_delete", status_code=501, responses=REFUSED)
async def delete(asked: ManageBody) -> None:
    """Refused: whoever may chat may not thereby empty the disk."""
    raise _refusal("A client can't remove models.", f"open-autoglm-cli rm {_named(asked)}")


@router.post("/create", operation_id="ollama_create", status_code=501, responses=REFUSED)
async def create(asked: ManageBody) -> None:
    """Refused: models are not made from Modelfiles here."""
    del asked
    raise _refusal("A client can't make models.", "open-autoglm-cli serve --model-path FILE")


@router.post("/copy", operation_id="ollama_copy", status_code=501, responses=REFUSED)
async def copy(asked: ManageBody) -> None:
    """Refused: a model has one name, and tiers are set by the catalogue."""
    del asked
    raise _refusal("A client can't copy models.", "open-autoglm-cli list, for the names there are")


@router.post("/push", operation_id="ollama_push", status_code=501, responses=REFUSED)
async def push(asked: ManageBody) -> None:
    """Refused: nothing is sent to a registry from here."""
    del asked
    raise NotSupported("Models are not sent anywhere from here.", hint="Copy the file itself.")


def _refusal(sentence: str, command: str) -> NotSupported:
    return NotSupported(sentence, hint=f"On the server's machine, run: {command}")


def _named(asked: ManageBody) -> str:
    name = plain_name(asked.model or asked.name or "")
    return name if _PLAIN.fullmatch(name) else "NAME"
