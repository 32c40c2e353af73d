"""One HTML file that opens offline: the timeline to scrub, the events with their pictures.

It stands alone and fetches nothing; a Content-Security-Policy holds it to that, and lets one script run,
named by its digest. Without the script everything can still be read: bars lead to their events.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from urllib.parse import quote

from open_autoglm.tasks.video_output.labels import VideoLabels
from open_autoglm.tasks.video_output.pictures import VideoPictures
from open_autoglm.tasks.video_output.timeline import (
    MAX_CURVE_POINTS,
    MAX_CURVES,
    curve_points,
    duration_of,
    timeline,
)
from open_autoglm.tasks.video_output.words import (
    SHOWN_IDS,
    counts_line,
    details,
    end_of,
    facts_line,
    number_lines,
    problem_lines,
    run_lines,
)
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import Event

MAX_PATH_POINTS = 600
"""Of one track in the report; a longer one loses the points between."""


def to_html(result: AnalysedVideo, pictures: VideoPictures, labels: VideoLabels) -> Iterator[str]:
    """Pieces of the file, in order."""
    style, script = (
        files("open_autoglm.tasks.video_output").joinpath(name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js")
    )
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode("ascii")
    policy = (
        "default-src 'none'; img-src data:; media-src blob:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    name = escape(result.video.name)
    yield (
        f'<!doctype html>\n<html lang="{labels.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header><h1>{name}</h1>\n<p class="quiet">{escape(facts_line(result, labels))} · '
        f"{labels.counts}: {escape(counts_line(result, labels))}</p>\n</header>\n"
        f'<main style="--ratio:{result.video.width}/{result.video.height}">\n'
    )
    yield from _problems(result, labels)
    rows = len({event.type for event in result.events}) + 1.6 * min(MAX_CURVES, len(result.curves)) + 1
    yield f'<div class="sides">\n<div class="watch" style="--rows:{rows}">\n'
    yield from _stage(result, pictures, labels)
    yield from timeline(result, labels)
    yield f'<p class="quiet help">{labels.timeline_help}</p>\n</div>\n<div>\n'
    yield from _report(result, labels)
    yield from _events(result, pictures, labels)
    yield '</div>\n</div>\n<div class="pair">\n'
    yield from _zones(result, labels)
    yield from _heat_map(pictures, labels)
    yield from _notes(result, labels)
    yield "</div>\n</main>\n"
    yield '<div id="film" hidden>\n'
    yield from (f'<img alt="" src="{_data(shown.jpeg)}">\n' for shown in pictures.film)
    data = _script_data(result, pictures, labels)
    yield f'</div>\n<script type="application/json" id="data">{data}</script>\n'
    yield f"<script>\n{script}</script>\n</body>\n</html>\n"


def _problems(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    if lines := problem_lines(result, labels):
        items = "".join(f"<li>{escape(line)}</li>\n" for line in lines)
        yield f'<section class="problems"><h2>{labels.problems}</h2>\n<ul>\n{items}</ul></section>\n'


def _stage(result: AnalysedVideo, pictures: VideoPictures, labels: VideoLabels) -> Iterator[str]:
    width, height = result.video.width, result.video.height
    yield f'<div class="stage" style="aspect-ratio:{width}/{height}">\n'
    if pictures.overview is not None:
        yield f'<img id="picture" alt="" src="{_data(pictures.overview)}">\n'
    yield '<video id="video" controls hidden></video>\n'
    yield f'<svg id="overlay" viewBox="0 0 {width} {height}" font-size="{width / 42:.0f}">\n'
    for zone in result.zones:
        points = [(x * width, y * height) for x, y in zone.polygon]
        yield f'<polygon points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in points)}"/>\n'
        if zone.line:
            ends = " ".join(f"{x * width:.0f},{y * height:.0f}" for x, y in zone.line)
            yield f'<polyline class="tripwire" points="{ends}"/>\n'
        x, y = min(x for x, _y in points), min(y for _x, y in points)
        yield f'<text x="{x + width / 120:.0f}" y="{y + width / 36:.0f}">{escape(zone.id)}</text>\n'
    yield "</svg>\n</div>\n"
    yield (
        '<div class="bar"><span id="now">00:00:00</span><span id="chosen" class="quiet"></span>'
        f'<label class="file">{labels.open_recording}'
        '<input id="file" type="file" accept="video/*"></label></div>\n'
        f'<p id="cannot" class="problems" hidden>{labels.cannot_play}</p>\n'
    )


def _report(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    if result.report is not None:
        yield f'<section class="report"><h2>{labels.report}</h2>\n<ul>\n'
        for sentence in result.report.sentences:
            yield f"<li>{escape(sentence.text)}{_links(sentence.events, labels)}</li>\n"
        yield f'</ul>\n<p class="quiet">{escape(result.report.rests_on)}</p></section>\n'
    if result.answers:
        yield f'<section class="report"><h2>{labels.questions}</h2>\n'
        for answer in result.answers:
            told = f"{escape(answer.answer)}{_links(answer.events, labels)}"
            yield f'<div class="answer"><b>{escape(answer.question)}</b><br>{told}</div>\n'
        yield "</section>\n"


def _links(events: tuple[str, ...], labels: VideoLabels) -> str:
    """To the first events; to the others where it is opened."""
    links = [
        f' <a href="#{escape(event)}" data-goto="{escape(event)}">{escape(event)}</a>' for event in events
    ]
    first, others = "".join(links[:SHOWN_IDS]), "".join(links[SHOWN_IDS:])
    if not others:
        return first
    more = labels.more.format(len(links) - SHOWN_IDS)
    return f"{first} <details><summary>{more}</summary>{others}</details>"


def _events(result: AnalysedVideo, pictures: VideoPictures, labels: VideoLabels) -> Iterator[str]:
    yield f"<section><h2>{labels.events} ({len(result.events)})</h2>\n"
    if not result.events:
        yield f"<p>{labels.no_events}</p>\n"
    kinds = {event.type: labels.type_of(event) for event in result.events}
    if len(kinds) > 1:
        yield f'<div class="choices"><button type="button" aria-pressed="true">{labels.all_types}</button>\n'
        for kind, name in kinds.items():
            count = sum(event.type == kind for event in result.events)
            yield f'<button type="button" aria-pressed="false" data-type="{kind}">{name} {count}</button>\n'
        yield "</div>\n"
    for event in result.events:
        yield from _event(event, result, pictures, labels)
    yield "</section>\n"


def _event(
    event: Event, result: AnalysedVideo, pictures: VideoPictures, labels: VideoLabels
) -> Iterator[str]:
    key = escape(event.id)
    yield (
        f'<article class="event" id="{key}" data-type="{event.type}" style="--colour:var(--{event.type})">\n'
        f'<h3><a href="#{key}">{labels.type_of(event)}</a>'
        f"<time>{event.start} – {end_of(event, labels)}</time>"
        f"<code>{key}</code></h3>\n"
        f'<p class="quiet">{escape(" · ".join((labels.zone_of(event), *details(event, labels))))}</p>\n'
    )
    for note in result.picture_notes:
        if note.event == event.id:
            yield f"<p>{labels.agrees[note.agrees]}: {escape(note.description)}</p>\n"
    if event.id in pictures.snapshots:
        title = escape(f"{labels.type_of(event)} {event.peak}")
        yield f'<img alt="{title}" loading="lazy" src="{_data(pictures.snapshots[event.id])}">\n'
    if numbers := number_lines(event, labels):
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in numbers)
        yield f"<dl>{rows}</dl>\n"
    if event.id in pictures.clips:
        yield f'<p><a class="clip" href="{quote(pictures.clips[event.id])}">{labels.clip} ↗</a></p>\n'
    yield "</article>\n"


def _zones(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    if result.zones:
        yield f'<section class="zones"><h2>{labels.zones}</h2>\n<ul>\n'
        for zone in result.zones:
            rules = ", ".join(labels.types.get(rule, rule) for rule in zone.rules)
            yield f"<li><b>{escape(zone.id)}</b> {escape(rules)}</li>\n"
        yield "</ul></section>\n"


def _heat_map(pictures: VideoPictures, labels: VideoLabels) -> Iterator[str]:
    if pictures.heat_map is not None:
        image = f'<img class="heat" alt="" src="{_data(pictures.heat_map)}">'
        yield f"<section><h2>{labels.heat_map}</h2>\n{image}</section>\n"


def _notes(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    items = "".join(f"<li>{escape(line)}</li>\n" for line in (*result.notes, *run_lines(result, labels)))
    yield f'<section class="quiet"><h2>{labels.notes}</h2>\n<ul>\n{items}</ul></section>\n'


def _script_data(result: AnalysedVideo, pictures: VideoPictures, labels: VideoLabels) -> str:
    """What the script needs, so written that no text in it can end the element."""
    wanted = {track for event in result.events for track in event.track_ids}
    curves = [curve_points(curve) for curve in result.curves]
    duration = duration_of(result)
    data = {
        "duration": duration,
        "width": result.video.width,
        "height": result.video.height,
        "film_times": [round(shown.time_s, 2) for shown in pictures.film],
        "curves": [{"zone": zone, "seconds": times, "people": people} for zone, times, people in curves],
        "curve_step": max(2.0, 2 * duration / MAX_CURVE_POINTS),
        "paths": {
            track.id: track.path[:: 1 + len(track.path) // MAX_PATH_POINTS]
            for track in result.tracks
            if track.id in wanted
        },
        "events": {
            event.id: {
                "peak": event.peak_seconds,
                "tracks": event.track_ids,
                "title": f"{labels.type_of(event)} · {labels.zone_of(event)}",
            }
            for event in sorted(result.events, key=lambda event: event.peak_seconds)
        },
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _data(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
