"""How much of a text is shown, and that it begins at the same line while somebody types."""

from __future__ import annotations

from itertools import pairwise

from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.window import CHARACTERS_PER_TOKEN, WindowLimits, windowed

LINES = [f"value_{number} = load({number})" for number in range(600)]
LIMITS = WindowLimits(prefix_tokens=300, suffix_tokens=60)


def window_at(lines: int, typed: str = "") -> tuple[str, str]:
    place = Place("\n".join(LINES[:lines]) + "\n" + typed, "\n" + "\n".join(LINES[lines:]))
    return windowed(place, LIMITS)


def test_a_short_text_is_shown_whole() -> None:
    assert windowed(Place("a = 1\n", "\nb = 2\n"), LIMITS) == ("a = 1\n", "\nb = 2\n")


def test_a_long_text_is_shown_within_its_limits_in_whole_lines() -> None:
    prefix, suffix = window_at(300, "value")
    assert len(prefix) <= 300 * CHARACTERS_PER_TOKEN
    assert len(suffix) <= 60 * CHARACTERS_PER_TOKEN
    assert prefix.endswith("\nvalue")
    assert prefix.split("\n", 1)[0] in LINES
    assert suffix.rstrip("\n").rsplit("\n", 1)[1] in LINES


def test_it_begins_at_the_same_line_for_most_keystrokes() -> None:
    typed = [window_at(lines, text)[0] for lines in range(200, 260) for text in ("", "val", "value_7 =")]
    changes = sum(not later.startswith(earlier.split("\n", 1)[0]) for earlier, later in pairwise(typed))
    assert changes <= len(typed) / 15


def test_one_line_longer_than_the_window_is_cut() -> None:
    prefix, _ = windowed(Place("x" * 5000, ""), LIMITS)
    assert prefix == "x" * (300 * CHARACTERS_PER_TOKEN)
