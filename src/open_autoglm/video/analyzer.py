"""Leads a recording from its frames to its events.

    analysis = analyze("yard.mp4", AnalysisPlan(detector, rules), on_event=print)

Frames are decoded and looked at in a worker process (``video/workers``); what it saw comes here, is kept
(``observation_log``), gets identities (``track``) and is judged by the rules (``events``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from open_autoglm.errors import Cancelled
from open_autoglm.video.analysis import (
    Analysis,
    AnalysisCost,
    AnalysisPlan,
    AnalysisProgress,
    DetectorChoice,
    RuleMaker,
    Tracking,
)
from open_autoglm.video.events.event import Event, Rule
from open_autoglm.video.judge import Judge
from open_autoglm.video.observation import Gap, VideoFacts
from open_autoglm.video.observation_log import (
    EndLine,
    GapLine,
    Head,
    LogState,
    LogWriter,
    ObservationLine,
    log_path,
    log_state,
    read_log,
    recording_digest,
    required_head,
)
from open_autoglm.video.scene import Scene
from open_autoglm.video.sources import VideoSource, source_of
from open_autoglm.video.speed import Speed
from open_autoglm.video.workers.messages import (
    Analyse,
    Answer,
    DetectorSetup,
    Finished,
    Measured,
    Missing,
    Opened,
    Position,
    Seen,
    Waiting,
)
from open_autoglm.video.workers.session import AnalysisSession

__all__ = [
    "Analysis",
    "AnalysisCost",
    "AnalysisPlan",
    "AnalysisProgress",
    "DetectorChoice",
    "RuleMaker",
    "Tracking",
    "analyze",
    "replay",
]

WARM_UP_S = 60.0
"""Seconds before the place where a run goes on, seen again so that the background is known there."""

PROGRESS_EVERY_S = 0.5

HEADER_WRONG_BY = 0.05
"""A header's duration that differs by more from what was decoded is named in the notes."""

OnProgress = Callable[[AnalysisProgress], None]
OnEvent = Callable[[Event], None]
OnScene = Callable[[Scene], None]


def analyze(
    source: str | Path,
    plan: AnalysisPlan,
    *,
    on_progress: OnProgress | None = None,
    on_event: OnEvent | None = None,
    on_scene: OnScene | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Analyse a file, a stream (``rtsp://``, ``http://`` …) or a camera (``camera:0``).

    ``on_event`` gets every event when it begins, changes and ends (same id); ``on_scene`` every analysed
    moment with its tracks, in order, also those kept from an earlier run. All are called in this thread.

    ``cancelled()`` (a StopSignal, for example) is asked ten times a second; when it turns true the
    analysis ends within 2 s and returns what it has, ``stopped`` set. Raises InputMissing,
    UnsupportedFormat, DamagedInput, LimitExceeded, MissingPiece where nothing at all can be analysed, and
    Cancelled where it was stopped before the source was open. Where a part can't be analysed, it stands in
    ``gaps``, and the analysis goes on after it.
    """
    run = _Run(source_of(source), plan, on_progress, on_event, on_scene, cancelled or _never)
    return run.whole()


def replay(
    log: Path,
    plan: AnalysisPlan,
    *,
    on_event: OnEvent | None = None,
    on_scene: OnScene | None = None,
) -> Analysis:
    """Judge kept observations by ``plan.rules``, without decoding. Raises InputMissing and DamagedInput."""
    head = required_head(log)
    judge = _judge(head.facts, plan, on_event, on_scene)
    gaps: list[Gap] = []
    end: EndLine | None = None
    for line in read_log(log):
        if isinstance(line, ObservationLine):
            judge.see(line.seen)
        elif isinstance(line, GapLine):
            gaps.append(line.gap)
        elif isinstance(line, EndLine):
            end = line
    judge.finish()
    return Analysis(
        facts=head.facts,
        analysed_seconds=judge.last_s,
        events=judge.events,
        tracks=judge.histories.finished(),
        gaps=tuple(gaps),
        cost=AnalysisCost(detect_fps=head.detect_fps or 0.0, kept_seconds=judge.last_s),
        stopped=end is None,
        notes=end.notes if end is not None else (),
        log=log,
    )


class _Run:
    """One analysis. Holds what its steps hand on to each other."""

    def __init__(
        self,
        source: VideoSource,
        plan: AnalysisPlan,
        on_progress: OnProgress | None,
        on_event: OnEvent | None,
        on_scene: OnScene | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._source = source
        self._plan = plan
        self._on_progress = on_progress
        self._on_event = on_event
        self._on_scene = on_scene
        self._cancelled = cancelled
        self._cores = plan.cores or psutil.cpu_count(logical=False) or 1
        self._facts: VideoFacts | None = None
        self._judge: Judge | None = None
        self._log: LogWriter | None = None
        self._log_path: Path | None = None
        self._kept: LogState | None = None
        self._kept_s = 0.0
        self._kept_analysed = self._kept_detected = 0
        self._gaps: list[Gap] = []
        self._notes: list[str] = []
        self._detect_fps = plan.detect_fps if plan.detector is not None else None
        self._frames = 0
        self._frames_of_lost = 0
        self._dropped = 0
        self._speed = Speed()
        self._seen_here = False
        self._away: str | None = None
        self._told_at = 0.0

    def whole(self) -> Analysis:
        self._tell("open", always=True)
        self._take_kept()
        stopped = False
        error = None
        if self._kept is None or self._kept.end is None:
            try:
                error = self._see_the_rest()
            except Cancelled:
                if self._judge is None:
                    raise
                stopped = True
            finally:
                if self._log is not None:
                    self._log.flush()
        assert self._judge is not None  # noqa: S101 - an answer Opened came, or a log was read
        assert self._facts is not None  # noqa: S101 - as above
        if not stopped:
            self._judge.finish()
            self._correct_the_header()
        analysis = self._result(stopped, error)
        self._tell("done", always=True)
        return analysis

    # What an earlier run kept

    def _take_kept(self) -> None:
        folder = self._plan.log_folder
        if folder is None or self._source.kind != "file":
            return
        self._log_path = log_path(folder, recording_digest(Path(self._source.address)), self._options())
        if not self._plan.resume:
            return
        self._kept = log_state(self._log_path)
        if self._kept is None:
            return
        head = self._kept.head
        # The same recording may have another name by now.
        facts = head.facts.model_copy(update={"name": self._source.name})
        self._detect_fps = head.detect_fps
        self._begin(facts)
        assert self._judge is not None  # noqa: S101 - just begun
        for line in read_log(self._log_path):
            if self._cancelled():
                raise Cancelled(f"The analysis of {self._source.name} was stopped.")
            if isinstance(line, ObservationLine):
                self._judge.see(line.seen)
                self._tell("analyse")
            elif isinstance(line, GapLine):
                self._gaps.append(line.gap)
            elif isinstance(line, EndLine):
                self._notes += line.notes
        self._kept_s = self._judge.last_s
        self._kept_analysed, self._kept_detected = self._judge.analysed, self._judge.detected

    def _options(self) -> dict[str, str]:
        plan, detector = self._plan, self._plan.detector
        options = {"detect_fps": str(plan.detect_fps), "still": str(plan.still_objects)}
        if detector is not None:
            digest = detector.digest
            if not digest and detector.path.is_file():
                facts = detector.path.stat()
                digest = f"{facts.st_size}-{facts.st_mtime_ns}"
            options |= {"detector": detector.name, "digest": digest, "opener": detector.opener}
            options["backend"] = detector.backend
        return options

    # What workers say

    def _see_the_rest(self) -> str | None:
        self._speed = Speed(self._kept_s)
        with AnalysisSession(self._command(), self._check) as session:
            for answer in session.answers():
                if answer is not None:
                    self._hear(answer)
                self._tell_where_it_stands()
            return str(session.error) if session.error is not None else None

    def _command(self) -> Analyse:
        plan, detector = self._plan, self._plan.detector
        last = self._kept.last if self._kept is not None else None
        return Analyse(
            source=self._source,
            limits=plan.limits,
            detector=None
            if detector is None
            else DetectorSetup(opener=detector.opener, path=str(detector.path), backend=detector.backend),
            watcher=plan.watcher if plan.still_objects else None,
            detect_fps=self._detect_fps,
            every_frame=plan.every_frame,
            cores=self._cores,
            start_s=0.0 if last is None else max(0.0, last.time_s - WARM_UP_S),
            anchor=None if last is None else (last.time_s, last.frame),
            ring_folder=None if plan.ring_folder is None else str(plan.ring_folder),
            max_live_s=plan.max_live_s,
        )

    def _check(self) -> None:
        if self._cancelled():
            raise Cancelled(
                f"The analysis of {self._source.name} was stopped.", hint="Run it again to continue."
            )

    def _hear(self, answer: Answer) -> None:
        if isinstance(answer, Opened):
            if self._judge is None:
                self._begin(answer.facts)
                self._tell("measure", always=True)
        elif isinstance(answer, Measured):
            self._settle_rate(answer)
        elif isinstance(answer, Seen):
            self._away = None
            self._see(answer)
        elif isinstance(answer, Position):
            self._count(answer)
        elif isinstance(answer, Missing):
            self._miss(answer.gap)
        elif isinstance(answer, Waiting):
            self._frames_of_lost, self._frames = self._frames_of_lost + self._frames, 0
            self._away = answer.message
            self._tell_where_it_stands(always=True)
        elif isinstance(answer, Finished):
            self._finish(answer)

    def _begin(self, facts: VideoFacts) -> None:
        self._judge = _judge(facts, self._plan, self._on_event, self._on_scene)
        self._facts = facts

    def _settle_rate(self, answer: Measured) -> None:
        self._detect_fps = answer.detect_fps
        if answer.detect_ms is not None and answer.detect_fps is not None:
            cores = "one core" if self._cores == 1 else f"{self._cores} cores"
            self._notes.append(
                f"The detector looks {answer.detect_fps:g} times a second: one look takes "
                f"{answer.detect_ms:.0f} ms here, with {cores}."
            )
        if self._log_path is not None and self._log is None:
            assert self._facts is not None  # noqa: S101 - a worker says Opened first
            head = Head(facts=self._facts, detect_fps=self._detect_fps)
            self._log = LogWriter(self._log_path, head, self._kept)

    def _see(self, answer: Seen) -> None:
        observation = answer.observation
        assert self._judge is not None  # noqa: S101 - a worker says Opened first
        if self._kept_s and observation.time_s <= self._kept_s + 1e-6:
            return  # seen again, for the worker's own memory alone
        self._seen_here = True
        self._judge.see(observation)
        if self._log is not None:
            self._log.add(ObservationLine(seen=observation))

    def _count(self, answer: Position) -> None:
        self._frames = answer.frames_decoded
        self._dropped = answer.dropped
        self._speed.add(max(answer.time_s, self._kept_s), self._frames_of_lost + self._frames)

    def _miss(self, gap: Gap) -> None:
        self._gaps.append(gap)
        if self._log is not None:
            self._log.add(GapLine(gap=gap))

    def _finish(self, answer: Finished) -> None:
        assert self._judge is not None  # noqa: S101 - a worker says Opened first
        if answer.damaged_packets:
            self._notes.append(f"{answer.damaged_packets} damaged packets were stepped over.")
        if answer.reason is not None:
            self._notes.append(answer.reason)
        if self._dropped:
            self._notes.append(f"{self._dropped} frames of the live source were not looked at, to keep up.")
        if self._log is not None:
            # What is said of this run alone is of no use to the next one.
            self._log.add(EndLine(frames_decoded=self._frames, notes=tuple(self._notes)))

    def _correct_the_header(self) -> None:
        """The duration that was decoded counts, where the header claims another."""
        assert self._judge is not None  # noqa: S101 - see ``whole``
        assert self._facts is not None  # noqa: S101 - see ``whole``
        claimed, decoded = self._facts.duration_s, self._judge.last_s
        if claimed is None or self._gaps or abs(claimed - decoded) <= max(2.0, HEADER_WRONG_BY * claimed):
            return
        self._facts = self._facts.model_copy(update={"duration_s": decoded})
        self._notes.append(
            f"The header claims {claimed:.1f} s; {decoded:.1f} s could be decoded."
            + (" The recording may have been cut off." if decoded < claimed else "")
        )

    # What the caller hears

    def _tell_where_it_stands(self, *, always: bool = False) -> None:
        if self._away is not None:
            self._tell("reconnect", always=always, message=self._away)
        else:
            self._tell("analyse" if self._judge is not None else "open", always=always)

    def _tell(self, stage: str, *, always: bool = False, message: str | None = None) -> None:
        now = time.monotonic()
        if self._on_progress is None or (not always and now - self._told_at < PROGRESS_EVERY_S):
            return
        self._told_at = now
        judge, facts = self._judge, self._facts
        position_s = judge.last_s if judge is not None else 0.0
        duration_s = facts.duration_s if facts is not None and not facts.live else None
        self._on_progress(
            AnalysisProgress(
                stage=stage,  # type: ignore[arg-type]
                facts=facts,
                position_s=position_s,
                duration_s=duration_s,
                frames_per_second=self._speed.frames_per_second,
                real_time_factor=self._speed.real_time_factor,
                seconds_left=self._speed.seconds_left(position_s, duration_s),
                events=len(judge.events) if judge is not None else 0,
                people=judge.people if judge is not None else 0,
                kept_seconds=self._kept_s,
                message=message,
            )
        )

    def _result(self, stopped: bool, error: str | None) -> Analysis:
        assert self._judge is not None  # noqa: S101 - see ``whole``
        assert self._facts is not None  # noqa: S101 - see ``whole``
        judge = self._judge
        return Analysis(
            facts=self._facts,
            analysed_seconds=judge.last_s,
            events=judge.events,
            tracks=judge.histories.finished(),
            gaps=tuple(self._gaps),
            cost=AnalysisCost(
                frames_decoded=self._frames_of_lost + self._frames,
                frames_analysed=judge.analysed - self._kept_analysed,
                detections_run=judge.detected - self._kept_detected,
                wall_seconds=self._speed.wall_s,
                real_time_factor=self._speed.whole_factor(judge.last_s) if self._seen_here else 0.0,
                detect_fps=self._detect_fps or 0.0,
                kept_seconds=self._kept_s,
            ),
            stopped=stopped,
            notes=tuple(self._notes),
            errors=(error,) if error is not None else (),
            log=self._log_path if self._log is None or self._log.usable else None,
        )


def _judge(
    facts: VideoFacts, plan: AnalysisPlan, on_event: OnEvent | None, on_scene: OnScene | None
) -> Judge:
    rules: Sequence[Rule] = plan.rules(facts) if callable(plan.rules) else plan.rules
    return Judge(facts, plan.tracker(), rules, on_event=on_event, on_scene=on_scene)


def _never() -> bool:
    return False
