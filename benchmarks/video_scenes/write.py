"""Writes scenes as files: NAME.mp4 and NAME.truth.json, with NAME.zones.yaml beside them.

PYTHONPATH=benchmarks python -m video_scenes.write FOLDER [--half report] [--kind left]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av

from open_autoglm.files import write_whole_bytes
from video_scenes.cast import Cast, load_cast
from video_scenes.render import rendered
from video_scenes.scene import HEIGHT, WIDTH, Scene
from video_scenes.scripts import KINDS, scenes

FPS = 10


def write_scene(scene: Scene, cast: Cast, folder: Path) -> Path:
    """The path of the MP4 (H.264, 10 frames a second)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{scene.name}.mp4"
    people: list[dict[int, list[float]]] = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(FPS), options={"crf": "20", "preset": "veryfast"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in rendered(scene, cast, FPS):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.picture, format="bgr24")))
            people.append({key: [round(value, 1) for value in box] for key, box in frame.people.items()})
        container.mux(stream.encode(None))
    truth = {"events": [asdict(event) for event in scene.truth], "fps": FPS, "people": people}
    write_whole_bytes(folder / f"{scene.name}.truth.json", json.dumps(truth).encode())
    write_whole_bytes(folder / f"{scene.name}.zones.yaml", scene.zones.encode())
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--kind", choices=tuple(KINDS), help="only these; default: all")
    arguments = parser.parse_args()
    cast = load_cast()
    for scene in scenes(arguments.half):
        if arguments.kind in (None, scene.kind):
            print(write_scene(scene, cast, arguments.folder), flush=True)


if __name__ == "__main__":
    main()
