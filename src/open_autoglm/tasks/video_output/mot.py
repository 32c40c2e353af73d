"""Every box of every frame as text of the MOTChallenge: ``frame,id,x,y,width,height,score,-1,-1,-1``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from open_autoglm.files import write_whole
from open_autoglm.video.box_history import BoxHistory


def mot_lines(boxes: BoxHistory, class_name: str | None = "person") -> Iterator[str]:
    """Frames count from 1, as the format has it; ``class_name`` None takes every class.

    Frames that the detector was not asked about get the boxes between its two sightings.
    """
    for moment in boxes.every_frame():
        for track in sorted(moment.boxes):
            if class_name in (None, track.class_name):
                x, y, width, height = track.box
                yield (
                    f"{moment.frame + 1},{track.track_id},{x:.2f},{y:.2f},{width:.2f},{height:.2f},"
                    f"{track.score:.3f},-1,-1,-1\n"
                )


def write_mot(boxes: BoxHistory, path: Path, class_name: str | None = "person") -> None:
    """Written whole or not at all. Raises OutputFailed."""
    with write_whole(path) as stream:
        stream.writelines(mot_lines(boxes, class_name))
