"""Follow-up questions are completed from the conversation, by a model or by rules."""

from __future__ import annotations

import pytest

from open_autoglm.tasks.follow_up import Exchange, leans_on_others, standing_question

HISTORY = [Exchange("How do I configure the firewall?", "Edit /etc/nftables.conf and load it with nft.")]


@pytest.mark.parametrize(
    "question",
    [
        "And how do I reload it?",
        "它在哪里？",
        "那报销呢？",
        "Why?",
        "What about IPv6?",
        "这个怎么办",
        "多少钱？",
    ],
)
def test_questions_that_lean_on_others(question: str) -> None:
    assert leans_on_others(question)


@pytest.mark.parametrize(
    "question",
    ["How is the firewall policy configured?", "员工请假流程是什么？", "Where are log files stored?"],
)
def test_questions_that_stand_by_themselves(question: str) -> None:
    assert not leans_on_others(question)


def test_a_model_completes_the_question(scripted) -> None:
    engine, script = scripted(["How do I reload the firewall?"])
    found = standing_question("How do I reload it?", HISTORY, engine)
    assert (found.text, found.worded_by) == ("How do I reload the firewall?", "model")
    assert script.requests[0].grammar is not None


@pytest.mark.parametrize(
    "written",
    [
        "如何重新加载防火墙？",  # another language
        "How do I reload it?",  # nothing was completed
        "How do I bake bread with yeast?",  # invented
        "You can reload the firewall with systemctl restart nftables.service",  # an answer
        "",
    ],
)
def test_what_is_no_completion_is_not_searched_for(scripted, written: str) -> None:
    engine, _ = scripted([written])
    found = standing_question("How do I reload it?", HISTORY, engine)
    assert found.worded_by == "rules"
    assert found.text == "How do I configure the firewall? How do I reload it?"


def test_without_a_model_the_rules_put_the_question_before_it_in_front() -> None:
    assert standing_question("那病假呢？", [Exchange("年假有几天？", "10天。")], None).text == (
        "年假有几天？ 那病假呢？"
    )


def test_words_of_another_language_are_not_put_in_front() -> None:
    assert standing_question("Why?", [Exchange("年假有几天？", "10天。")], None).text == "Why?"


def test_without_a_conversation_nothing_is_changed() -> None:
    assert standing_question("And it?", (), None).worded_by == "question"
