"""Any container, any timestamps, any damage: frames with rising times, or one sentence."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import av
import pytest
from video_doubles import draw_video

from open_autoglm.errors import DamagedInput, InputMissing, LimitExceeded, OpenAutoGLMError, UnsupportedFormat
from open_autoglm.video.decode import DecodedFrame, VideoDecoder
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.sources import recordings_in, source_of


def decoded(path: Path, start_s: float = 0.0, limits: VideoLimits | None = None) -> list[DecodedFrame]:
    with VideoDecoder.open(source_of(path), limits or VideoLimits()) as decoder:
        return list(decoder.frames(start_s))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "mpeg4"),
        ("a.mkv", "libx264"),
        ("a.avi", "mjpeg"),
        ("a.ts", "mpeg2video"),
        ("a.webm", "libvpx"),
    ],
)
def test_every_frame_comes_with_its_time_and_number(tmp_path: Path, name: str, codec: str) -> None:
    path = draw_video(tmp_path / name, 30, rate=25 if codec == "mpeg2video" else 10, codec=codec)
    frames = decoded(path)
    step = 0.04 if codec == "mpeg2video" else 0.1
    assert [frame.number for frame in frames] == list(range(30))
    assert [frame.time_s for frame in frames] == pytest.approx([n * step for n in range(30)], abs=0.002)
    assert frames[0].bgr().shape == (120, 160, 3)
    assert frames[0].bgr(width=80).shape == (60, 80, 3)


def test_frames_that_are_unevenly_spaced_keep_their_times(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.15, 2.0, 2.5, 7.3]
    path = draw_video(tmp_path / "uneven.mkv", len(times), times=lambda number: times[number])
    assert [frame.time_s for frame in decoded(path)] == pytest.approx(times, abs=0.002)


def test_reading_can_begin_anywhere(tmp_path: Path) -> None:
    path = draw_video(tmp_path / "a.mp4", 100)
    frames = decoded(path, start_s=4.25)
    assert (frames[0].time_s, frames[0].number) == (pytest.approx(4.3), 43)
    assert len(frames) == 57


@pytest.mark.parametrize(
    ("name", "target_s", "worth"),
    [
        # A key frame every 1.2 s, and an index that says so.
        ("a.mp4", 5.0, True),
        ("a.mp4", 3.5, False),
        # Nothing is known of what was not read yet.
        ("a.ts", 5.0, False),
        ("a.ts", 14.0, True),
    ],
)
def test_a_jump_is_worth_it_where_a_key_frame_lies_between(
    tmp_path: Path, name: str, target_s: float, *, worth: bool
) -> None:
    path = draw_video(tmp_path / name, 150)
    with VideoDecoder.open(source_of(path), VideoLimits()) as decoder:
        list(zip(range(31), decoder.frames(), strict=False))
        assert decoder.worth_a_jump(3.0, target_s) is worth


def test_numbers_go_on_from_a_frame_that_is_known(tmp_path: Path) -> None:
    times = [number * 0.1 for number in range(20)] + [9.0, 9.1, 9.2]
    path = draw_video(tmp_path / "a.mkv", len(times), times=lambda number: times[number])
    with VideoDecoder.open(source_of(path), VideoLimits()) as decoder:
        frames = list(decoder.frames(1.0, anchor=(9.0, 20)))
    assert [frame.number for frame in frames if frame.time_s > 8.95] == [20, 21, 22]


def test_frames_that_no_other_needs_can_be_skipped(tmp_path: Path) -> None:
    path = draw_video(tmp_path / "a.mp4", 60, codec="libx264", options={"bf": "3", "b-pyramid": "none"})
    with VideoDecoder.open(source_of(path), VideoLimits()) as decoder:
        decoder.skip_unreferenced()
        frames = list(decoder.frames())
    assert 10 < len(frames) < 45
    assert all(frame.number == round(frame.time_s * 10) for frame in frames)


def test_a_header_that_claims_more_frames_than_there_are_does_not_matter(tmp_path: Path) -> None:
    whole = draw_video(tmp_path / "whole.avi", 444, codec="mpeg4")
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 4])
    frames = decoded(cut)
    assert 40 < len(frames) < 120
    assert frames[-1].time_s == pytest.approx((len(frames) - 1) / 10, abs=0.2)


def test_damaged_packets_are_stepped_over_and_counted(tmp_path: Path) -> None:
    path = draw_video(tmp_path / "a.ts", 100, rate=25, codec="mpeg2video")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = bytes(n * 37 % 256 for n in range(6000))
    path.write_bytes(data)
    frames = decoded(path)
    assert len(frames) > 60
    times = [frame.time_s for frame in frames]
    assert times == sorted(set(times))


def test_one_frame_is_a_recording(tmp_path: Path) -> None:
    frames = decoded(draw_video(tmp_path / "one.mp4", 1))
    assert [(frame.time_s, frame.number) for frame in frames] == [(0.0, 0)]


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    with VideoDecoder.open(source_of(draw_video(tmp_path / "a.mp4", 50)), VideoLimits()) as decoder:
        facts = decoder.facts()
    assert (facts.name, facts.width, facts.height, facts.codec) == ("a.mp4", 160, 120, "mpeg4")
    assert (facts.live, facts.duration_s, facts.frame_rate) == (False, pytest.approx(5.0), 10.0)


@pytest.mark.parametrize(
    ("told", "year"), [("2026-05-01T21:30:00Z", 2026), ("1904-01-01T00:00:00Z", None), ("yesterday", None)]
)
def test_when_a_recording_started_is_taken_from_its_tags(tmp_path: Path, told: str, year: int | None) -> None:
    path = draw_video(tmp_path / "a.mkv", 3, tags={"creation_time": told})
    with VideoDecoder.open(source_of(path), VideoLimits()) as decoder:
        started = decoder.facts().started_at
    assert (None if started is None else started.year) == year


def _empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def _zeros(folder: Path) -> Path:
    path = folder / "zeros.mp4"
    path.write_bytes(bytes(100_000))
    return path


def _noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(bytes(n * n % 251 for n in range(50_000)))
    return path


def _sound(folder: Path) -> Path:
    path = folder / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16_000))
    return path


def _text(folder: Path) -> Path:
    path = folder / "notes.txt"
    path.write_text("nothing to see\n" * 100, encoding="utf-8")
    return path


def _playlist(folder: Path) -> Path:
    path = folder / "list.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", encoding="utf-8")
    return path


def _concat(folder: Path) -> Path:
    path = folder / "list.mkv"
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n", encoding="utf-8")
    return path


def _without_index(folder: Path) -> Path:
    whole = draw_video(folder / "whole.mp4", 50)
    path = folder / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def _claimed_metadata(folder: Path) -> Path:
    """An MP4 whose tags claim 1 GB."""
    whole = draw_video(folder / "whole.mp4", 5).read_bytes()
    path = folder / "tags.mp4"
    path.write_bytes(whole[:32] + struct.pack(">I4s", 1 << 30, b"udta") + b"\xa9nam" + bytes(1000))
    return path


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (_empty, DamagedInput, "is empty (0 bytes)"),
        (_zeros, DamagedInput, "zeros only"),
        (_noise, DamagedInput, "can't be read as a video"),
        (_sound, UnsupportedFormat, "has no video stream"),
        (_text, UnsupportedFormat, "is no recording"),
        (_playlist, UnsupportedFormat, "is a list of other files"),
        (_concat, UnsupportedFormat, "is a list of other files"),
        (_without_index, DamagedInput, "cut off before its index"),
        (_claimed_metadata, DamagedInput, "can't be read as a video"),
        (lambda folder: folder / "none.mp4", InputMissing, "There is no file"),
    ],
)
def test_what_is_no_video_is_refused_in_one_sentence(
    tmp_path: Path, make, kind: type[OpenAutoGLMError], words: str
) -> None:
    with pytest.raises(kind) as refusal:
        decoded(make(tmp_path))
    assert words in str(refusal.value)
    assert refusal.value.hint


def test_frames_above_the_limit_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = draw_video(tmp_path / "large.mp4", 2, size=(1280, 720))
    with pytest.raises(LimitExceeded, match="1280 × 720 pixels"):
        decoded(path, limits=VideoLimits(max_frame_megapixels=0.5))


def test_a_frame_that_grows_inside_the_stream_does_not_pass_the_limit(tmp_path: Path) -> None:
    small = draw_video(tmp_path / "small.h264", 10, codec="libx264").read_bytes()
    large = draw_video(tmp_path / "large.h264", 10, codec="libx264", size=(1280, 720)).read_bytes()
    path = tmp_path / "growing.h264"
    path.write_bytes(small + large)
    try:
        frames = decoded(path, limits=VideoLimits(max_frame_megapixels=0.5))
    except LimitExceeded:
        return
    assert {frame.frame.width for frame in frames} == {160}


def test_a_password_in_an_address_is_not_repeated() -> None:
    source = source_of("rtsp://admin:secret@10.0.0.7/live")
    assert source.kind == "stream"
    assert source.name == "rtsp://10.0.0.7/live"


@pytest.mark.parametrize("address", ["gopher://example/x", "file:///etc/passwd", "concat://a|b"])
def test_other_schemes_are_refused(address: str) -> None:
    with pytest.raises(UnsupportedFormat, match="no kind of stream"):
        source_of(address)


def test_a_stream_that_is_not_there_is_told_in_one_sentence() -> None:
    with pytest.raises(InputMissing, match="can't be opened"):
        VideoDecoder.open(source_of("http://127.0.0.1:9/none.ts"), VideoLimits(open_timeout_s=5))


def test_a_folder_gives_its_recordings_by_name(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MKV", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in recordings_in(tmp_path)] == ["a.MKV", "b.mp4"]
    (tmp_path / "none").mkdir()
    with pytest.raises(InputMissing, match="No recording"):
        recordings_in(tmp_path / "none")


@pytest.mark.shared_data
def test_the_shared_clip_is_decoded_whole(shared_data: Path) -> None:
    frames = decoded(shared_data / "video" / "vtest.avi")
    assert len(frames) == 795
    assert frames[-1].time_s == pytest.approx(79.4)


def test_the_library_decodes_what_surveillance_records() -> None:
    assert {"h264", "hevc", "mjpeg", "mpeg4", "av1", "vp9"} <= set(av.codecs_available)
