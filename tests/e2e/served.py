"""What a test knows of the server it talks to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """Where a server answers, and a model that it has."""

    address: str
    model: str
    window: int

    @property
    def openai_url(self) -> str:
        return f"{self.address}/v1"
