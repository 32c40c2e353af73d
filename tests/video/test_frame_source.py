"""Pictures at moments, from a file and from the ring of a live source."""

from __future__ import annotations

from pathlib import Path

import pytest
from video_doubles import draw_video

from open_autoglm.errors import DamagedInput, InputMissing
from open_autoglm.video.frames import FrameSource, bgr_of
from open_autoglm.video.live import RING_S, PictureRing


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    return draw_video(tmp_path / "walk.mp4", 300)


def left_edge(picture) -> int:
    pixels = bgr_of(picture)
    return int((pixels[60, :, 1] > 130).argmax())


def test_the_frame_shown_at_each_moment(walk: Path) -> None:
    with FrameSource.of_file(walk) as frames:
        pictures = list(frames.frames_at((2.05, 0.0, 29.9, 2.1, 99.0)))
        assert [picture.time_s for picture in pictures] == [0.0, 2.05, 2.1, 29.9]
        assert [picture.frame_time_s for picture in pictures] == pytest.approx([0.0, 2.0, 2.1, 29.9])
        assert [left_edge(picture) for picture in pictures] == pytest.approx([10, 50, 52, 128], abs=3)
        # Again, and farther back: the same worker.
        (narrow,) = frames.frames_at((1.0,), width=80)
        assert bgr_of(narrow).shape == (60, 80, 3)


def test_a_stretch_is_streamed_in_order(walk: Path) -> None:
    with FrameSource.of_file(walk) as frames:
        every = [picture.frame_time_s for picture in frames.frames_between(5.0, 7.0)]
        assert every == pytest.approx([5.0 + n / 10 for n in range(21)])
        some = [picture.frame_time_s for picture in frames.frames_between(0.0, 3.0, fps=2)]
        assert some == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])


def test_taking_no_more_in_the_middle_leaves_nothing_behind(walk: Path) -> None:
    with FrameSource.of_file(walk) as frames:
        stretch = frames.frames_between(0.0, 30.0)
        assert next(stretch).frame_time_s == 0.0
        stretch.close()  # type: ignore[attr-defined]
        (picture,) = frames.frames_at((3.0,))
        assert picture.frame_time_s == pytest.approx(3.0)


def test_a_file_that_gives_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        FrameSource.of_file(tmp_path / "none.mp4")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(range(256)) * 40)
    with FrameSource.of_file(broken) as frames, pytest.raises(DamagedInput):
        list(frames.frames_at((1.0,)))


def test_the_ring_holds_the_last_minutes(tmp_path: Path) -> None:
    import numpy as np

    ring = PictureRing(tmp_path)
    for second in range(0, round(RING_S) + 60, 10):
        ring.add(np.full((720, 1600, 3), second % 256, np.uint8), float(second))
        ring.add(np.zeros((720, 1600, 3), np.uint8), second + 0.05)  # too soon after the one before
    assert len(list(tmp_path.iterdir())) == RING_S / 10 + 1
    with FrameSource.of_ring(tmp_path) as frames:
        (picture,) = frames.frames_at((100.4, 20.0, 105.0), width=640)
        assert (picture.time_s, picture.frame_time_s) == (100.4, 100.0)
        assert bgr_of(picture).shape == (288, 640, 3)
        assert abs(int(bgr_of(picture)[0, 0, 0]) - 100) < 3
        assert len(list(frames.frames_between(60.0, 100.0))) == 5
