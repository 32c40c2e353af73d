"""What Markdown and HTML both say of a result, line by line."""

from __future__ import annotations

from open_autoglm.tasks.video_output.labels import VideoLabels
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import Event, clock

SHOWN_IDS = 8
"""Of the events that a sentence is about; a long recording has hundreds."""


def facts_line(result: AnalysedVideo, labels: VideoLabels) -> str:
    video = result.video
    length = clock(video.duration_s or result.analysed_seconds)
    return labels.facts.format(width=video.width, height=video.height, codec=video.codec, length=length)


def counts_line(result: AnalysedVideo, labels: VideoLabels) -> str:
    """``19 person, 2 car``, the most frequent first."""
    ordered = sorted(result.counts.items(), key=lambda item: (-item[1], item[0]))
    separator = "，" if labels.language.startswith("zh") else ", "
    return (
        separator.join(f"{count} {labels.class_name(name)}" for name, count in ordered) or labels.counts_none
    )


def end_of(event: Event, labels: VideoLabels) -> str:
    return event.end if event.end is not None else labels.going_on


def details(event: Event, labels: VideoLabels) -> tuple[str, ...]:
    """Note, class, duration, tracks, owner and confidence, whatever there is."""
    lines = [labels.note_of(event), labels.class_name(event.class_name)]
    if event.end_seconds is not None and event.end_seconds > event.start_seconds:
        lines.append(labels.lasts.format(f"{event.end_seconds - event.start_seconds:.1f}"))
    if event.track_ids:
        shown = ", ".join(map(str, event.track_ids[:12])) + (" …" if len(event.track_ids) > 12 else "")
        lines.append((labels.tracks if len(event.track_ids) > 1 else labels.track).format(shown))
    if event.owner_track_id is not None:
        lines.append(labels.owner.format(event.owner_track_id))
    lines.append(labels.confidence.format(event.confidence))
    return tuple(line for line in lines if line)


def number_lines(event: Event, labels: VideoLabels) -> tuple[tuple[str, str], ...]:
    """Each number that decided, with its name in the reader's language."""
    return tuple(
        (labels.numbers.get(name, name.replace("_", " ")), f"{value:g}")
        for name, value in event.numbers.items()
    )


def problem_lines(result: AnalysedVideo, labels: VideoLabels) -> tuple[str, ...]:
    gaps = (labels.gap.format(clock(gap.start_s), clock(gap.end_s), gap.reason) for gap in result.gaps)
    return (*result.errors, *gaps)


def run_lines(result: AnalysedVideo, labels: VideoLabels) -> tuple[str, ...]:
    """How the result came to be."""
    performance = result.performance
    lines = [
        labels.analysed.format(clock(result.analysed_seconds)),
        labels.speed.format(factor=performance.real_time_factor, fps=performance.detect_fps),
        labels.detector.format(result.detector.description),
    ]
    if result.model is not None:
        lines.append(labels.written_by.format(result.model.description))
    return tuple(lines)
