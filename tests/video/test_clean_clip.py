from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from open_autoglm.video.camera_state import CameraWatch
from open_autoglm.video.rules import make_rules
from open_autoglm.video.scene import Scene
from open_autoglm.video.still.still_regions import StillRegions
from open_autoglm.video.zones import default_zones


@pytest.mark.shared_data
def test_nothing_is_left_taken_or_covered_where_people_only_walk_and_wait(shared_data: Path) -> None:
    """Without a detector at all: people who stand and talk for 20 s must not become things."""
    video = cv2.VideoCapture(str(shared_data / "video/vtest.avi"))
    rules = make_rules(default_zones(), 768, 576)
    still, camera = StillRegions(), CameraWatch()
    events = []
    number = 0
    while (read := video.read())[0]:
        time_s = number / 10
        number += 1
        if number % 3:
            continue
        picture = np.asarray(read[1], np.uint8)
        seen = still.update(picture, time_s, ()), camera.update(picture, time_s)
        for rule in rules:
            events += rule.update(Scene(time_s, 768, 576, True, (), *seen))
    assert number == 795
    assert events == []
