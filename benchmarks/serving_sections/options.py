"""What every section is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """``model`` for what depends on it, ``small`` for what does not; ``quick`` takes fewer repetitions."""

    model: Path
    small: Path
    peer_python: Path | None = None
    quick: bool = False

    def repetitions(self, usual: int) -> int:
        return max(3, usual // 5) if self.quick else usual
