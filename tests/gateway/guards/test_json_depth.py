"""The depth of JSON is what a parser would find, in whatever pieces it arrives."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from open_autoglm.gateway.guards.json_depth import DepthMeter


def depth(value: Any) -> int:
    """Counted on the parsed value."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def measured(text: bytes, *sizes: int) -> int:
    """Counted on the text, in pieces of these sizes in turn."""
    meter, place, turn = DepthMeter(), 0, 0
    while place < len(text):
        size = sizes[turn % len(sizes)] if sizes else len(text)
        meter.feed(text[place : place + size])
        place, turn = place + size, turn + 1
    return meter.deepest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", 0),
        (b"1", 0),
        (b"[]", 1),
        (b'{"a": [{}]}', 3),
        (b'["[[[["]', 1),
        (b'["\\"[[["]', 1),
        (b'["\\\\", [[]]]', 3),
        (b"[][][]", 1),
        (b"[" * 5000, 5000),
        (b'{"a":' * 5000, 5000),
        (b"]" * 10 + b"[" * 3, 0),
        (b'"never closed [[[', 0),
    ],
)
def test_brackets_count_outside_strings_only(text: bytes, expected: int) -> None:
    assert measured(text) == max(expected, 0)
    assert measured(text, 1) == expected


def test_it_agrees_with_a_parser_on_random_values_in_random_pieces() -> None:
    chance = random.Random(7)

    def value(levels: int) -> Any:
        kind = chance.random()
        if levels == 0 or kind < 0.3:
            return "".join(chance.choice('a"\\[]{}\n中') for _ in range(chance.randint(0, 12)))
        if kind < 0.65:
            return [value(levels - 1) for _ in range(chance.randint(0, 3))]
        return {str(value(0)): value(levels - 1) for _ in range(chance.randint(0, 3))}

    for _ in range(2000):
        made = value(chance.randint(0, 7))
        text = json.dumps(made, ensure_ascii=chance.random() < 0.5).encode()
        assert measured(text, *(chance.choice((1, 2, 3, 7, 1000)) for _ in range(5))) == depth(made)


def test_an_empty_piece_changes_nothing() -> None:
    meter = DepthMeter()
    for piece in (b'["\\', b"", b'"[[[', b'"]'):
        meter.feed(piece)
    assert meter.deepest == 1
