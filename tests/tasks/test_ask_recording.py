"""Questions about a recording: answered with times from its events, or not at all."""

from __future__ import annotations

import pytest
from recordings import BAG, COVERED, CROWD, INTRUSION, event, recording

from open_autoglm.tasks.ask_recording import ask_recording

VIDEO = recording(INTRUSION, BAG, CROWD)


@pytest.mark.parametrize(
    ("question", "said", "events"),
    [
        ("When was the bag left?", "00:08:45", ("abandoned_object-1",)),
        ("Did anyone enter the gate?", "00:03:21", ("intrusion-1",)),
        ("包是什么时候留下的？", "00:08:45", ("abandoned_object-1",)),
        ("一共有多少人？", "19", ()),
        ("How many people were there?", "19", ()),
        ("How many intrusions were there?", "There was 1 intrusion.", ("intrusion-1",)),
        ("Was the camera covered?", "No such event was found", ()),
        ("有人奔跑吗？", "没有发现这样的事件", ()),
        ("Was there a fight?", "don't answer that", ()),
    ],
)
def test_without_a_model_the_rules_answer(question: str, said: str, events: tuple[str, ...]) -> None:
    answer = ask_recording(question, VIDEO, None)
    assert said in answer.answer
    assert answer.events == events
    assert answer.question == question


def test_the_model_words_the_answer_and_names_its_facts(scripted) -> None:
    engine, script = scripted(["[1] The bag was left in zone “yard” at 00:08:45."])
    answer = ask_recording("When was the bag left?", VIDEO, engine)
    assert answer.answer == "The bag was left in zone “yard” at 00:08:45."
    assert answer.events == ("abandoned_object-1",)
    assert "When was the bag left?" in str(script.requests[0].messages[-1].content)


@pytest.mark.parametrize(
    "answered",
    [
        "[1] The bag was left at 00:09:59.",
        "[1] The bag with the bomb was left at 00:08:45.",
        "[7] The bag was left at 00:08:45.",
        "[1] The bag was left.",
        "none",
        "The bag was left at 00:08:45.",
    ],
)
def test_an_answer_that_the_facts_do_not_hold_is_not_given(scripted, answered: str) -> None:
    engine, _ = scripted([answered])
    answer = ask_recording("When was the bag left?", VIDEO, engine)
    assert answer.answer.startswith("A suitcase was left in zone “yard” at 00:08:45")
    assert answer.events == ("abandoned_object-1",)


def test_what_no_event_is_about_is_not_asked_of_the_model(scripted) -> None:
    engine, script = scripted(["[1] Yes."])
    assert "No such event" in ask_recording("Was the camera covered?", VIDEO, engine).answer
    assert script.requests == []
    assert ask_recording("Was the camera covered?", recording(COVERED), None).events == ("camera_tampered-1",)


def test_of_very_many_events_a_few_are_told_and_the_rest_counted() -> None:
    many = [event("intrusion", 10 * n, 10 * n + 5, n, class_name="person") for n in range(1, 31)]
    answer = ask_recording("Who entered?", recording(*many), None)
    assert "more events" in answer.answer
    assert len(answer.events) == 12
