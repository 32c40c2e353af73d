"""What a name in a request has come to mean."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.local.tiers import ChosenModel


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model, on this machine (``chosen``) or held by another server (``upstream``)."""

    name: str
    """As it stands in answers."""
    reason: str
    """Why this model: one printable sentence."""
    digest: str = ""
    """Tells one content of the files from any other; empty for an upstream, which may change unseen."""
    chosen: ChosenModel | None = None
    upstream: str | None = None
    """Its key in the setting ``upstreams``."""

    @property
    def key(self) -> str:
        """Two names that mean the same model have the same key, and share what is loaded."""
        return f"{self.name}@{self.digest}"
