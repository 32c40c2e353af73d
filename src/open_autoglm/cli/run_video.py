"""``run --task video_analysis``: recordings, streams and cameras become lists of what happened and when."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from open_autoglm.cli.asked_model import AskedModel, choose_asked_model
from open_autoglm.cli.input_output import STDOUT, FileKinds, Job, check_writable, plan_jobs
from open_autoglm.cli.interrupt import Interrupt, interruptible
from open_autoglm.cli.render import print_note, stderr
from open_autoglm.cli.run_files import count, run_files
from open_autoglm.cli.run_flags import RunFlags
from open_autoglm.cli.video_display import VideoDisplay, event_line
from open_autoglm.cli.video_files import VideoFiles
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, MissingPiece, OutputFailed, UsageError
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.analyze_video import OpenModel, VideoOptions, analyze_video
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.tasks.video_output.write import VIDEO_FORMATS
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import Event
from open_autoglm.video.sources import RECORDING_SUFFIXES
from open_autoglm.video.zones import default_zones, load_zones


def _is_live(given: str) -> bool:
    return given.startswith("camera:") or "://" in given


KINDS = FileKinds(readable=RECORDING_SUFFIXES, forms=VIDEO_FORMATS, usual="json", is_address=_is_live)
MOST_AT_ONCE = 4
"""Recordings watched beside each other: each has a worker of about 0.3 GB."""


@dataclass(frozen=True, slots=True)
class _Watching:
    """What every recording of one run shares."""

    runtime: Runtime
    options: VideoOptions
    open_model: OpenModel | None
    interrupt: Interrupt
    display: VideoDisplay
    as_json: bool
    files: VideoFiles
    printing: threading.Lock = field(default_factory=threading.Lock)


def run_video(runtime: Runtime, flags: RunFlags) -> int:
    """The exit code. Raises what makes all of it impossible."""
    own = flags.own
    form = "json" if flags.as_json and flags.output in (None, STDOUT) else flags.form
    jobs = plan_jobs(flags.inputs, flags.output, form, KINDS)
    files = VideoFiles(own["annotate"], own["clips"], own["heat_map"], _tracks(own["tracks"], jobs))
    if files.beside and any(job.output is None for job in jobs):
        raise UsageError(
            f"{' and '.join(files.beside)} write beside --output, and none was given.",
            hint="Name a file with --output.",
        )
    zones = load_zones(own["zones"]) if own["zones"] else default_zones()
    detector = runtime.choose_detector(own["backend"])
    asked = _asked_model(runtime, flags) if own["use_model"] else None
    at_once = min(len(jobs), MOST_AT_ONCE, runtime.settings.threads or runtime.hardware.free_physical_cores)
    options = replace(
        runtime.video_options(
            detector,
            detect_fps=own["detect_fps"],
            resume=own["resume"],
            beside=at_once,
            max_live_s=own["live_seconds"],
        ),
        zones=zones,
        questions=own["ask"],
        model=asked.used if asked is not None else None,
    )
    print_note(f"Detector: {detector.used.description}")
    with (
        interruptible() as interrupt,
        _model(runtime, asked, interrupt) as open_model,
        VideoDisplay(stderr()) as display,
    ):
        interrupt.heeded = True
        watching = _Watching(runtime, options, open_model, interrupt, display, flags.as_json, files)
        return run_files(jobs, lambda job: _watch(job, watching), at_once=at_once, stop=interrupt.stop)


def _asked_model(runtime: Runtime, flags: RunFlags) -> AskedModel | None:
    """Who writes the report. A model that was named must be here; else rules write, which is said."""
    try:
        return choose_asked_model(runtime, flags.model)
    except MissingPiece as error:
        if flags.model is None:
            print_note(f"Rules write the report: {error}")
            return None
        hint = f"{error.hint or ''} Or let rules write the report: --no-model.".strip()
        raise type(error)(error.message, hint=hint) from error


@contextmanager
def _model(runtime: Runtime, asked: AskedModel | None, interrupt: Interrupt) -> Iterator[OpenModel | None]:
    """Opens the model when it is first needed, once for all recordings: watching needs its memory."""
    if asked is None:
        yield None
        return
    lock = threading.Lock()
    opened: list[BlockingEngine] = []
    with ExitStack() as held:

        def open_model() -> BlockingEngine:
            with lock:
                if not opened:
                    opened.append(held.enter_context(asked.opened(runtime, interrupt)))
                return opened[0]

        yield open_model


def _watch(job: Job, watching: _Watching) -> Sequence[str]:
    """Watch one recording and write its results. Raises Cancelled after Ctrl-C, when they are written."""
    source = job.address or job.source
    live = job.address is not None
    follow = watching.display.follow(job.source.name)
    told: set[str] = set()

    def on_event(event: Event) -> None:
        if live and event.id not in told:
            told.add(event.id)
            watching.display.say(event_line(event))

    with RecordingFrames(source, live=live, limits=watching.options.plan.limits) as frames:
        watched = analyze_video(
            source,
            frames,
            watching.open_model,
            watching.options,
            on_progress=follow,
            on_event=on_event,
            cancelled=watching.interrupt,
        )
        written = watching.files.write(job, watched, frames, on_progress=follow, cancelled=watching.interrupt)
    with watching.printing:
        _print(job, watched.result, watching.as_json)
        for path in written:
            print_note(f"Wrote {path}")
        if job.output is not None:
            print_note(f"Wrote {job.output}: {_made(watched.result)}")
    if watched.stopped:
        kept = "is printed" if job.output is None else f"stands in {job.output}"
        raise Cancelled(
            f"Stopped while working on {job.source.name}; what was found {kept}.",
            hint=None if live else "The same command with --resume goes on from there.",
        )
    return watched.result.errors


def _print(job: Job, result: AnalysedVideo, as_json: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe on Windows would take the system's code page, which has no place for most of the world.
        sys.stdout.reconfigure(encoding="utf-8")
    if as_json or (job.output is None and job.form == "json"):
        click.echo(result.model_dump_json())


def _tracks(given: Path | None, jobs: Sequence[Job]) -> Path | None:
    """Where the boxes go: a file, or a folder for several recordings. Refused before any work."""
    if given is None:
        return None
    if len(jobs) > 1:
        try:
            given.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputFailed(
                f"Can't make the folder {given}: {error.strerror or error}.",
                hint="Choose another place with --tracks.",
            ) from error
        check_writable(given, given)
    else:
        check_writable(given.parent, given)
    return given


def _made(result: AnalysedVideo) -> str:
    """What stands in the result, counted."""
    performance = result.performance
    parts = [count(len(result.events), "event"), count(len(result.tracks), "track")]
    if result.answers:
        parts.append(count(len(result.answers), "answer"))
    speed = f", {performance.real_time_factor:.1f}x real time" if performance.real_time_factor else ""
    return f"{', '.join(parts)}, in {performance.wall_seconds:.0f} s{speed}"
