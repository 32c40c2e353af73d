"""A sentence may say what its statements say: the same times, numbers and words, and nothing more."""

from __future__ import annotations

import pytest

from open_autoglm.tasks.recording_claims import claims_beyond, times_in
from open_autoglm.text_language import Language

GROUND = "A person (track 7) entered zone “gate” at 00:03:21 and left at 00:03:40, after 19 seconds."
BODEN = "00:03:21，一人（轨迹7）进入区域“gate”，于00:03:40离开，停留19秒。"


@pytest.mark.parametrize(
    ("sentence", "ground", "language"),
    [
        ("At 00:03:21 somebody stepped into the gate zone and stayed 19 seconds.", GROUND, "en"),
        ("A visitor entered the gate at 3:21.", GROUND, "en"),
        ("A person entered the gate after 3 minutes and 21 seconds.", GROUND, "en"),
        ("A suitcase lay unattended.", "A suitcase was left in zone “a” at 00:00:01.", "en"),
        ("在00:03:21有人走进区域“gate”，待了19秒后离开。", BODEN, "zh"),
        ("3分21秒，一人进入区域“gate”。", BODEN, "zh"),
    ],
)
def test_what_the_ground_says_may_be_said_in_other_words(
    sentence: str, ground: str, language: Language
) -> None:
    assert claims_beyond(sentence, (ground,), language) == []


@pytest.mark.parametrize(
    ("sentence", "ground", "language", "named"),
    [
        ("A person entered the gate at 00:03:22.", GROUND, "en", "202"),
        ("Two people entered the gate at 00:03:21.", GROUND, "en", "2"),
        ("A thief entered the gate at 00:03:21.", GROUND, "en", "thief"),
        ("A person entered the gate at 00:03:21 and stole a bicycle.", GROUND, "en", "bicycle"),
        ("A person did not enter the gate.", GROUND, "en", "not"),
        ("Nobody entered the gate at 00:03:21.", GROUND, "en", "nobody"),
        ("A person entered zone “dock” at 00:03:21.", GROUND, "en", "dock"),
        ("小偷于00:03:21进入区域“gate”。", BODEN, "zh", "小偷"),
        ("两个人于00:03:21进入区域“gate”。", BODEN, "zh", "2"),
        ("没有人进入区域“gate”。", BODEN, "zh", "没"),
        ("一人于00:03:30进入区域“gate”。", BODEN, "zh", "210"),
        ("一人于00:03:21进入区域“dock”。", BODEN, "zh", "dock"),
    ],
)
def test_what_goes_beyond_is_named(sentence: str, ground: str, language: Language, named: str) -> None:
    assert named in " ".join(claims_beyond(sentence, (ground,), language))


def test_the_words_of_a_question_may_stand_in_its_answer_but_not_its_numbers() -> None:
    ground = ("A suitcase was left in zone “yard” at 00:08:45.",)
    assert claims_beyond("The bag was left at 00:08:45.", ground, "en", may_say="when was the bag left") == []
    assert claims_beyond("It was left at 00:05:00.", ground, "en", may_say="was it left at 00:05:00?")


def test_times_are_read_in_every_form_people_write() -> None:
    assert times_in("00:01:05, 1:05, 1 minute and 5 seconds, 1分5秒, 1:02:03") == [65, 65, 65, 65, 3723]
