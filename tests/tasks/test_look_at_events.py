"""Pictures of events before a vision model: what it says stands beside the event."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from recordings import BAG, CROWD, INTRUSION, recording

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.tasks.look_at_events import look_at_events
from open_autoglm.tasks.recording_facts import event_statements
from open_autoglm.values import ImagePart

ANSWERS = [
    '{"description": "A man stands at a gate.", "agrees": "yes"}',
    '{"description": "An empty yard.", "agrees": "no"}',
    '{"agrees": "unclear"}',
]


@pytest.fixture
def seeing() -> Iterator[tuple[BlockingEngine, ScriptedEngine]]:
    engine = ScriptedEngine(
        ANSWERS, capabilities=Capabilities(context_window=4096, json_schema=True, vision=True)
    )
    with BlockingEngine(engine) as blocking:
        yield blocking, engine


def test_each_picture_is_described_and_held_against_its_event(
    seeing: tuple[BlockingEngine, ScriptedEngine],
) -> None:
    engine, script = seeing
    statements = event_statements(recording(INTRUSION, BAG, CROWD), "en", grouped=False)
    pictures = {"intrusion-1": b"one", "abandoned_object-1": b"two", "crowd-1": b"three"}
    notes = list(look_at_events(statements, pictures, engine, "en"))
    assert [(note.event, note.agrees) for note in notes] == [
        ("intrusion-1", True),
        ("abandoned_object-1", False),
    ]
    part, words = script.requests[0].messages[0].parts
    assert part == ImagePart(b"one", "image/jpeg")
    assert "00:03:21" in words.text


def test_an_event_without_a_picture_is_not_asked_about(
    seeing: tuple[BlockingEngine, ScriptedEngine],
) -> None:
    engine, script = seeing
    statements = event_statements(recording(INTRUSION, BAG), "zh", grouped=False)
    notes = list(look_at_events(statements, {"abandoned_object-1": b"two"}, engine, "zh"))
    assert [note.event for note in notes] == ["abandoned_object-1"]
    assert len(script.requests) == 1
