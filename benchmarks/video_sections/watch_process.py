"""Analyses one recording as a program of its own and prints what it cost, as JSON lines.

python watch_process.py RECORDING [--detector FILE] [--detect-fps N] [--every-frame] [--say-every SECONDS]
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from open_autoglm.video.analysis import AnalysisPlan, AnalysisProgress, DetectorChoice
from open_autoglm.video.analyzer import analyze
from open_autoglm.video.rules import make_rules
from open_autoglm.video.zones import default_zones

POLL_S = 0.1


class Memory:
    """Resident megabytes of this process and of its worker, at their peak."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self.program_mb = self.worker_mb = self.both_mb = 0.0
        threading.Thread(target=self._poll, daemon=True).start()

    def now(self) -> tuple[float, float]:
        """Of the program and of the worker."""
        worker = 0.0
        for child in self._own.children(recursive=True):
            with suppress(psutil.Error):
                worker += child.memory_info().rss / 1e6
        return self._own.memory_info().rss / 1e6, worker

    def _poll(self) -> None:
        while True:
            program, worker = self.now()
            self.program_mb = max(self.program_mb, program)
            self.worker_mb = max(self.worker_mb, worker)
            self.both_mb = max(self.both_mb, program + worker)
            time.sleep(POLL_S)


def main() -> None:
    arguments = _arguments()
    zones, memory = default_zones(), Memory()
    said_s = 0.0

    def tell(progress: AnalysisProgress) -> None:
        nonlocal said_s
        if arguments.say_every and progress.position_s >= said_s + arguments.say_every:
            said_s += arguments.say_every
            program, worker = memory.now()
            _say(position_s=progress.position_s, program_mb=program, worker_mb=worker)

    plan = AnalysisPlan(
        detector=None
        if arguments.detector is None
        else DetectorChoice(arguments.detector.stem, arguments.detector),
        rules=lambda facts: make_rules(zones, facts.width, facts.height),
        detect_fps=arguments.detect_fps,
        every_frame=arguments.every_frame,
    )
    began = time.perf_counter()
    analysis = analyze(str(arguments.recording), plan, on_progress=tell)
    wall_s = time.perf_counter() - began
    times = psutil.Process().cpu_times()
    _say(
        # Of the whole call: starting the worker and measuring the detector are in it.
        factor=analysis.analysed_seconds / wall_s,
        frames_a_second=analysis.cost.frames_decoded / wall_s,
        detect_fps=analysis.cost.detect_fps,
        cpu_s=sum(times[:4]),
        recording_s=analysis.analysed_seconds,
        program_mb=memory.program_mb,
        worker_mb=memory.worker_mb,
        both_mb=memory.both_mb,
        events=len(analysis.events),
        tracks=len(analysis.tracks),
        notes=analysis.notes,
    )


def _say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recording", type=Path)
    parser.add_argument("--detector", type=Path)
    parser.add_argument("--detect-fps", type=float, help="detections a second; default: what keeps up")
    parser.add_argument("--every-frame", action="store_true")
    parser.add_argument(
        "--say-every", type=float, help="seconds of the recording between two looks at memory"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
