"""``zones``: a file is checked alone or against a recording, shown on it, and refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from video_doubles import draw_video
from watching import RIGHT_HALF

from open_autoglm.cli import root as program


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    draw_video(tmp_path / "yard.mp4", 10)
    (tmp_path / "zones.yaml").write_text(RIGHT_HALF, encoding="utf-8")
    outside = "zones: [{id: far, polygon: [[0, 0], [900, 0], [900, 90]]}]"
    (tmp_path / "outside.yaml").write_text(outside, encoding="utf-8")
    (tmp_path / "two.yaml").write_text("zones: [{id: a, polygon: [[0, 0], [1, 1]]}]", encoding="utf-8")


def test_a_good_file_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["zones", "check", "zones.yaml", "yard.mp4"]) == 0
    said = capsys.readouterr().out
    assert "right" in said
    assert "intrusion" in said


def test_zones_are_shown_on_the_recording(tmp_path: Path) -> None:
    assert program.run(["zones", "show", "zones.yaml", "yard.mp4", "--output", "z.jpg"]) == 0
    assert (tmp_path / "z.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check", "two.yaml"], 2, "two points"),
        (["check", "none.yaml"], 3, "none.yaml"),
        (["check", "outside.yaml", "yard.mp4"], 2, "outside the picture"),
        (["check", "zones.yaml", "none.mp4"], 3, "none.mp4"),
        (["show", "zones.yaml", "yard.mp4", "--output", "z.png"], 2, "JPEG"),
        (["edit", "none.mp4", "--no-browser"], 3, "none.mp4"),
        (["edit", "yard.mp4", "--no-browser", "--output", "two.yaml"], 2, "two points"),
        (["edit", "yard.mp4", "--no-browser", "--output", "no/zones.yaml"], 1, "does not exist"),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.run(["zones", *arguments]) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
