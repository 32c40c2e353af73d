"""``supervision`` and ``trackers`` with the same detector file, as their documentation strings them together.

Every frame is decoded by OpenCV, DETECTIONS a second are detected on all cores, followed by ByteTrack and
counted in a zone. Prints JSON: python … RECORDING DETECTOR DETECTIONS.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

import cv2
import numpy as np

SIZE = 416
MEAN = np.array([103.53, 116.28, 123.675], np.float32)
DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)


def main() -> None:
    try:
        import onnxruntime
        import supervision
        from trackers import ByteTrackTracker
    except ImportError as error:
        print(json.dumps({"missing": error.name}))
        return
    recording, detector, rate = sys.argv[1], sys.argv[2], float(sys.argv[3])
    began = time.perf_counter()
    network = onnxruntime.InferenceSession(detector, providers=["CPUExecutionProvider"])
    facts = supervision.VideoInfo.from_video_path(recording)
    stride = max(1, round(facts.fps / rate))
    tracker = ByteTrackTracker(frame_rate=facts.fps / stride)
    whole = np.array([[0, 0], [facts.width, 0], [facts.width, facts.height], [0, facts.height]])
    zone = supervision.PolygonZone(polygon=whole)
    seen = looked = 0
    for picture in supervision.get_video_frames_generator(recording, stride=stride):
        found = tracker.update(_detect(network, picture, supervision))
        seen += int(zone.trigger(found).sum())
        looked += 1
    wall_s = time.perf_counter() - began
    frames = looked * stride
    times = os.times()
    answer = {
        "factor": frames / facts.fps / wall_s,
        "frames_a_second": frames / wall_s,
        "detect_fps": facts.fps / stride,
        "cpu_s": times.user + times.system,
        "recording_s": frames / facts.fps,
        "both_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "notes": [f"version {supervision.__version__}, {seen / max(1, looked):.1f} objects in the zone"],
    }
    print(json.dumps(answer))


def _detect(network: Any, picture: Any, supervision: Any) -> Any:
    height, width = picture.shape[:2]
    scale = SIZE / max(height, width)
    filled = round(width * scale), round(height * scale)
    canvas = np.full((SIZE, SIZE, 3), 114, np.uint8)
    canvas[: filled[1], : filled[0]] = cv2.resize(picture, filled)
    pixels = ((canvas.astype(np.float32) - MEAN) / DEVIATION).transpose(2, 0, 1)[None]
    outputs = network.run(None, {network.get_inputs()[0].name: np.ascontiguousarray(pixels)})
    boxes, scores, classes = [], [], []
    for sure in (one[0] for one in outputs if one.shape[2] == 80):
        raw = next(one[0] for one in outputs if one.shape[2] != 80 and one.shape[1] == len(sure))
        across = round(len(sure) ** 0.5)
        step = SIZE / across
        cells, kinds = np.nonzero(sure >= 0.25)
        spread = raw[cells].reshape(len(cells), 4, raw.shape[1] // 4)
        spread = np.exp(spread - spread.max(axis=2, keepdims=True))
        reach = (spread / spread.sum(axis=2, keepdims=True)) @ np.arange(spread.shape[2]) * step
        centers = np.stack([cells % across + 0.5, cells // across + 0.5], axis=1) * step
        boxes.append(np.concatenate([centers - reach[:, :2], centers + reach[:, 2:]], axis=1) / scale)
        scores.append(sure[cells, kinds])
        classes.append(kinds)
    found = supervision.Detections(
        xyxy=np.concatenate(boxes).astype(np.float32),
        confidence=np.concatenate(scores),
        class_id=np.concatenate(classes),
    )
    return found.with_nms(threshold=0.55)


if __name__ == "__main__":
    main()
