"""OpenCV's background subtraction over every frame, nothing else. Prints JSON: python … RECORDING."""

from __future__ import annotations

import json
import sys
import time

import cv2
import psutil


def main() -> None:
    began = time.perf_counter()
    video = cv2.VideoCapture(sys.argv[1])
    rate = video.get(cv2.CAP_PROP_FPS)
    subtractor = cv2.createBackgroundSubtractorMOG2()
    frames, peak = 0, 0
    while True:
        read, picture = video.read()
        if not read:
            break
        subtractor.apply(picture)
        frames += 1
        if frames % 50 == 0:
            peak = max(peak, psutil.Process().memory_info().rss)
    wall_s = time.perf_counter() - began
    cpu_s = sum(psutil.Process().cpu_times()[:2])
    answer = {
        "factor": frames / rate / wall_s,
        "frames_a_second": frames / wall_s,
        "cpu_s": cpu_s,
        "recording_s": frames / rate,
        "both_mb": peak / 1e6,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
