"""What one recording may cost: every bound on pixels, seconds and memory of the video part stands here."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20

MAX_MESSAGE_BYTES = 64 * MEGABYTE
"""One message between a worker and the program; a picture of a frame is the largest."""

MAX_DETECTIONS = 1000
"""In one frame. A detector that names more has gone wrong."""


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """Bounds that a user may move; the settings of the same names fill them."""

    max_frame_megapixels: float = 36.0
    """Width times height of a frame: 8K (7680 × 4320) fits. A decoder holds up to 16 frames."""
    worker_memory_mb: int = 2048
    """Memory one worker process may take."""
    open_timeout_s: float = 30.0
    """Seconds until a file is opened or a stream answers."""
    stall_timeout_s: float = 30.0
    """Seconds without a decoded frame after which a worker is given up."""
    live_silence_s: float = 10.0
    """Seconds without a byte from a live source after which its connection counts as lost."""
    live_give_up_s: float = 300.0
    """Seconds a live source may stay away before the analysis ends."""
