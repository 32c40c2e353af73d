"""A few seconds of real video through the installed program with the real detector; zones drawn for it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import av
import httpx
import platformdirs
import pytest
from playwright.sync_api import Browser, expect
from running_program import PROGRAM, serving
from test_page import WAIT_MS, browser  # noqa: F401 - a fixture
from video_doubles import draw_video

DETECTOR = "nanodet-coco-416"
SECONDS = 8


@pytest.fixture(scope="session")
def detector() -> Path:
    """The detector as `open-autoglm-cli pull` installs it."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / DETECTOR
    found = sorted(folder.glob("*.onnx"))
    if not found:
        pytest.skip(f"no {DETECTOR} in {folder}: run `open-autoglm-cli pull {DETECTOR}`")
    return found[0]


@pytest.fixture
def clip(shared_data: Path, tmp_path: Path) -> Path:
    """The first seconds of the pedestrian area, its packets as they are."""
    target = tmp_path / "clip.avi"
    with av.open(str(shared_data / "video" / "vtest.avi")) as source, av.open(str(target), "w") as cut:
        stream = source.streams.video[0]
        out = cut.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts * packet.time_base > SECONDS:
                break
            packet.stream = out
            cut.mux(packet)
    return target


@pytest.mark.model
@pytest.mark.shared_data
def test_the_main_job(detector: Path, clip: Path, tmp_path: Path) -> None:
    zones = "zones: [{id: walkway, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], rules: {intrusion: {}}}]"
    (tmp_path / "zones.yaml").write_text(zones, encoding="utf-8")
    flags = ["--task", "video_analysis", "--no-model", "--detect-fps", "5", "--detector", str(detector)]
    files = ["--input", str(clip), "--output", str(tmp_path / "events.json"), "--zones", "zones.yaml"]
    done = subprocess.run(
        [PROGRAM, *flags, *files, "--ask", "How many people were there?"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "events.json").read_text(encoding="utf-8"))
    assert 3 <= result["counts"]["person"] <= 25
    intrusions = [event for event in result["events"] if event["type"] == "intrusion"]
    assert len(intrusions) >= 3
    assert all((tmp_path / "events-pictures" / f"{event['id']}.jpg").exists() for event in intrusions)
    assert result["analysed_seconds"] > SECONDS - 1
    assert "of class person" in result["answers"][0]["answer"]
    assert re.search(r"real time", done.stderr)


@pytest.mark.model
@pytest.mark.shared_data
def test_a_recording_over_the_api(detector: Path, clip: Path, tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--detector", detector) as address,
        httpx.Client(base_url=address, timeout=60) as client,
        clip.open("rb") as file,
    ):
        fields = {"use_model": "false", "detect_fps": "5"}
        job = client.post("/v1/tasks/video_analysis", files={"file": file}, data=fields).json()
        seen = []
        with client.stream("GET", f"/v1/tasks/{job['id']}/events", timeout=150) as events:
            for line in events.iter_lines():
                if line.startswith("data: "):
                    seen.append(json.loads(line.removeprefix("data: ")))
        assert seen[-1]["state"] == "done", seen[-1]
        assert any(one["progress"]["numbers"].get("frames_per_second") for one in seen)
        result = client.get(f"/v1/tasks/{job['id']}/result").json()
    assert result["video"]["name"] == "clip.avi"
    assert 3 <= result["counts"]["person"] <= 25


def test_zones_are_drawn_in_the_browser_and_saved(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    draw_video(tmp_path / "yard.mp4", 10)
    with subprocess.Popen(
        [PROGRAM, "zones", "edit", "yard.mp4", "--no-browser"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as editor:
        try:
            assert editor.stderr is not None
            said = editor.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/\S+", said)
            assert address is not None, said + editor.stderr.read()
            page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 860})
            page.set_default_timeout(WAIT_MS)
            page.goto(address[0])
            page.wait_for_function("window.socket?.connected")
            picture = page.locator(".zone-picture img")
            expect(picture).to_be_visible()
            size = picture.bounding_box()
            assert size is not None
            page.get_by_role("button", name="New zone").click()
            for x, y in ((0.1, 0.1), (0.6, 0.1), (0.4, 0.8)):
                picture.click(position={"x": x * size["width"], "y": y * size["height"]})
                page.wait_for_timeout(150)
            page.get_by_role("button", name="Close the zone").click()
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("Saved.")).to_be_visible()
            page.close()
            editor.send_signal(signal.SIGINT)
            editor.wait(20)
        finally:
            editor.kill()
    saved = (tmp_path / "zones.yaml").read_text(encoding="utf-8")
    assert "zone-1" in saved
    assert "intrusion" in saved
