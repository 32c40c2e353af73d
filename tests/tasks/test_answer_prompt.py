"""Lines of a model become claims with their numbers, however it writes them."""

from __future__ import annotations

import pytest

from open_autoglm.tasks.answer_prompt import Claim, LineReader, claims_of


@pytest.mark.parametrize(
    ("line", "claims"),
    [
        ("[1] Leave takes five days.", [Claim("Leave takes five days.", (1,))]),
        ("Leave takes five days. [1][2]", [Claim("Leave takes five days.", (1, 2))]),
        ("Leave takes five days [2].", [Claim("Leave takes five days.", (2,))]),
        ("[1, 3] Leave takes 2.5 days.", [Claim("Leave takes 2.5 days.", (1, 3))]),
        ("- [2]: 年假为五天。", [Claim("年假为五天。", (2,))]),
        ("年假为五天【1】。应提前申请［2］。", [Claim("年假为五天。", (1,)), Claim("应提前申请。", (2,))]),
        ("[1] 年假为五天。应提前申请。", [Claim("年假为五天。", (1,)), Claim("应提前申请。", (1,))]),
        ("年假为五天。应提前申请。[2]", [Claim("年假为五天。", (2,)), Claim("应提前申请。", (2,))]),
        ("No number at all.", [Claim("No number at all.", ())]),
        ("[1]", []),
        ("...", []),
        ("", []),
    ],
)
def test_a_line(line: str, claims: list[Claim]) -> None:
    assert claims_of(line) == claims


def test_claims_come_when_their_line_has_ended() -> None:
    reader = LineReader("en")
    assert list(reader.add("[1] Leave takes ")) == []
    assert list(reader.add("five days.\n[2] It is")) == [Claim("Leave takes five days.", (1,))]
    assert list(reader.end()) == [Claim("It is", (2,))]
    assert list(reader.end()) == []


def test_a_sentence_that_a_limit_broke_off_is_told_apart() -> None:
    long = "Leave takes five days in all. " + "Word " * 50
    reader = LineReader("en")
    assert [claim.whole for claim in reader.add(f"{long[:260]}[1]\n")] == [True, False]
    assert [claim.whole for claim in reader.add(f"{long[:258]}.[1]\nIt is [1]\n")] == [True, True, True]
    assert list(reader.add("And then")) == []
    assert [claim.whole for claim in reader.end(broken_off=True)] == [False]


@pytest.mark.parametrize(
    "said",
    [
        "NONE [0]",
        "NONE.",
        " `NONE`\n",
        "The passages do not mention the cup. [1]",
        "No information about it is given. [2]",
        "文档中没有提到食堂的开门时间。[1]",
        "根据片段无法确定。",
    ],
)
def test_a_model_may_say_that_there_is_nothing(said: str) -> None:
    reader = LineReader("en")
    assert [*reader.add(said), *reader.end()] == []
    assert reader.says_nothing
