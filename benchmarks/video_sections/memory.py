"""Memory over a recording of two hours: it must not grow with what was seen."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from document_sections.reader_process import answers, number
from document_sections.section import Options, Section
from video_sections.installed_detector import weights
from video_sections.long_recording import write_minute, write_repeated

MINUTES = 120
SIZE = (320, 180)
DETECT_FPS = 1
TIME_LIMIT = 3600


def measure(options: Options) -> Section:
    """Small pictures, because what could grow is what is kept of each: it does not depend on their size."""
    minutes = 20 if options.quick else MINUTES
    columns = ("minutes analysed", "program, resident MB", "worker, resident MB")
    section = Section(f"Memory over {minutes} minutes of {SIZE[0]}x{SIZE[1]}", columns)
    with tempfile.TemporaryDirectory() as folder:
        minute, whole = Path(folder) / "minute.mp4", Path(folder) / "whole.mp4"
        write_minute(minute, SIZE)
        write_repeated(minute, whole, minutes)
        script = str(Path(__file__).with_name("watch_process.py"))
        arguments = [whole, "--detector", weights(), "--detect-fps", DETECT_FPS, "--say-every", minutes * 6]
        found = answers(sys.executable, script, arguments, TIME_LIMIT)
    if isinstance(found, str):
        section.notes.append(f"Not measured: {found}.")
        return section
    *looks, end = found
    for look in looks:
        position = f"{number(look, 'position_s') / 60:.0f}"
        section.rows.append(
            [position, f"{number(look, 'program_mb'):.0f}", f"{number(look, 'worker_mb'):.0f}"]
        )
    section.notes.append(
        f"Peak of both together: {number(end, 'both_mb'):.0f} MB, "
        f"at {number(end, 'factor'):.0f} times real time, {DETECT_FPS} detection a second; "
        f"{number(end, 'tracks'):.0f} tracks and {number(end, 'events'):.0f} events were kept."
    )
    return section
