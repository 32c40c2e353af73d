"""The words of a text as they are indexed."""

from __future__ import annotations

import pytest

from open_autoglm.knowledge.terms import MAX_TERM_CHARACTERS, terms


def test_chinese_text_becomes_single_characters_and_pairs() -> None:
    assert terms("请假流程") == ["请", "假", "流", "程", "请假", "假流", "流程"]


def test_pairs_do_not_reach_over_a_comma_or_a_latin_word() -> None:
    assert "程请" not in terms("流程，请假") + terms("流程 PDF 请假")


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("員工請假流程", "员工请假流程"),
        ("住著", "住着"),
        ("ＡＢＣ１２３", "abc123"),
        ("café", "cafe\u0301"),
        ("Configuring the firewalls", "configured firewall"),
        ("policies", "policy"),
        ("boxes", "box"),
        ("installation", "installed"),
        ("encrypted", "encryption"),
        ("the user's guide", "users' guides"),
        ("1,299.00", "1299"),
        ("3.50", "3.5"),
    ],
)
def test_ways_to_write_the_same(written: str, otherwise: str) -> None:
    assert terms(written) == terms(otherwise)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/etc/apt/sources.list", {"etc/apt/sources.list", "apt", "list"}),
        ("maxPoolSize", {"maxpoolsize", "pool", "size"}),
        ("apt-get", {"apt-get", "apt", "get"}),
        ("C++", {"c++"}),
        ("192.168.1.1", {"192.168.1.1"}),
        ("v1.2.0", {"v1.2.0"}),
        ("привет", {"привет"}),
        ("サーバー", {"サー", "ーバ", "バー"}),
    ],
)
def test_names_versions_and_other_scripts_are_kept(text: str, expected: set[str]) -> None:
    assert expected <= set(terms(text))


def test_words_that_say_nothing_of_a_subject_are_left_out() -> None:
    assert terms("How is the firewall configured?") == ["firewall", "configur"]


def test_a_text_of_nothing_else_keeps_them() -> None:
    assert terms("The Who") == ["the", "who"]


@pytest.mark.parametrize("text", ["", "  \n", "?!。，", "\ud800", "\0"])
def test_text_without_words_has_no_terms(text: str) -> None:
    assert terms(text) == []


def test_no_term_holds_a_space_or_is_long() -> None:
    text = "x" * 10_000 + " a b\u3000c\u00a0d " + "漢字" * 100
    assert all(term and not term.isspace() and len(term) <= MAX_TERM_CHARACTERS for term in terms(text))
    assert not any(" " in term or "\u3000" in term for term in terms(text))
