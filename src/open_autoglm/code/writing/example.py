"""One example of a function: a call, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.code.writing.values import read_literal, same_value


@dataclass(frozen=True, slots=True)
class Example:
    """``call`` is an expression; ``expected`` the text of a value, or of an error that it raises."""

    call: str
    expected: str
    setup: tuple[str, ...] = ()
    """Statements that come before it."""
    raises: bool = False
    loose: bool = False
    """Written in prose, where ``("a")`` may stand for a tuple of one."""

    def shows(self, value: str) -> bool:
        """Whether the call gave what is expected; ``value`` is the text of what it gave."""
        if same_value(value, self.expected):
            return True
        if not self.loose or not self.expected.startswith("("):
            return False
        try:
            return same_value(value, repr((read_literal(self.expected),)))
        except ValueError:
            return False
