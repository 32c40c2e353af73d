"""Works out arithmetic expressions such as ``2 * (3 + x)``."""

import re

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(.))")


class ParseError(ValueError):
    """The text is no expression; ``position`` says where, from 0."""

    def __init__(self, message, position):
        super().__init__(f"{message} at {position}")
        self.position = position


def tokens(text):
    """Return ``(kind, value, position)`` of each token, then ``("end", "", length of the text)``.

    Kinds are ``"number"`` (an int, or a float if there is a point), ``"name"`` and ``"sign"``.
    Raises ParseError for other characters.
    """
    found = []
    text = text.rstrip()
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        number, name, sign = match.groups()
        at = match.end()
        if number:
            found.append(("number", float(number) if "." in number else int(number), match.start(1)))
        elif name:
            found.append(("name", name, match.start(2)))
        elif sign in "+-*/^()":
            found.append(("sign", sign, match.start(3)))
        else:
            raise ParseError(f"unexpected {sign!r}", match.start(3))
    found.append(("end", "", len(text)))
    return found


def evaluate(text, names=None):
    """Return the value of an expression.

    ``^`` binds closest and from the right (2^3^2 is 512), then the sign minus (-2^2 is -4), then
    ``*`` and ``/``, then ``+`` and ``-``, these from the left. ``/`` always gives a float. Raises
    ParseError for a text that is no expression, KeyError for a name without a value, and
    ZeroDivisionError.
    """
    parser = _Parser(tokens(text), names or {})
    value = parser.sum()
    parser.expect("end", "")
    return value


class _Parser:
    def __init__(self, found, names):
        self._tokens = found
        self._at = 0
        self._names = names

    def sum(self):
        value = self._product()
        while True:
            if self._take("+"):
                value += self._product()
            elif self._take("-"):
                value -= self._product()
            else:
                return value

    def expect(self, kind, wanted):
        found, value, position = self._tokens[self._at]
        if (found, value) != (kind, wanted):
            raise ParseError(f"unexpected {value!r}" if value != "" else "unexpected end", position)
        self._at += 1

    def _product(self):
        value = self._signed()
        while True:
            if self._take("*"):
                value *= self._signed()
            elif self._take("/"):
                value /= self._signed()
            else:
                return value

    def _signed(self):
        if self._take("-"):
            return -self._signed()
        return self._power()

    def _power(self):
        base = self._atom()
        if self._take("^"):
            return base ** self._signed()
        return base

    def _atom(self):
        kind, value, position = self._tokens[self._at]
        if self._take("("):
            inner = self.sum()
            self.expect("sign", ")")
            return inner
        if kind not in ("number", "name"):
            raise ParseError(f"unexpected {value!r}" if value else "unexpected end", position)
        self._at += 1
        return self._names[value] if kind == "name" else value

    def _take(self, sign):
        if self._tokens[self._at][:2] == ("sign", sign):
            self._at += 1
            return True
        return False
