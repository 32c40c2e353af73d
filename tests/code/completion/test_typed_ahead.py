"""What is left of a suggestion that somebody types out."""

from __future__ import annotations

from open_autoglm.code.completion.typed_ahead import KEPT, TypedAhead

SUFFIX = "\nreturn page\n"


def kept(text: str = "load(page)\nsave(page)", prefix: str = "page = ") -> TypedAhead:
    typed = TypedAhead()
    typed.keep("anna", prefix, SUFFIX, text)
    return typed


def test_the_rest_is_the_answer_while_it_is_typed() -> None:
    typed = kept()
    assert typed.rest("anna", "page = ", SUFFIX) == "load(page)\nsave(page)"
    assert typed.rest("anna", "page = l", SUFFIX) == "oad(page)\nsave(page)"
    assert typed.rest("anna", "page = load(page)\n", SUFFIX) == "save(page)"


def test_anything_else_is_asked_anew() -> None:
    typed = kept()
    assert typed.rest("anna", "page = s", SUFFIX) is None
    assert typed.rest("anna", "page = load(page)\nsave(page)", SUFFIX) is None
    assert typed.rest("anna", "other = ", SUFFIX) is None
    assert typed.rest("anna", "page = l", "\nreturn other\n") is None


def test_nobody_is_told_what_another_was_suggested() -> None:
    assert kept().rest("bert", "page = l", SUFFIX) is None


def test_a_window_that_moved_on_is_the_same_place() -> None:
    long = "".join(f"line {number}\n" for number in range(200))
    typed = kept(prefix=long + "page = ")
    assert typed.rest("anna", long[500:] + "page = lo", SUFFIX) == "ad(page)\nsave(page)"


def test_an_empty_file_is_a_place_too() -> None:
    typed = kept(prefix="")
    assert typed.rest("anna", "lo", SUFFIX) == "ad(page)\nsave(page)"
    assert typed.rest("anna", "x", SUFFIX) is None


def test_only_so_many_places_are_remembered() -> None:
    typed = kept()
    for number in range(KEPT):
        typed.keep("anna", "page = ", f"\n{number}\n", "load(page)")
    assert typed.rest("anna", "page = l", SUFFIX) is None
