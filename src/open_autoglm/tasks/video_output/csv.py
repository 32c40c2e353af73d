"""One line for each event, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from open_autoglm.tasks.video_result import AnalysedVideo

COLUMNS = (
    "id",
    "type",
    "zone",
    "start",
    "end",
    "start_seconds",
    "decided_seconds",
    "peak_seconds",
    "end_seconds",
    "class",
    "tracks",
    "owner_track",
    "confidence",
    "note",
    "numbers",
)


def to_csv(result: AnalysedVideo) -> Iterator[str]:
    """A header, then the events in the order of the result. Times without an end stay empty."""
    yield _line(COLUMNS)
    for event in result.events:
        yield _line(
            (
                event.id,
                event.type,
                _plain(event.zone),
                event.start,
                event.end or "",
                f"{event.start_seconds:.2f}",
                f"{event.decided_seconds:.2f}",
                f"{event.peak_seconds:.2f}",
                "" if event.end_seconds is None else f"{event.end_seconds:.2f}",
                event.class_name or "",
                " ".join(map(str, event.track_ids)),
                "" if event.owner_track_id is None else str(event.owner_track_id),
                f"{event.confidence:.3f}",
                _plain(event.note),
                " ".join(f"{name}={value:g}" for name, value in event.numbers.items()),
            )
        )


def _line(values: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue()


def _plain(text: str | None) -> str:
    """A spreadsheet takes a cell that begins like a formula for one; an apostrophe keeps it text."""
    text = text or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
