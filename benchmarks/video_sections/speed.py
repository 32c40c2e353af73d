"""Speed and memory on 15 minutes of 720p H.264, everything on, beside peers on the same file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from document_sections.reader_process import Answer, answers, number
from document_sections.section import Options, Section
from video_sections.installed_detector import weights
from video_sections.long_recording import write_minute, write_repeated

MINUTES = 15
PEER_MINUTES = 2
"""Peers are slower, and what they hold in memory does not grow."""
TIME_LIMIT = 1800
HERE = Path(__file__).parent
COLUMNS = (
    "reader",
    "minutes",
    "times real time",
    "decoded frames/s",
    "detections/s",
    "CPU s/minute",
    "program MB",
    "worker MB",
    "both MB",
)


def measure(options: Options) -> Section:
    minutes = 3 if options.quick else MINUTES
    section = Section(f"{minutes} minutes of 1280x720, H.264, 25 frames/s, 3 Mbit/s", COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        minute, whole, part = (Path(folder) / name for name in ("minute.mp4", "whole.mp4", "part.mp4"))
        write_minute(minute)
        write_repeated(minute, whole, minutes)
        write_repeated(minute, part, PEER_MINUTES)
        ours = ["--detector", weights()]
        _add(section, "open-autoglm", sys.executable, "watch_process.py", whole, *ours)
        rate = section.rows[-1][4] if section.rows else "5"
        every = "open-autoglm, every frame decoded"
        _add(section, every, sys.executable, "watch_process.py", whole, *ours, "--every-frame")
        peer = str(options.peer_python)
        _add(section, "supervision + trackers", peer, "supervision_peer.py", part, weights(), rate)
        _add(section, "OpenCV MOG2, every frame", sys.executable, "background_peer.py", part)
    section.notes.append(
        "open-autoglm: detector, tracker, still objects, camera and the default rules; events and tracks are "
        "made, files of results aren't. supervision: the same detector, ByteTrack, one zone. MOG2: a mask of "
        "what moves, nothing more."
    )
    return section


def _add(section: Section, reader: str, python: str, script: str, *arguments: object) -> None:
    found = answers(python, str(HERE / script), arguments, TIME_LIMIT)
    if isinstance(found, str):
        section.notes.append(f"{reader}: {found}.")
        return
    answer = found[-1]
    recording_s = number(answer, "recording_s")
    section.rows.append(
        [
            reader,
            f"{recording_s / 60:.0f}",
            f"{number(answer, 'factor'):.2f}",
            f"{number(answer, 'frames_a_second'):.0f}",
            _cell(answer, "detect_fps"),
            f"{60 * number(answer, 'cpu_s') / recording_s:.1f}",
            _cell(answer, "program_mb"),
            _cell(answer, "worker_mb"),
            _cell(answer, "both_mb"),
        ]
    )
    notes = answer.get("notes")
    section.notes += [f"{reader}: {note}" for note in (notes if isinstance(notes, list) else [])]


def _cell(answer: Answer, key: str) -> str:
    return f"{number(answer, key):.0f}" if key in answer else "-"
