"""Recognized lines that belong together, and those that do not."""

from __future__ import annotations

from page_samples import line, page

from open_autoglm.documents.layout.lay_out import lay_out
from open_autoglm.documents.model import ReadBy


def laid_out(*texts: str) -> list[str]:
    """Recognized lines below each other, as regions."""
    lines = [line(text, 50, 80 + 16 * row, read_by=ReadBy.OCR) for row, text in enumerate(texts)]
    return [region.text for region in lay_out(page(*lines), [], [])]


def test_recognized_notes_stay_one_statement_a_line() -> None:
    notes = (
        "Field notes of the day",
        "Gate 2 opens slowly",
        "08:40 level 3.42 m, quiet",
        "Floating wood removed below the bridge",
        "Please send an offer",
        "Checked by Okafor",
    )
    assert laid_out(*notes) == list(notes)


def test_recognized_prose_is_joined_and_ends_where_a_line_ends_early() -> None:
    prose = (
        "The water rose all night and in the morning it",
        "stood at the second mark of the gauge while the",
        "bridge was still open to all those who lived on",
        "this side.",
        "Nobody came to harm because the warning was out",
        "five hours before the crest reached the village",
    )
    found = laid_out(*prose)
    assert found == [" ".join(prose[:4]), " ".join(prose[4:])]


def test_entries_of_a_log_are_told_apart_although_their_lines_are_as_long() -> None:
    log = (
        "08:40 read the upper gauge, 3.42 m, quiet",
        "09:15 measured the discharge three times",
        "10:05 the battery of the radar is low now",
        "Please send an offer before the 5 December",
        "11:20 changed the battery and tested again",
        "12:00 took driftwood away below the bridge",
    )
    assert laid_out(*log) == list(log)
