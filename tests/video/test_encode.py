from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from open_autoglm.errors import ExtraMissing, OutputFailed
from open_autoglm.video import encode
from open_autoglm.video.encode import VideoWriter

GREY = np.full((61, 81, 3), 120, np.uint8)


def test_uneven_times_stay_uneven(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4") as writer:
        for time_s in (5.0, 5.1, 5.9, 6.0):
            writer.write(GREY, time_s)
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.9, 1.0])
    assert (frames[0].width, frames[0].height) == (80, 60)
    assert abs(int(frames[0].to_ndarray(format="bgr24").mean()) - 120) < 4


@pytest.mark.parametrize("name", [name for name, _options in encode.ENCODERS])
def test_every_encoder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "ENCODERS", tuple(kept for kept in encode.ENCODERS if kept[0] == name))
    with VideoWriter(tmp_path / "a.mp4") as writer:
        for number in range(5):
            writer.write(GREY, number / 10)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_without_any_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "ENCODERS", (("none-such", {}),))
    with pytest.raises(ExtraMissing, match="no encoder"), VideoWriter(tmp_path / "a.mp4") as writer:
        writer.write(GREY, 0)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), VideoWriter(tmp_path / "a.mp4") as writer:
        writer.write(GREY, 0)
        raise RuntimeError
    with pytest.raises(OutputFailed, match="No frame"), VideoWriter(tmp_path / "a.mp4"):
        pass
    with pytest.raises(OutputFailed, match="missing"), VideoWriter(tmp_path / "missing" / "a.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []
