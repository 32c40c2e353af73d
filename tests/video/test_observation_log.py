"""What was seen is kept: a kill loses a few seconds, other options begin their own log."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.errors import DamagedInput, InputMissing
from open_autoglm.video.observation import Gap, Observation, VideoFacts
from open_autoglm.video.observation_log import (
    EndLine,
    GapLine,
    Head,
    LogWriter,
    ObservationLine,
    log_path,
    log_state,
    make_room,
    read_log,
    recording_digest,
    required_head,
)

HEAD = Head(
    facts=VideoFacts(name="a.mp4", width=160, height=120, codec="h264", container="mp4"), detect_fps=5.0
)


def seen(time_s: float) -> ObservationLine:
    return ObservationLine(seen=Observation(time_s=time_s, frame=round(time_s * 10), detections=()))


def write(path: Path, *times: float, end: bool = False) -> None:
    with LogWriter(path, HEAD, log_state(path)) as log:
        for time_s in times:
            log.add(seen(time_s))
        if end:
            log.add(EndLine(frames_decoded=7))


def times_in(path: Path) -> list[float]:
    return [line.seen.time_s for line in read_log(path) if isinstance(line, ObservationLine)]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "a.observations"
    gap = Gap(start_s=0.5, end_s=1.5, reason="crash")
    with LogWriter(path, HEAD, None) as log:
        log.add(seen(0.5))
        log.add(GapLine(gap=gap))
        log.add(EndLine(frames_decoded=7, notes=("fine",)))
    assert list(read_log(path)) == [
        HEAD,
        seen(0.5),
        GapLine(gap=gap),
        EndLine(frames_decoded=7, notes=("fine",)),
    ]
    state = log_state(path)
    assert state is not None
    assert (state.head, state.last, state.whole_bytes) == (HEAD, seen(0.5).seen, path.stat().st_size)


def test_a_log_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.observations"
    write(path, 0.5)
    write(path, 1.0)
    path.write_bytes(path.read_bytes()[:-9])
    assert times_in(path) == [0.5]
    write(path, 1.0, 1.5, end=True)
    assert times_in(path) == [0.5, 1.0, 1.5]
    state = log_state(path)
    assert state is not None
    assert state.end is not None


def test_what_is_damaged_ends_the_log_there(tmp_path: Path) -> None:
    path = tmp_path / "a.observations"
    write(path, 0.5)
    whole = path.stat().st_size
    with path.open("ab") as stream:
        stream.write(b"no member at all")
    assert times_in(path) == [0.5]
    state = log_state(path)
    assert state is not None
    assert state.whole_bytes == whole


def test_what_is_no_log_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.observations"
    assert log_state(path) is None
    with pytest.raises(InputMissing):
        required_head(path)
    path.write_bytes(b"")
    with pytest.raises(DamagedInput):
        required_head(path)


def test_a_disk_that_refuses_costs_the_log_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with LogWriter(tmp_path / "file" / "a.observations", HEAD, None) as log:
        log.add(seen(0.5))
    assert not log.usable


def test_other_options_and_other_recordings_have_their_own_log(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"x" * 1000)
    second.write_bytes(b"x" * 999 + b"y")
    digests = {recording_digest(first), recording_digest(second)}
    assert len(digests) == 2
    paths = {log_path(tmp_path, digest, {"detect_fps": fps}) for digest in digests for fps in ("2", "5")}
    assert len(paths) == 4


def test_a_long_recording_is_told_from_another_by_samples(tmp_path: Path) -> None:
    path = tmp_path / "long"
    with path.open("wb") as stream:
        stream.truncate(40 << 20)
    before = recording_digest(path)
    with path.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"x")
    assert recording_digest(path) != before


def test_the_oldest_logs_go_first(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "middle", "old")):
        log = tmp_path / f"{name}.observations"
        log.write_bytes(bytes(100))
        os.utime(log, (1000 - age, 1000 - age))
    make_room(tmp_path, max_bytes=200)
    assert {log.stem for log in tmp_path.iterdir()} == {"new", "middle"}
