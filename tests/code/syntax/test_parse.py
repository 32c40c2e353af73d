"""Parsing within bounds, positions in characters, and what doesn't parse."""

from __future__ import annotations

import pytest

from open_autoglm.code.languages import LANGUAGES, Language, language_named
from open_autoglm.code.syntax.faults import count_faults, syntax_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import LimitExceeded

SOUND = {
    "python": "def f(a):\n    return [a]\n",
    "javascript": "const f = (a) => { return [a] }\n",
    "typescript": "const f = (a: number): number[] => { return [a] }\n",
    "tsx": "const f = (a: string) => { return <b>{a}</b> }\n",
    "go": "package p\nfunc f(a int) []int { return []int{a} }\n",
    "java": "class A { int[] f(int a) { return new int[]{a}; } }\n",
    "c": "int f(int a) { return (a); }\n",
    "cpp": "auto f(int a) { return std::vector<int>{a}; }\n",
    "rust": "fn f(a: u8) -> Vec<u8> { vec![a] }\n",
}


def python() -> Language:
    language = language_named("python")
    assert language is not None
    return language


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_a_sound_text_has_no_fault_and_a_cut_one_has(language: Language) -> None:
    text = SOUND[language.name]
    assert syntax_faults(parse(text, language)) == ()
    cut = text.rstrip()[: -1 if language.name != "python" else -2]
    assert syntax_faults(parse(cut, language))


def test_a_missing_bracket_is_named_with_its_place() -> None:
    language = language_named("javascript")
    assert language is not None
    (fault,) = syntax_faults(parse("let 标题 = (a + 1;\n", language))
    assert (fault.line, fault.column, fault.message) == (1, 15, "missing ')'")


def test_what_fits_nowhere_is_quoted() -> None:
    fault = syntax_faults(parse("x = 1\ny = = 2\n", python()))[0]
    assert fault.line == 2
    assert fault.message == "'=' does not fit here"


def test_faults_are_told_up_to_a_limit() -> None:
    tree = parse("x = = 1\n" * 200, python())
    assert len(syntax_faults(tree)) == 50
    assert count_faults(tree) == 200


def test_positions_count_characters_in_any_script() -> None:
    text = "a = '标题'\n名 = '😀'; x = 1\n"
    tree = parse(text, python())
    for character in range(len(text) + 1):
        byte = len(text[:character].encode())
        assert tree.byte(character) == byte
        assert tree.character(byte) == character
        line = text.count("\n", 0, character) + 1
        assert tree.position(byte) == (line, character - (text.rfind("\n", 0, character) + 1))


def test_half_a_surrogate_pair_is_parsed_like_any_character() -> None:
    assert syntax_faults(parse("x = '\ud83d'\n", python())) == ()


def test_a_text_over_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="has 20 bytes; 10 are parsed at most"):
        parse("x = 1\n" * 3 + "\n\n", python(), max_bytes=10)


def test_a_text_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(LimitExceeded, match="took longer than"):
        parse("def f(:\n  x = (1,\n" * 20_000, python(), seconds=0.05)
