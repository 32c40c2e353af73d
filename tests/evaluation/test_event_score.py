"""Events are paired by type, zone and start; each counts once."""

from __future__ import annotations

from open_autoglm.evaluation.event_score import EventScore, TimedEvent, pair_events, score_events


def intrusion(start_s: float, zone: str | None = "yard", note: str | None = None) -> TimedEvent:
    return TimedEvent("intrusion", start_s, zone, note)


def test_starts_two_seconds_apart_are_one_event_and_more_are_two() -> None:
    assert pair_events([intrusion(12.0)], [intrusion(10.0)]).matched == ((0, 0),)
    pairs = pair_events([intrusion(12.1)], [intrusion(10.0)])
    assert (pairs.matched, pairs.false, pairs.missed) == ((), (0,), (0,))


def test_type_zone_and_a_note_of_the_truth_must_agree() -> None:
    truth = [intrusion(10.0, note="entered")]
    assert not pair_events([TimedEvent("crowd", 10.0, "yard", "entered")], truth).matched
    assert not pair_events([intrusion(10.0, "gate", "entered")], truth).matched
    assert not pair_events([intrusion(10.0, note="left")], truth).matched
    assert pair_events([intrusion(10.0, note="left")], [intrusion(10.0)]).matched


def test_as_many_as_possible_are_paired() -> None:
    # The nearest pair alone, 11.0 with 11.5, would leave two over.
    pairs = pair_events([intrusion(11.0), intrusion(13.0)], [intrusion(9.5), intrusion(11.5)])
    assert pairs.matched == ((0, 0), (1, 1))


def test_of_two_that_fit_the_nearer_is_taken() -> None:
    pairs = pair_events([intrusion(11.5), intrusion(10.1)], [intrusion(10.0)])
    assert (pairs.matched, pairs.false) == (((1, 0),), (0,))


def test_scores_are_summed_by_type_over_recordings() -> None:
    crowd = TimedEvent("crowd", 5.0)
    scores = score_events(
        [
            ([intrusion(10.0), intrusion(30.0)], [intrusion(10.5), crowd]),
            ([intrusion(1.0)], [intrusion(1.0)]),
        ]
    )
    assert scores == {"crowd": EventScore(0, 0, 1), "intrusion": EventScore(2, 3, 2)}
    assert (scores["intrusion"].precision, scores["intrusion"].recall) == (2 / 3, 1.0)
    assert (scores["crowd"].precision, scores["crowd"].recall) == (1.0, 0.0)
