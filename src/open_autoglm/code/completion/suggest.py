"""A completion while it comes: pieces in, what may be shown out, and the word that it is enough."""

from __future__ import annotations

from open_autoglm.code.completion.check import ParseCheck
from open_autoglm.code.completion.end import CompletionEnd
from open_autoglm.code.completion.finish import Finished, finish
from open_autoglm.code.completion.place import Place


class GrowingCompletion:
    """One answer of the model. ``add`` pieces until ``over``; then ``finished`` is what to show."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._end = CompletionEnd(place)
        self._text = ""
        self._length: int | None = None

    @property
    def over(self) -> bool:
        """Whether the end has been seen: what the model goes on to write would be cut."""
        return self._length is not None

    @property
    def text(self) -> str:
        """What has come, up to the end."""
        return self._text if self._length is None else self._text[: self._length]

    def add(self, piece: str) -> bool:
        """Take in a piece; True when the completion is over."""
        if self._length is None and piece:
            self._text += piece
            self._length = self._end.find(self._text)
        return self.over

    def cut_at_line(self) -> None:
        """End it with the last whole line: there is no time for more."""
        if self._length is None:
            whole = self._text[: self._text.rfind("\n") + 1]
            found = self._end.find(whole, finished=True)
            self._length = len(whole) if found is None else found

    def finished(self, check: ParseCheck | None = None) -> Finished:
        """The completion to show, once it is over or the model has ended."""
        if self._length is None:
            self._length = self._end.find(self._text, finished=True)
        return finish(self._place, self.text, check)
