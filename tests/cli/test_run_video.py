"""``--task video_analysis``: what is refused, which files come, what is said, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from stream_servers import broken_stream
from video_doubles import draw_video
from watching import DETECTOR, RIGHT_HALF, SLOW, let_workers_import_doubles, watching_options

from open_autoglm.cli import root as program
from open_autoglm.cli import run as command
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import ModelNotInstalled
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.tasks.choose_detector import ChosenDetector

PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip


class ScriptedRuntime:
    """Watches drawn videos; its model answers what no event holds."""

    detector_here = True
    model_here = True
    opener = "video_doubles:open_bright_spot"

    def __init__(self, settings) -> None:
        self.settings = settings
        self.hardware = SimpleNamespace(free_physical_cores=2)

    def choose_detector(self, backend: str = "onnxruntime") -> ChosenDetector:
        if not self.detector_here:
            hint = "Pull it: open-autoglm-cli pull nanodet-coco-416."
            raise ModelNotInstalled("Model 'nanodet-coco-416' is not installed.", hint=hint)
        return ChosenDetector(watching_options().plan.detector, DETECTOR)

    def video_options(self, detector: ChosenDetector, *, detect_fps=None, max_live_s=None, **_: object):
        options = watching_options(detect_fps, self.settings.data_dir / "recordings", self.opener)
        return replace(options, plan=replace(options.plan, max_live_s=max_live_s))

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        if not self.model_here:
            raise ModelNotInstalled("Model 'tiny' is not installed.", hint="Pull it.")
        return ChosenModel(asked=asked or "autoglm-large", name="tiny", path=Path("t.gguf"), reason="it fits")

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        capabilities = Capabilities(context_window=4096, json_schema=True, grammar=True)
        with BlockingEngine(
            ScriptedEngine(lambda _: "1. A dragon came.", model=chosen.name, capabilities=capabilities)
        ) as engine:
            yield engine


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[ScriptedRuntime]:
    class Fresh(ScriptedRuntime):
        pass

    let_workers_import_doubles(monkeypatch)
    monkeypatch.setattr(command, "Runtime", Fresh)
    monkeypatch.chdir(tmp_path)
    draw_video(tmp_path / "yard.mp4", 60)
    (tmp_path / "zones.yaml").write_text(RIGHT_HALF, encoding="utf-8")
    return Fresh


def run(*flags: str) -> int:
    return program.run(["--task", "video_analysis", *flags])


def test_the_main_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--model", "autoglm-large", "--input", "yard.mp4", "--output", "events.json")
    assert run(*flags, "--zones", "zones.yaml") == 0
    result = json.loads((tmp_path / "events.json").read_text(encoding="utf-8"))
    assert [(event["type"], event["zone"]) for event in result["events"]] == [("intrusion", "right")]
    assert result["events"][0]["start"] == "00:00:03"
    assert result["model"]["name"] == "tiny"
    assert (tmp_path / "events-pictures" / "intrusion-1.jpg").read_bytes()[:2] == b"\xff\xd8"
    captured = capsys.readouterr()
    assert captured.out == ""
    for said in (
        "Model: tiny",
        "Detector: spot",
        "yard.mp4: watched",
        "Wrote events.json: 1 event, 1 track",
    ):
        assert said in captured.err


@pytest.mark.parametrize("name", ["r.json", "r.md", "r.csv", "r.html"])
def test_the_form_follows_the_extension(tmp_path: Path, name: str) -> None:
    assert run("--no-model", "--input", "yard.mp4", "--output", name, "--zones", "zones.yaml") == 0
    assert "intrusion" in (tmp_path / name).read_text(encoding="utf-8")


def test_without_output_json_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--no-model", "--input", "yard.mp4", "--ask", "How many people were there?") == 0
    result = json.loads(capsys.readouterr().out)
    assert "1 of class person" in result["answers"][0]["answer"]
    assert result["model"] is None


def test_clips_boxes_tracks_and_a_heat_map_lie_beside_the_result(tmp_path: Path) -> None:
    extras = ("--clips", "--annotate", "--heat-map", "--tracks", "boxes.txt")
    assert (
        run("--no-model", "--input", "yard.mp4", "--output", "r.html", "--zones", "zones.yaml", *extras) == 0
    )
    assert (tmp_path / "r-clips" / "intrusion-1.mp4").stat().st_size > 500
    assert (tmp_path / "r-annotated.mp4").stat().st_size > 500
    assert (tmp_path / "r-heat-map.jpg").stat().st_size > 500
    assert (tmp_path / "boxes.txt").read_text(encoding="utf-8").startswith("1,1,")
    assert "r-clips/intrusion-1.mp4" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_several_recordings_are_watched_beside_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.mp4", "b.mkv"):
        draw_video(tmp_path / "in" / name, 30)
    (tmp_path / "in" / "c.mp4").write_bytes(b"no video at all")
    (tmp_path / "in" / "notes.txt").write_text("not one", encoding="utf-8")
    assert run("--no-model", "--input", "in", "--output", "out", "--tracks", "boxes") == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mp4.json", "b.mkv.json"]
    assert sorted(path.name for path in (tmp_path / "boxes").iterdir()) == ["a.mp4.txt", "b.mkv.txt"]
    error = capsys.readouterr().err
    assert "c.mp4" in error
    assert "3 files: 2 whole, 0 in part, 1 failed." in error


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--input", "none.mp4"], 3, "none.mp4"),
        (["--input", "yard.mp4", "--output", "r.txt"], 2, ".json, .md, .html or .csv"),
        (["--input", "yard.mp4", "--format", "txt"], 2, "txt"),
        (["--input", "yard.mp4", "--zones", "none.yaml"], 3, "none.yaml"),
        (["--input", "yard.mp4", "--pages", "1"], 2, "--pages belongs to document_parse"),
        (["--input", "yard.mp4", "--clips"], 2, "--output"),
        (["--input", "yard.mp4", "--detect-fps", "0"], 2, "detect-fps"),
        (["--input", "ftp://cam/yard", "--output", "r.json"], 3, "ftp"),
        (["--input", "bad.mp4", "--output", "r.json"], 3, "bad.mp4"),
        (["--input", "yard.mp4", "--output", "r.json", "--zones", "two.yaml"], 2, "two points"),
        (["--input", "yard.mp4", "--output", "r.json", "--zones", "outside.yaml"], 2, "outside the picture"),
    ],
)
def test_wrong_use_is_one_sentence(
    flags: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"")
    (tmp_path / "two.yaml").write_text("zones: [{id: a, polygon: [[0, 0], [1, 1]]}]", encoding="utf-8")
    outside = "zones: [{id: a, polygon: [[0, 0], [900, 0], [900, 90]]}]"
    (tmp_path / "outside.yaml").write_text(outside, encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run("--no-model", *flags) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert [name for name in sorted(path.name for path in tmp_path.iterdir()) if name != "data"] == before


def test_a_missing_detector_is_exit_4_and_names_the_command(
    runtime: type[ScriptedRuntime], capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.detector_here = False
    assert run("--input", "yard.mp4") == 4
    assert "open-autoglm-cli pull nanodet-coco-416" in capsys.readouterr().err


def test_a_missing_model_is_exit_4_only_where_it_was_named(
    runtime: type[ScriptedRuntime], capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.model_here = False
    assert run("--input", "yard.mp4", "--model", "tiny") == 4
    assert "--no-model" in capsys.readouterr().err
    assert run("--input", "yard.mp4") == 0
    assert "Rules write the report" in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_found_and_resume_goes_on(
    runtime: type[ScriptedRuntime],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from open_autoglm.cli import run_video
    from open_autoglm.cli.video_display import VideoDisplay

    runtime.opener = SLOW
    draw_video(tmp_path / "long.mp4", 600)
    interrupts = []
    real = run_video.interruptible

    @contextmanager
    def remembered():
        with real() as interrupt:
            interrupts.append(interrupt)
            yield interrupt

    follow = VideoDisplay.follow

    def stopping(display: VideoDisplay, name: str):
        told = follow(display, name)

        def tell(progress) -> None:
            told(progress)
            if progress.analysis is not None and progress.analysis.position_s > 1:
                interrupts[-1].stop()

        return tell

    monkeypatch.setattr(run_video, "interruptible", remembered)
    monkeypatch.setattr(VideoDisplay, "follow", stopping)
    flags = ("--no-model", "--input", "long.mp4", "--output", "r.json", "--zones", "zones.yaml")
    assert run(*flags) == 130
    assert "--resume goes on" in capsys.readouterr().err
    part = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert 0 < part["analysed_seconds"] < 59
    monkeypatch.setattr(VideoDisplay, "follow", follow)
    assert run(*flags, "--resume") == 0
    whole = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert whole["analysed_seconds"] > 59
    assert whole["performance"]["kept_seconds"] > 0


def test_a_stream_tells_its_events_as_they_happen_and_keeps_their_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = draw_video(tmp_path / "sent.ts", 60, rate=15, codec="mpeg2video")
    with broken_stream("http", [sent], seconds=3.0) as address:
        flags = ("--no-model", "--live-seconds", "3.5", "--zones", "zones.yaml")
        assert run("--input", address, "--output", "live.json", *flags) == 0
    result = json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))
    assert result["video"]["live"]
    assert [event["type"] for event in result["events"]] == ["intrusion"]
    assert (tmp_path / "live-pictures" / "intrusion-1.jpg").read_bytes()[:2] == b"\xff\xd8"
    error = capsys.readouterr().err
    assert "intrusion in right (person)" in error
    assert error.index("intrusion in right") < error.index("Wrote live.json")
