from __future__ import annotations

import json
from datetime import datetime, time
from pathlib import Path

import pytest

from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.video.geometry import Point
from open_autoglm.video.rule_settings import in_pixels
from open_autoglm.video.zones import Zone, default_zones, load_zones, parse_zones, zones_text

EVERYTHING = """
zones:
  - id: gate
    name: 大门
    polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 1.0], [0.1, 1.0]]
    line: [[0.1, 0.7], [0.4, 0.7]]
    rules:
      intrusion: {dwell_s: 2, classes: [person, dog], forbidden_hours: ["22:00-06:00"], merge_s: 5}
      line_crossing: {direction: to_left}
      abandoned_object: {timeout_s: 20, attended_distance: 0.1}
      removed_object: {timeout_s: 20}
      crowd: {max_people: 5, min_duration_s: 10}
      loitering: {min_duration_s: 90, radius: 0.05}
camera:
  tamper: {min_duration_s: 3}
  starts_at: 2026-05-01T21:30:00
"""


def zone(text: str) -> str:
    """A file of one zone with these keys besides its id."""
    return f"zones:\n- id: gate\n  {text}\n"


def problem(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse_zones(text, "zones.yaml")
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value.message


def test_everything_that_can_be_written() -> None:
    zones = parse_zones(EVERYTHING, "zones.yaml")
    gate = zones.zones[0]
    assert gate.rules.names == (
        "intrusion",
        "line_crossing",
        "abandoned_object",
        "removed_object",
        "crowd",
        "loitering",
    )
    assert gate.rules.intrusion is not None
    assert time(23, 0) in gate.rules.intrusion.forbidden_hours[0]
    assert time(6, 0) not in gate.rules.intrusion.forbidden_hours[0]
    assert zones.camera.tamper is not None
    assert zones.camera.tamper.min_duration_s == 3
    assert zones.camera.starts_at == datetime(2026, 5, 1, 21, 30)


def test_written_again_it_is_the_same() -> None:
    zones = parse_zones(EVERYTHING, "zones.yaml")
    assert parse_zones(zones_text(zones), "again") == zones
    assert "大门" in zones_text(zones)


def test_json_and_a_bare_list_are_read_too(tmp_path: Path) -> None:
    gate = {"id": "gate", "polygon": [[0, 0], [1, 0], [1, 1]], "rules": {"crowd": {"max_people": 2}}}
    path = tmp_path / "zones.json"
    path.write_text(json.dumps({"zones": [gate]}, indent="\t"), encoding="utf-8")
    assert load_zones(path) == parse_zones(json.dumps([gate]), "list")


def test_a_rule_by_its_name_alone() -> None:
    for text in ("rules: [intrusion]", "rules: {intrusion: }", "rules: {intrusion: true, loitering: false}"):
        assert parse_zones(zone(text), "zones.yaml").zones[0].rules.names == ("intrusion",)


def test_tamper_is_watched_unless_it_is_refused() -> None:
    assert parse_zones("zones: []", "zones.yaml").camera.tamper is not None
    assert parse_zones("camera: {tamper: false}", "zones.yaml").camera.tamper is None


def test_fractions_and_pixels() -> None:
    fractions = Zone(id="a", polygon=((0.5, 0.5), (1, 0.5), (1, 1))).area(640, 480)
    pixels = Zone(id="a", polygon=((320, 240), (640, 240), (640, 480))).area(640, 480)
    assert fractions == pixels
    assert in_pixels(0.25, 640) == 160
    assert in_pixels(160, 640) == 160


def test_feet_on_the_lower_edge_of_the_picture_are_inside() -> None:
    area = Zone(id="whole").area(640, 480)
    assert area.share == 1
    for foot in (Point(0, 0), Point(640, 480), Point(320, 500), Point(-3, 200)):
        assert area.contains(foot)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (zone("polygon: [[0, 0], [1, 1]]"), "line 2: zone 'gate': the polygon has two points"),
        (zone("polygon: [[0, 0], [1, 0], [1, 1.2]]"), "[1, 1.2] lies outside the picture"),
        (zone("polygon: [[0, 0], [1, 0], [1, -1]]"), "line 3: zone 'gate' polygon[2][1]"),
        (zone("polygon: [[0, 0], [1, 0], [1, .nan]]"), "finite number, not nan"),
        (zone("polygon: [[0, 0], [1, 0], [1, 1, 1]]"), "a point is written [x, y], not [1, 1, 1]"),
        (zone("polygon: [[0, 0], [0.5, 0.5], [1, 1]]"), "no area"),
        (zone("polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]"), "edges cross"),
        (zone("rules: {intrusion: {classes: [persn]}}"), "unknown class 'persn'; use person"),
        (zone("rules: {intrusion: {dwel_s: 1}}"), "dwel_s: this key is unknown; write dwell_s"),
        (zone("rules: {intrusion: {dwell_s: soon}}"), "not 'soon'"),
        (zone("rules: {intrusion: {dwell_s: -1}}"), "greater than or equal to 0, not -1"),
        (zone("rules: {intrusion: {forbidden_hours: [22-6]}}"), "no span of hours like 22:00-06:00"),
        (zone("rules: {intrusion: {direction: to_left}}"), "needs `line: [[x, y], [x, y]]`"),
        (zone("rules: {crowd: {}}"), "crowd needs max_people or max_density"),
        (zone("rules: {fighting: {}}"), "fighting: this key is unknown"),
        (zone("rules: 3"), "3 is no set of keys"),
        ("zones: [{polygon: [[0, 0], [1, 0], [1, 1]]}]", "zone number 1 id: it is missing"),
        ("zones: [{id: a}, {id: a}]", "two zones have the id 'a'"),
        ("zones: 3", "3 is no list"),
        ("", "is empty"),
        ("hello", "holds no zones"),
        ("{", "is not valid YAML"),
        ("[" * 5000, "nested more than 20 deep"),
        ("a: &a [1]\nb: *a", "aliases"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, says: str) -> None:
    assert says in problem(text)


def test_a_zone_outside_the_picture() -> None:
    drawn = Zone(id="gate", polygon=((1000, 500), (1900, 500), (1900, 1000)))
    with pytest.raises(UsageError, match=r"\[1000, 500\] lies outside the picture of 640x480") as caught:
        drawn.area(640, 480)
    assert caught.value.hint
    with pytest.raises(UsageError, match="too small"):
        Zone(id="dot", polygon=((0.5, 0.5), (0.501, 0.5), (0.5, 0.501))).area(640, 480)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"none\.yaml"):
        load_zones(tmp_path / "none.yaml")
    big = tmp_path / "big.yaml"
    big.write_bytes(b" " * 1_000_001)
    with pytest.raises(UsageError, match="larger than"):
        load_zones(big)
    big.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_zones(big)


def test_without_a_file_nobody_is_an_intruder() -> None:
    (frame,) = default_zones().zones
    assert "abandoned_object" in frame.rules.names
    assert "intrusion" not in frame.rules.names
    assert default_zones().camera.tamper is not None
