"""The timeline of the HTML report: a lane for each kind of event, the count curves, and a scale of time."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from open_autoglm.tasks.video_output.labels import VideoLabels
from open_autoglm.tasks.video_result import AnalysedVideo, CountCurve
from open_autoglm.video.events.event import Event, clock

MAX_CURVES = 4
MAX_CURVE_POINTS = 1500
"""More than a screen has pixels; a longer curve keeps the largest value of each step."""

STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MAX_MARKS = 7


def duration_of(result: AnalysedVideo) -> float:
    """Seconds that the timeline spans; never zero."""
    last = max((event.end_seconds or event.start_seconds for event in result.events), default=0.0)
    return max(result.analysed_seconds, last, 0.1)


def timeline(result: AnalysedVideo, labels: VideoLabels) -> Iterator[str]:
    """Pieces of its HTML, in order."""
    duration = duration_of(result)
    yield (
        f'<div id="timeline" role="slider" tabindex="0" aria-label="{labels.timeline}" aria-valuemin="0" '
        f'aria-valuemax="{duration:.1f}" aria-valuenow="0">\n'
    )
    for kind in dict.fromkeys(event.type for event in result.events):
        events = [event for event in result.events if event.type == kind]
        yield f'<div class="lane" style="--colour:var(--{kind})"><span>{labels.types[kind]}</span>\n'
        yield from (_bar(event, duration, labels) for event in events)
        yield "</div>\n"
    for curve in result.curves[:MAX_CURVES]:
        yield _curve(curve, duration, labels)
    yield from _axis(duration)
    yield '<div id="playhead"></div>\n</div>\n'


def curve_points(curve: CountCurve) -> tuple[str, list[float], list[float]]:
    """Zone, times and people, of at most MAX_CURVE_POINTS points."""
    step = 1 + len(curve.seconds) // MAX_CURVE_POINTS
    starts = range(0, len(curve.seconds), step)
    return (
        curve.zone,
        [curve.seconds[at] for at in starts],
        [max(curve.people[at : at + step]) for at in starts],
    )


def _bar(event: Event, duration: float, labels: VideoLabels) -> str:
    end = event.end_seconds if event.end_seconds is not None else duration
    left, width = 100 * event.start_seconds / duration, 100 * (end - event.start_seconds) / duration
    title = escape(f"{labels.type_of(event)} · {labels.zone_of(event)} · {event.start}")
    key = escape(event.id)
    return (
        f'<a href="#{key}" data-event="{key}" title="{title}" tabindex="-1" draggable="false" '
        f'style="left:min({left:.3f}%,calc(100% - 5px));width:{width:.3f}%"></a>\n'
    )


def _curve(curve: CountCurve, duration: float, labels: VideoLabels) -> str:
    zone, times, people = curve_points(curve)
    most = max(people, default=0.0)
    if not times:
        return ""
    steps = [f"M{1000 * times[0] / duration:.1f},100"]
    gap = max(2.0, 3 * duration / MAX_CURVE_POINTS)
    before = times[0]
    for time_s, count in zip(times, people, strict=True):
        if time_s - before > gap:
            # Nobody counted here: the line goes down, not straight across.
            steps.append(f"L{1000 * before / duration:.1f},100L{1000 * time_s / duration:.1f},100")
        steps.append(f"L{1000 * time_s / duration:.1f},{100 - 95 * count / (most or 1):.1f}")
        before = time_s
    steps.append(f"L{1000 * before / duration:.1f},100Z")
    return (
        f'<div class="lane curve"><span>{labels.people_curve} {escape(zone)}</span>'
        f'<span class="most">≤ {most:g}</span>'
        f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none"><path d="{"".join(steps)}"/></svg></div>\n'
    )


def _axis(duration: float) -> Iterator[str]:
    step = next((step for step in STEPS_S if duration / step <= MAX_MARKS), STEPS_S[-1])
    yield '<div class="axis">'
    for number in range(int(duration / step) + 1):
        left = 100 * number * step / duration
        if left <= 92:
            yield f'<span style="left:{left:.3f}%">{clock(number * step)}</span>'
    yield "</div>\n"
