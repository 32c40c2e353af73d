"""What a detector is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from open_autoglm.video.observation import Detection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Detector(Protocol):
    """Several threads may call ``detect`` at the same time."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Every class it can name."""
        ...

    def detect(self, frame_bgr: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """The objects in a picture of shape (height, width, 3), the surest first; boxes lie inside it."""
        ...
