"""The result as Markdown: the report, then the events as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.video_output.labels import VideoLabels
from open_autoglm.tasks.video_output.words import (
    SHOWN_IDS,
    counts_line,
    details,
    end_of,
    facts_line,
    problem_lines,
    run_lines,
)
from open_autoglm.tasks.video_result import AnalysedVideo

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def to_markdown(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    """Pieces of the text, in order."""
    yield f"# {_plain(result.video.name)}\n\n{facts_line(result, labels)}\n\n"
    if problems := problem_lines(result, labels):
        yield f"## {labels.problems}\n\n" + "".join(f"- {_plain(line)}\n" for line in problems) + "\n"
    yield from _report(result, labels)
    yield from _events(result, labels)
    yield f"## {labels.counts}\n\n{counts_line(result, labels)}\n\n"
    yield from _zones(result, labels)
    lines = (*result.notes, *run_lines(result, labels))
    yield f"## {labels.notes}\n\n" + "".join(f"- {_plain(line)}\n" for line in lines)


def _report(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    if result.report is not None:
        yield f"## {labels.report}\n\n"
        for sentence in result.report.sentences:
            yield f"- {_plain(sentence.text)}{_cited(sentence.events, labels)}\n"
        yield f"\n*{_plain(result.report.rests_on)}*\n\n"
    if result.answers:
        yield f"## {labels.questions}\n\n"
        for answer in result.answers:
            cited = _cited(answer.events, labels)
            yield f"**{_plain(answer.question)}**\n\n{_plain(answer.answer)}{cited}\n\n"


def _cited(events: tuple[str, ...], labels: VideoLabels) -> str:
    """The first events of a sentence; the table below has them all."""
    if not events:
        return ""
    more = f" {labels.more.format(len(events) - SHOWN_IDS)}" if len(events) > SHOWN_IDS else ""
    return f" `{', '.join(events[:SHOWN_IDS])}`{more}"


def _events(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    yield f"## {labels.events}\n\n"
    if not result.events:
        yield f"{labels.no_events}\n\n"
        return
    descriptions = {note.event: note for note in result.picture_notes}
    head = ("", *labels.event_columns)
    yield f"|{'|'.join(f' {name} ' for name in head)}|\n|{'---|' * len(head)}\n"
    for event in result.events:
        what = list(details(event, labels))
        if (note := descriptions.get(event.id)) is not None:
            what.append(f"{labels.agrees[note.agrees]}: {note.description}")
        cells = (event.id, labels.type_of(event), event.start, end_of(event, labels), labels.zone_of(event))
        line = (f"`{cells[0]}`", *map(_plain, cells[1:]), _plain("; ".join(what)))
        yield f"|{'|'.join(f' {cell} ' for cell in line)}|\n"
    yield "\n"


def _zones(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    peaks = {curve.zone: max(curve.people, default=0.0) for curve in result.curves}
    if not result.zones:
        return
    yield f"## {labels.zones}\n\n"
    for zone in result.zones:
        rules = ", ".join(labels.types.get(rule, rule) for rule in zone.rules)
        peak = f"; {labels.people_curve} ≤ {peaks[zone.id]:g}" if zone.id in peaks else ""
        yield f"- **{_plain(zone.id)}**: {rules}{peak}\n"
    yield "\n"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
