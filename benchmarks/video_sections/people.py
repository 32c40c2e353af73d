"""People of a labelled clip: average precision, count error, and how well identities hold."""

from __future__ import annotations

import importlib.util
import time
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import av
import numpy as np

from document_sections.section import Options
from open_autoglm.evaluation.detection_score import ScoredBox, count_error, score_detections
from open_autoglm.evaluation.tracking_score import Identified, TrackingScore, score_tracks
from open_autoglm.video.box_history import BRIDGED_S
from open_autoglm.video.detect.nanodet import MIN_SCORE
from open_autoglm.video.detect.open_detector import open_detector
from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import Detection, Observation
from open_autoglm.video.track.byte_tracker import SURE, ByteTracker
from video_sections.installed_detector import weights

DATA = Path(__file__).parents[3] / "shared" / "data" / "video"
FRAMES = 400
CLIP_FPS = 10
LEAST_SCORE = 0.05
"""For the precision curve; the program itself keeps no box that is as unsure."""

Truth = list[dict[int, Box]]


def measure(_options: Options) -> str:
    """The section's text."""
    truth = _truth()
    # What the program keeps is what a detector with a higher bound gives: boxes die only by surer ones.
    detections, cpu_ms = _detections("onnxruntime")
    boxes = [[ScoredBox(one.box, one.score) for one in frame] for frame in detections]
    score = score_detections(boxes, [list(people.values()) for people in truth])
    counts = [len(people) for people in truth]
    lines = [
        f"People of vtest.avi, frames 1 to {FRAMES}, {sum(counts)} boxes of {len(_ids(truth))} people:",
        f"  average precision at overlap .5   {score.average_precision:.3f}",
        f"  best F1                           {score.best_f1:.3f} from score {score.best_threshold:.2f}",
        f"  count error of a frame            {count_error(boxes, counts, SURE):.3f} from score {SURE}",
        f"  one detection                     {cpu_ms:.0f} ms of one core, 768x576",
        *_openvino(truth),
        "  detections a second   IDF1, mean and range   with gaps bridged   switches",
    ]
    for fps in (10, 5, 2):
        step = CLIP_FPS // fps
        # Which frame comes first is chance: all of them are tried.
        runs = [_followed(detections[first:], truth[first:], step) for first in range(step)]
        seen = [run[0].idf1 for run in runs]
        bridged = fmean(run[1].idf1 for run in runs)
        switches = fmean(run[0].switches for run in runs)
        lines.append(
            f"  {fps:19}   {fmean(seen):.3f} ({min(seen):.3f} to {max(seen):.3f})"
            f"  {bridged:17.3f}  {switches:9.1f}"
        )
    return "\n".join(lines)


def _truth() -> Truth:
    truth: Truth = [{} for _ in range(FRAMES)]
    labels = DATA / "vtest.people.frames-1-400.mot.txt"
    for line in labels.read_text(encoding="utf-8").splitlines():
        frame, person, *box = line.split(",")[:6]
        truth[int(frame) - 1][int(person)] = Box(*map(float, box))
    return truth


def _ids(truth: Truth) -> set[int]:
    return {person for people in truth for person in people}


def _openvino(truth: Truth) -> list[str]:
    if importlib.util.find_spec("openvino") is None:
        return ["  with OpenVINO                     not installed"]
    detections, cpu_ms = _detections("openvino")
    boxes = [[ScoredBox(one.box, one.score) for one in frame] for frame in detections]
    score = score_detections(boxes, [list(people.values()) for people in truth])
    found = f"average precision {score.average_precision:.3f}, {cpu_ms:.0f} ms of one core"
    return [f"  with OpenVINO                     {found}"]


def _detections(backend: str) -> tuple[list[list[Detection]], float]:
    """The people of every frame, and milliseconds of processor time for each."""
    detector = open_detector(weights(), backend=backend, min_score=LEAST_SCORE)
    found: list[list[Detection]] = []
    spent = 0.0
    with av.open(str(DATA / "vtest.avi")) as clip:
        for frame in clip.decode(video=0):
            picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            begin = time.process_time()
            found.append([one for one in detector.detect(picture) if one.class_name == "person"])
            spent += time.process_time() - begin
            if len(found) == FRAMES:
                break
    return found, 1000 * spent / FRAMES


def _followed(
    detections: list[list[Detection]], truth: Truth, step: int
) -> tuple[TrackingScore, TrackingScore]:
    """The score of what is seen, and with short gaps bridged as the written tracks have them."""
    tracker = ByteTracker()
    found: list[dict[int, Box]] = []
    for number in range(0, len(detections), step):
        kept = tuple(one for one in detections[number] if one.score >= MIN_SCORE)
        told = tracker.update(Observation(time_s=number / CLIP_FPS, frame=number, detections=kept))
        found.append({one.track_id: one.box for one in told if one.seen})
    expected = truth[::step]
    return score_tracks(found, expected), score_tracks(_bridged(found, step / CLIP_FPS), expected)


def _bridged(found: list[dict[int, Box]], step_s: float) -> list[Identified]:
    filled = [dict(boxes) for boxes in found]
    for track in {track for boxes in found for track in boxes}:
        sightings = [number for number, boxes in enumerate(found) if track in boxes]
        for before, after in pairwise(sightings):
            if (after - before) * step_s > BRIDGED_S:
                continue
            for number in range(before + 1, after):
                part = (number - before) / (after - before)
                ends = zip(found[before][track], found[after][track], strict=True)
                filled[number][track] = Box(*(one + part * (two - one) for one, two in ends))
    return list(filled)
