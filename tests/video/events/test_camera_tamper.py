from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from scripted_scenes import judged, scene

from open_autoglm.video.events.camera_tamper import CameraTamperRule
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.observation import CameraState
from open_autoglm.video.rule_settings import TamperSettings
from open_autoglm.video.scene import Scene

USUAL = CameraState(brightness=110, sharpness=900, background_match=0.9, difference=1.5)
COVERED = CameraState(brightness=20, sharpness=3, background_match=0.05, difference=1.0)
MOVED = CameraState(brightness=100, sharpness=700, background_match=0.15, difference=1.5)
FROZEN = CameraState(brightness=110, sharpness=900, background_match=0.9, difference=0.0)


def rule(min_duration_s: float = 2) -> CameraTamperRule:
    return CameraTamperRule(TamperSettings(min_duration_s=min_duration_s), EventNumbers())


def seen(state: Callable[[float], CameraState], until_s: float = 40) -> Iterator[Scene]:
    for index in range(int(until_s * 5) + 1):
        yield replace(scene(index / 5, ()), camera=state(index / 5))


@pytest.mark.parametrize(("state", "note"), [(COVERED, "covered"), (MOVED, "moved"), (FROZEN, "frozen")])
def test_what_was_done_to_it_and_how_long(state: CameraState, note: str) -> None:
    (event,) = judged(rule(), seen(lambda time_s: state if 10 <= time_s < 20 else USUAL))
    assert (event.type, event.note, event.zone) == ("camera_tampered", note, None)
    assert event.start_seconds == 10
    assert event.decided_seconds == pytest.approx(14 if note == "frozen" else 12, abs=0.3)
    assert event.end_seconds == pytest.approx(20, abs=0.3)


def test_a_frozen_picture_that_its_encoder_still_refines_is_frozen_from_the_beginning() -> None:
    def state(time_s: float) -> CameraState:
        if not 10 <= time_s < 25:
            return USUAL
        refined = 0.5 * 0.1 ** ((time_s - 10) / 2)
        # A key frame in between draws everything anew.
        return USUAL.model_copy(update={"difference": 3.0 if time_s == 18 else refined})

    (event,) = judged(rule(), seen(state))
    assert (event.note, event.start_seconds) == ("frozen", 10)
    assert event.end_seconds == pytest.approx(25, abs=0.3)


def test_a_picture_that_gets_quiet_without_standing_still_is_not_frozen() -> None:
    quiet = USUAL.model_copy(update={"difference": 0.2})
    assert judged(rule(), seen(lambda time_s: quiet if time_s >= 10 else USUAL)) == []


def test_a_shorter_moment_is_nothing() -> None:
    assert judged(rule(5), seen(lambda time_s: COVERED if 10 <= time_s < 14 else USUAL)) == []


def test_a_picture_that_is_always_quiet_is_not_frozen() -> None:
    quiet = USUAL.model_copy(update={"difference": 0.01})
    assert judged(rule(), seen(lambda _time_s: quiet)) == []


def test_single_good_moments_do_not_end_it() -> None:
    chance = random.Random(3)
    events = judged(
        rule(), seen(lambda time_s: COVERED if 10 <= time_s < 25 and chance.random() < 0.9 else USUAL)
    )
    assert len(events) == 1


def test_one_that_goes_on_ends_with_the_recording() -> None:
    (event,) = judged(rule(), seen(lambda time_s: MOVED if time_s >= 30 else USUAL))
    assert event.end_seconds == 40
