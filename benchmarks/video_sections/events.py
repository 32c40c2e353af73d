"""Events of composed scenes and of the clean clip: precision, recall, delay, false events, cost."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from document_sections.section import Options
from video_scenes.scripts import scenes
from video_sections import scripted_people, whole_program
from video_sections.outcome import table

WAYS = {
    "The whole program, people from the detector": whole_program.look_at,
    "People from the script, 8 % missed": scripted_people.look_at,
}


def measure(_options: Options) -> str:
    """The half of the scenes that nothing was tuned on, both ways."""
    parts = []
    with ProcessPoolExecutor(2) as pool:
        for title, look_at in WAYS.items():
            parts.append(str(table(title, list(pool.map(look_at, scenes("report"))))))
    false = whole_program.clean_clip()
    parts.append(f"false events on the clean clip: {len(false)} {' '.join(false)}")
    return "\n\n".join(parts)
