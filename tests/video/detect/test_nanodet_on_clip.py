"""The real weights on a real square: people are found, counted and followed."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from open_autoglm.evaluation.detection_score import ScoredBox, score_detections
from open_autoglm.video.detect.nanodet import NanoDet
from open_autoglm.video.detect.network import load_network
from open_autoglm.video.detect.open_detector import open_detector
from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import Observation
from open_autoglm.video.track.byte_tracker import ByteTracker

pytestmark = [pytest.mark.model, pytest.mark.shared_data]
EVERY = 5
"""Of 10 frames a second: 2 detections a second."""
FRAMES = 100


def test_people_of_the_square_are_found_and_followed(detector_path: Path, shared_data: Path) -> None:
    truth: list[list[Box]] = [[] for _ in range(FRAMES)]
    labels = shared_data / "video" / "vtest.people.frames-1-400.mot.txt"
    for line in labels.read_text(encoding="utf-8").splitlines():
        frame, _, *box = line.split(",")[:6]
        if int(frame) <= FRAMES:
            truth[int(frame) - 1].append(Box(*map(float, box)))
    detector, tracker = open_detector(detector_path), ByteTracker()
    found: list[list[ScoredBox]] = []
    followed: set[int] = set()
    with av.open(str(shared_data / "video" / "vtest.avi")) as clip:
        for number, picture in zip(range(FRAMES), clip.decode(video=0), strict=False):
            if number % EVERY:
                continue
            detections = detector.detect(np.asarray(picture.to_ndarray(format="bgr24"), np.uint8))
            found.append([ScoredBox(one.box, one.score) for one in detections if one.class_name == "person"])
            observation = Observation(time_s=number / 10, frame=number, detections=detections)
            told = tracker.update(observation)
            followed |= {one.track_id for one in told if one.class_name == "person"}
    score = score_detections(found, truth[::EVERY])
    assert score.average_precision > 0.85
    people = max(map(len, truth))
    assert people <= len(followed) <= 2 * people


def test_a_wide_picture_gives_the_same_without_the_grey_below_it(
    detector_path: Path, shared_data: Path
) -> None:
    square, wide = NanoDet(load_network(detector_path, "onnxruntime", 1)), open_detector(detector_path)
    compared = apart = 0
    with av.open(str(shared_data / "video" / "vtest.avi")) as clip:
        for number, picture in zip(range(FRAMES), clip.decode(video=0), strict=False):
            if number % 20:
                continue
            frame = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)[72:504]
            found = [one.box for one in wide.detect(frame)]
            for one in square.detect(frame):
                same = max(found, key=one.box.intersection)
                compared += 1
                apart += max(abs(a - b) for a, b in zip(same, one.box, strict=True)) > 2
    assert compared > 50
    assert apart <= compared // 20
