from __future__ import annotations

from pathlib import Path

import av
import pytest
from recorded import LENGTH_S, DrawnFrames, recorded, walked

from open_autoglm.errors import Cancelled, OutputFailed
from open_autoglm.tasks.video_output.annotated import clip_span, write_annotated, write_clips
from open_autoglm.tasks.video_output.mot import mot_lines, write_mot


def test_mot_fills_the_frames_between_two_detections(tmp_path: Path) -> None:
    lines = [line.split(",") for line in mot_lines(walked())]
    assert [int(line[0]) for line in lines] == list(range(1, 102))
    assert {line[1] for line in lines} == {"7"}
    assert [float(line[2]) for line in lines] == [float(n) for n in range(101)]
    assert lines[0] == ["1", "7", "0.00", "40.00", "20.00", "50.00", "0.900", "-1", "-1", "-1\n"]
    write_mot(walked(), tmp_path / "tracks.txt", class_name="car")
    assert (tmp_path / "tracks.txt").read_text(encoding="utf-8") == ""


def test_the_recording_again_with_its_times(tmp_path: Path) -> None:
    path = tmp_path / "annotated.mp4"
    seen: list[float] = []
    write_annotated(recorded(), DrawnFrames(), walked(), path, on_progress=seen.append)
    with av.open(str(path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) == len(seen) == LENGTH_S * 10
    assert times == pytest.approx([n / 10 for n in range(200)], abs=0.002)
    assert [entry.name for entry in tmp_path.iterdir()] == ["annotated.mp4"]


def test_a_clip_for_each_event(tmp_path: Path) -> None:
    written = write_clips(recorded(), DrawnFrames(), walked(), tmp_path / "clips")
    assert sorted(path.name for path in written.values()) == [
        "abandoned_object-1.mp4",
        "camera_tampered-1.mp4",
        "intrusion-1.mp4",
    ]
    with av.open(str(written["intrusion-1"])) as container:
        assert sum(1 for _ in container.decode(video=0)) == pytest.approx(112, abs=2)


def test_a_clip_of_a_long_event_shows_its_peak() -> None:
    event = recorded().events[1]
    assert clip_span(event, 20.0) == (3.0, 20.0)
    long = event.model_copy(update={"peak_seconds": 500.0, "end_seconds": 900.0})
    begin, end = clip_span(long, 1000.0)
    assert begin < 500 < end
    assert end - begin == 20


def test_stopped_or_failed_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_annotated(recorded(), DrawnFrames(), walked(), tmp_path / "a.mp4", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputFailed, match="missing"):
        write_annotated(recorded(), DrawnFrames(), walked(), tmp_path / "missing" / "a.mp4")
