"""Examples written as named inputs and an output: ``Input: n = 2`` … ``Output: 4``, ``for n = 2 … be 4``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.values import value_at

_NAMED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*[=:]\s*(?![=>])")
_INPUT = re.compile(r"(?:\bInput\b|输入)\s*[:=：]?\s*", re.IGNORECASE)
_OUTPUT = re.compile(
    r"(?:\b(?:output|result|answer|should|must|will|returns?)\b|输出|返回|结果)"
    r"(?:\s+(?:should|must|will|be|is|return|equal))*\s*[:=：]?\s*",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*,")


@dataclass(frozen=True, slots=True)
class _Found:
    """A value in the text: an argument by name, an argument by its place, or an output."""

    at: int
    kind: Literal["named", "placed", "output"]
    value: str
    name: str = ""


def input_examples(
    text: str, name: str, parameters: Sequence[str], takes: Callable[[int], bool]
) -> tuple[Example, ...]:
    """Outputs whose inputs are all told before them."""
    return tuple(_examples(text, name, parameters, takes))


def _examples(
    text: str, name: str, parameters: Sequence[str], takes: Callable[[int], bool]
) -> Iterator[Example]:
    named: dict[str, str] = {}
    placed: list[str] = []
    for found in sorted(_values(text, parameters), key=lambda found: found.at):
        if found.kind == "named":
            named[found.name] = found.value
        elif found.kind == "placed":
            placed.append(found.value)
        else:
            arguments = placed or _in_order(named, parameters)
            if arguments and takes(len(arguments)):
                yield Example(f"{name}({', '.join(arguments)})", found.value, loose=True)
            named, placed = {}, []


def _in_order(named: dict[str, str], parameters: Sequence[str]) -> list[str]:
    """Arguments in the order of the parameters; none where one before another is missing."""
    given = [parameter in named for parameter in parameters]
    count = sum(given)
    return [named[parameter] for parameter in parameters[:count]] if all(given[:count]) else []


def _values(text: str, parameters: Sequence[str]) -> Iterator[_Found]:
    outputs = list(_outputs(text))
    yield from outputs
    for match in _NAMED.finditer(text):
        if match[1] in parameters and (found := value_at(text, match.end())):
            yield _Found(match.start(), "named", found[0], match[1])
    for match in _INPUT.finditer(text):
        until = next((output.at for output in outputs if output.at > match.end()), len(text))
        yield from _placed(text, match.end(), until, parameters)


def _outputs(text: str) -> Iterator[_Found]:
    """The last one of each line: "the sum will be 3, the output should be 4"."""
    last: _Found | None = None
    for match in _OUTPUT.finditer(text):
        if found := value_at(text, match.end()):
            if last is not None and "\n" in text[last.at : match.start()]:
                yield last
            last = _Found(match.start(), "output", found[0])
    if last is not None:
        yield last


def _placed(text: str, at: int, until: int, parameters: Sequence[str]) -> Iterator[_Found]:
    """Values behind ``Input:``: bare ones with commas between, or under names of their own."""
    named = [match for match in _NAMED.finditer(text, at, until) if value_at(text, match.end())]
    if named and any(match[1] not in parameters for match in named):
        for match in named:
            if found := value_at(text, match.end()):
                yield _Found(match.start(), "placed", found[0])
        return
    while found := value_at(text, at):
        value, end = found
        yield _Found(at, "placed", value)
        comma = _COMMA.match(text, end)
        if comma is None:
            return
        at = comma.end()
