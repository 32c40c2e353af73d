"""What looks at every analysed frame beside the detector: still objects and the state of the camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import CameraState, StillRegion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Watched(NamedTuple):
    still: tuple[StillRegion, ...]
    camera: CameraState | None


class Watcher(Protocol):
    def look(
        self, frame_bgr: NDArray[np.uint8], time_s: float, people: Sequence[Box], unsure: Sequence[Box] = ()
    ) -> Watched:
        """Frames come in the order of time; height × width × 3. ``unsure``: what may be people."""
        ...
