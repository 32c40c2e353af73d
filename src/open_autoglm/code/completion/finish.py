"""The last touch: what stands after the cursor already is left out, and the completion is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from open_autoglm.code.completion.check import ParseCheck
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.scan import scan

MAX_OVERLAP = 200
MOST_CUTS = 8
"""Lines that may be taken off the end of a completion that does not parse."""
_GOES_ON = (":", ",", "\\", "(", "[", "{", "->", "=>")
"""Ends of lines after which something has to come, though a forgiving grammar takes them."""


@dataclass(frozen=True, slots=True)
class Finished:
    text: str
    parses: bool | None
    """Whether it brings no fault into the text around it; None where that can't be told."""
    faults: int = 0
    """Of the text with the completion in it."""


def finish(place: Place, text: str, check: ParseCheck | None = None) -> Finished:
    """The completion as it is shown: the variant with the fewest faults, the shorter one of equals.

    Where none parses, its first lines may: a small model often goes wrong only towards the end.
    """
    check = check or ParseCheck(place)
    variants = list(dict.fromkeys(_variants(place, text)))
    if not check.possible:
        return Finished(min(variants, key=lambda one: (_unbalance(place, one), len(one))), None)
    counted = [(faults, one) for one in variants if (faults := check.faults(one)) is not None]
    if not counted:
        return Finished(variants[0], None)
    faults, best = min(counted, key=lambda one: one[0])
    if check.parses(best) is False:
        beginning = next((one for one in _beginnings(best) if check.parses(one)), None)
        if beginning is not None:
            return Finished(beginning, True, check.faults(beginning) or 0)
    return Finished(best, check.parses(best), faults)


def _beginnings(text: str) -> Iterator[str]:
    """With lines taken off the end, one more each time."""
    lines = text.split("\n")
    for count in range(len(lines) - 1, max(0, len(lines) - 1 - MOST_CUTS), -1):
        beginning = "\n".join(lines[:count]).rstrip()
        if beginning.strip() and not beginning.endswith(_GOES_ON):
            yield beginning


def _variants(place: Place, text: str) -> Iterator[str]:
    """The text, and the text without a tail that stands after the cursor already; the likeliest first."""
    whole = text.rstrip() if not place.line_after.strip() else text.rstrip("\n")
    rest = place.line_after.rstrip()
    if rest:
        if whole.rstrip().endswith(rest):
            yield whole.rstrip()[: -len(rest)]
        for length in range(min(len(rest), len(whole), MAX_OVERLAP), 0, -1):
            if whole.endswith(rest[:length]):
                yield whole[:-length]
    else:
        yield from _without_following_lines(place, whole)
    yield whole
    if not rest and (closed := _with_closing_line(place, whole)):
        yield closed


def _without_following_lines(place: Place, text: str) -> Iterator[str]:
    """Without last lines that are the first ones after the cursor."""
    lines = text.split("\n")
    following = [line.strip() for line in place.suffix.split("\n")[1:] if line.strip()]
    for count in range(min(len(lines) - 1, len(following), 4), 0, -1):
        if [line.strip() for line in lines[-count:]] == following[:count]:
            yield "\n".join(lines[:-count]).rstrip()


def _with_closing_line(place: Place, text: str) -> str:
    """With the bracket that ends a block which the text opens, where only that is missing."""
    state = scan(text, place.language, scan(place.line_before, place.language))
    if state.brackets != "{" or state.quote or not text:
        return ""
    first = place.line_before + text.split("\n", 1)[0]
    return f"{text}\n{first[: len(first) - len(first.lstrip())]}}}"


def _unbalance(place: Place, text: str) -> int:
    """Brackets that don't match on the line, without a grammar to tell more."""
    line = place.line_before + text + place.line_after
    state = scan(line, place.language)
    return len(state.brackets) + state.underflow
