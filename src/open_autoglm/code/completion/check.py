"""Whether a completion parses together with what surrounds it."""

from __future__ import annotations

from open_autoglm.code.completion.place import Place
from open_autoglm.code.syntax.faults import count_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import LimitExceeded

WINDOW_CHARACTERS = 8_000
"""Of each side: parsing as much takes some 6 ms, and faults farther away are not the completion's."""
PARSE_SECONDS = 0.3


class ParseCheck:
    """Counts faults of the text with a completion in it against those of the text around it.

    A half-written statement is a fault itself. So the text is also counted without the cursor's line, and
    the fewer faults of the two are those that were there before.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._before, self._after = _window(place)
        without_line = (
            self._before[: len(self._before) - len(place.line_before)],
            self._after[len(place.line_after) :],
        )
        counts = [self._count(self._before, self._after), self._count(*without_line)]
        self._without = min((count for count in counts if count is not None), default=None)

    @property
    def possible(self) -> bool:
        return self._without is not None

    def faults(self, completion: str) -> int | None:
        """Places that don't parse; None where the language isn't known or parsing takes too long."""
        return self._count(self._before + completion, self._after)

    def parses(self, completion: str) -> bool | None:
        """Whether no fault is left that wasn't there before; to add nothing brings none."""
        faults = self.faults(completion)
        if faults is None or self._without is None:
            return None
        return faults <= self._without or not completion.strip()

    def _count(self, before: str, after: str) -> int | None:
        if self._place.language is None:
            return None
        try:
            return count_faults(parse(before + after, self._place.language, seconds=PARSE_SECONDS))
        except LimitExceeded:
            return None


def _window(place: Place) -> tuple[str, str]:
    """As much of both sides as is parsed, cut between lines."""
    before, after = place.prefix, place.suffix
    if len(before) > WINDOW_CHARACTERS:
        before = before[before.find("\n", len(before) - WINDOW_CHARACTERS) + 1 :]
    if len(after) > WINDOW_CHARACTERS:
        after = after[: max(after.rfind("\n", 0, WINDOW_CHARACTERS), len(place.line_after))]
    return before, after
