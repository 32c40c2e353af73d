"""Names in code as words to search by: whole, and in their parts."""

from __future__ import annotations

import re

_NAME = re.compile(r"[^\W\d]\w{2,}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")

COMMON = frozenset(
    {
        *("and", "the", "for", "not", "from", "import", "return", "def", "class", "self", "none", "true"),
        *("false", "else", "elif", "with", "this", "const", "let", "var", "function", "new", "public"),
        *("private", "static", "void", "int", "str", "string", "bool", "func", "type", "struct", "pub"),
        *("impl", "use", "mod", "mut", "package", "include", "try", "except", "catch", "finally", "raise"),
        *("throw", "throws", "while", "async", "await", "yield", "pass", "break", "continue", "lambda"),
        *("null", "undefined", "export", "default", "extends", "implements", "interface", "print"),
        *("len", "list", "dict", "set", "tuple", "any", "object", "assert", "isinstance"),
    }
)
"""Keywords and built-in names: they stand everywhere and tell nothing."""


def words_of(text: str) -> frozenset[str]:
    """Lower-case names of a text, and the parts of those that are put together: ``read_page``, ``page``."""
    found: set[str] = set()
    for name in set(_NAME.findall(text)):
        lowered = name.lower()
        if lowered in COMMON:
            continue
        found.add(lowered)
        parts = _PART.findall(name)
        if len(parts) > 1:
            found.update(part.lower() for part in parts if len(part) > 2)
    return frozenset(found - COMMON)
