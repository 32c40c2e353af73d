"""What every piece of one answer carries: its id, its time, and what it was made with."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import cast

from open_autoglm import __version__
from open_autoglm.gateway.answering import about_json
from open_autoglm.gateway.dialect.answer_fields import AboutBody
from open_autoglm.serving.request import AnswerAbout


@dataclass(frozen=True, slots=True)
class Stamp:
    """The same in all chunks of a stream."""

    id: str
    fingerprint: str
    service_tier: str = "default"
    ignored: tuple[str, ...] = ()
    """Names of fields that were sent and had no effect."""
    created: int = field(default_factory=lambda: int(time.time()))
    """Seconds since 1970 in UTC."""

    def about(self, about: AnswerAbout) -> AboutBody:
        """The field ``open_autoglm`` of the answer."""
        return cast(AboutBody, {**about_json(about), "ignored_fields": list(self.ignored)})


def new_id(prefix: str) -> str:
    """An id that nobody can guess, for example ``chatcmpl-5f0c...``."""
    return f"{prefix}{secrets.token_hex(12)}"


def fingerprint(model: str, digest: str) -> str:
    """Changes when the weights or this program do, and then the same seed may answer something else."""
    material = "|".join((model, digest, __version__)).encode("utf-8", "surrogatepass")
    return f"fp_{hashlib.blake2b(material, digest_size=5).hexdigest()}"
