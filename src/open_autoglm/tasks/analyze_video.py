"""``video_analysis``: watch a recording, judge it by its zones, report what happened, answer questions.

A failure after watching keeps what is whole and lists the error. A recording that was stopped half-way has
a result as well: rules tell what was found up to there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.tasks.ask_recording import ask_recording
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.look_at_events import LOOKED_AT, look_at_events
from open_autoglm.tasks.recording_facts import event_statements
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.tasks.report_recording import report_recording
from open_autoglm.tasks.video_output.pictures import event_snapshots
from open_autoglm.tasks.video_output.shapes import count_curves, zone_shapes
from open_autoglm.tasks.video_result import (
    AnalysedVideo,
    Performance,
    PictureNote,
    RecordingAnswer,
    TrackSummary,
)
from open_autoglm.text_language import Language, language_of
from open_autoglm.video.analysis import Analysis, AnalysisPlan, AnalysisProgress
from open_autoglm.video.analyzer import analyze
from open_autoglm.video.box_history import BoxHistory
from open_autoglm.video.events.event import Event, Rule
from open_autoglm.video.observation import VideoFacts
from open_autoglm.video.people_count import PeopleCount, people_counts
from open_autoglm.video.rules import make_rules
from open_autoglm.video.scene import Scene
from open_autoglm.video.zones import ZoneFile, default_zones

Stage = Literal[
    "open",
    "measure",
    "analyse",
    "reconnect",
    "done",
    "model",
    "look",
    "report",
    "answers",
    "pictures",
    "clips",
    "annotate",
]
"""Watching, telling, and what is written beside the result."""


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """Where the work stands. While it is watched, ``analysis`` says how fast; then requests are counted."""

    stage: Stage
    analysis: AnalysisProgress | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """What is asked of one recording."""

    plan: AnalysisPlan
    """How it is watched; its rules are made of ``zones``."""
    detector: ModelUsed
    zones: ZoneFile = field(default_factory=default_zones)
    language: Literal["auto", "zh", "en"] = "auto"
    """Of the report; ``auto`` is that of the questions, else of the zones' names, else English."""
    questions: tuple[str, ...] = ()
    model: ModelUsed | None = None
    """Stands in the result when a model answered."""


@dataclass(frozen=True, slots=True)
class WatchedVideo:
    """The result, and what its pictures, clips and texts of boxes are made of."""

    result: AnalysedVideo
    boxes: BoxHistory
    stopped: bool


OpenModel = Callable[[], BlockingEngine]
"""Gives the open model; called once watching is done and there is something to say."""


def analyze_video(
    source: str | Path,
    frames: RecordingFrames,
    open_model: OpenModel | None,
    options: VideoOptions,
    *,
    on_progress: Callable[[VideoProgress], None] = lambda _: None,
    on_event: Callable[[Event], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> WatchedVideo:
    """The whole result for a file, a stream or a camera. ``frames`` show the same source.

    Without ``open_model`` rules write report and answers. Raises what ``video.analyzer.analyze`` raises
    where nothing can be analysed, and UsageError for zones that don't fit the picture. All other failures
    stand in ``errors``. Stopped while it is watched, it returns what was found; stopped later, as well.
    """
    watcher = _Watcher(options.zones, frames, on_event)

    def on_analysis(progress: AnalysisProgress) -> None:
        on_progress(VideoProgress(progress.stage, progress))

    plan = replace(options.plan, rules=watcher.rules, ring_folder=frames.ring_folder)
    analysis = analyze(
        source,
        plan,
        on_progress=on_analysis,
        on_event=watcher.event,
        on_scene=watcher.scene,
        cancelled=cancelled,
    )
    result = _result(analysis, watcher, options)
    teller = _Teller(frames, watcher.boxes, open_model, options, on_progress)
    result, told_all = teller.tell(result, silent=analysis.stopped)
    return WatchedVideo(result, watcher.boxes, stopped=analysis.stopped or not told_all)


class _Watcher:
    """Hears what the analysis says on its way, and keeps what the result needs of it."""

    def __init__(self, zones: ZoneFile, frames: RecordingFrames, on_event: Callable[[Event], None]) -> None:
        self._zones = zones
        self._frames = frames
        self._on_event = on_event
        self.boxes = BoxHistory()
        self.counts: tuple[PeopleCount, ...] = ()

    def rules(self, facts: VideoFacts) -> tuple[Rule, ...]:
        self.counts = people_counts(self._zones, facts.width, facts.height)
        return make_rules(self._zones, facts.width, facts.height, starts_at=facts.started_at)

    def event(self, event: Event) -> None:
        self._frames.keep(event.peak_seconds)
        self._on_event(event)

    def scene(self, scene: Scene) -> None:
        self.boxes.add(scene)
        for count in self.counts:
            count.add(scene)


def _result(analysis: Analysis, watcher: _Watcher, options: VideoOptions) -> AnalysedVideo:
    facts, cost = analysis.facts, analysis.cost
    notes = list(analysis.notes)
    if analysis.stopped:
        notes.append(
            f"It was stopped at {analysis.analysed_seconds:.1f} s; what comes after was not watched."
        )
    return AnalysedVideo(
        video=facts,
        analysed_seconds=analysis.analysed_seconds,
        detector=options.detector,
        zones=zone_shapes(options.zones, facts.width, facts.height),
        events=analysis.events,
        tracks=tuple(
            TrackSummary(
                id=track.id,
                class_name=track.class_name,
                first_seconds=track.first_seconds,
                last_seconds=track.last_seconds,
                mean_score=round(track.mean_score, 3),
                path=track.path,
            )
            for track in analysis.tracks
        ),
        counts=dict(Counter(track.class_name for track in analysis.tracks).most_common()),
        curves=count_curves(watcher.counts),
        gaps=analysis.gaps,
        performance=Performance(
            frames_decoded=cost.frames_decoded,
            frames_analysed=cost.frames_analysed,
            detections_run=cost.detections_run,
            wall_seconds=round(cost.wall_seconds, 2),
            real_time_factor=round(cost.real_time_factor, 2),
            detect_fps=cost.detect_fps,
            kept_seconds=cost.kept_seconds,
        ),
        notes=tuple(notes),
        errors=analysis.errors,
    )


@dataclass(slots=True)
class _Teller:
    """Puts what was watched into words: with the model where there is one, else by rule."""

    frames: RecordingFrames
    boxes: BoxHistory
    open_model: OpenModel | None
    options: VideoOptions
    on_progress: Callable[[VideoProgress], None]

    def tell(self, result: AnalysedVideo, *, silent: bool) -> tuple[AnalysedVideo, bool]:
        """The result with its report and answers, and whether nobody stopped it. ``silent``: rules only.

        What the model had said before it failed or was stopped is kept.
        """
        engine: BlockingEngine | None = None
        stopped = False
        if self.open_model is not None and not silent and (result.events or self.options.questions):
            try:
                self._report("model", 0, 0)
                engine = self.open_model()
            except Cancelled:
                stopped = True
            except OpenAutoGLMError as error:
                result = _failed(result, f"The language model could not be used: {error}")
        if engine is not None:
            result = result.model_copy(update={"model": self.options.model})
        for step in (self._look, self._report_all, self._answer):
            try:
                result = step(result, None if stopped else engine)
            except Cancelled:
                stopped = True
                result = step(result, None)
            except OpenAutoGLMError as error:
                result = step(_failed(result, f"The language model failed: {error}"), None)
        return result, not stopped

    @property
    def language(self) -> Language:
        chosen = self.options.language
        if chosen != "auto":
            return chosen
        zones = self.options.zones.zones
        named = " ".join(self.options.questions) or " ".join(zone.name or zone.id for zone in zones)
        return language_of(named)

    def _look(self, result: AnalysedVideo, engine: BlockingEngine | None) -> AnalysedVideo:
        if engine is None or not engine.capabilities.vision or not result.events:
            return result
        try:
            looked_at = result.events[:LOOKED_AT]
            snapshots = dict(event_snapshots(result, self.frames, looked_at, self.boxes))
        except OpenAutoGLMError as error:
            return _failed(result, f"The pictures of events could not be looked at: {error}")
        statements = event_statements(result, self.language, grouped=False)
        notes: list[PictureNote] = []
        try:
            for note in look_at_events(
                statements, snapshots, engine, self.language, report=self._stage("look")
            ):
                notes.append(note)  # noqa: PERF402 - what was seen before a failure stays
        except Cancelled:
            raise
        except OpenAutoGLMError as error:
            result = _failed(result, f"Looking at pictures stopped after {len(notes)}: {error}")
        return result.model_copy(update={"picture_notes": tuple(notes)})

    def _report_all(self, result: AnalysedVideo, engine: BlockingEngine | None) -> AnalysedVideo:
        written = report_recording(result, engine, self.language, report=self._stage("report"))
        return result.model_copy(update={"report": written.report, "notes": (*result.notes, *written.notes)})

    def _answer(self, result: AnalysedVideo, engine: BlockingEngine | None) -> AnalysedVideo:
        answers: list[RecordingAnswer] = []
        report = self._stage("answers")
        for number, question in enumerate(self.options.questions):
            report(number, len(self.options.questions))
            answers.append(ask_recording(question, result, engine))
        return result.model_copy(update={"answers": tuple(answers)})

    def _stage(self, stage: Stage) -> Callable[[int, int], None]:
        def report(done: int, total: int) -> None:
            self._report(stage, done, total)

        return report

    def _report(self, stage: Stage, done: int, total: int) -> None:
        self.on_progress(VideoProgress(stage, None, done, total))


def _failed(result: AnalysedVideo, why: str) -> AnalysedVideo:
    return result.model_copy(update={"errors": (*result.errors, why)})
