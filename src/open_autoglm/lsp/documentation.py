"""What the author of a definition wrote about it: a docstring, or the comment above."""

from __future__ import annotations

import ast
import inspect
import re
import warnings

from open_autoglm.code.languages import Language
from open_autoglm.code.syntax.definitions import Definition

MAX_CHARACTERS = 2_000
_DOCSTRING = re.compile(
    r"""\s*([rRuU]?(?:"{3}(?:\\.|[^\\])*?"{3}|'{3}(?:\\.|[^\\])*?'{3}|"[^"\n]*"|'[^'\n]*'))""", re.DOTALL
)
_STARS = re.compile(r"^[ \t]*\*? ?", re.MULTILINE)


def documentation(text: str, definition: Definition, language: Language) -> str:
    """Empty where there is none."""
    if language.name == "python":
        said = _docstring(text, definition)
    else:
        said = _comment_above(text[: definition.start], language)
    return said if len(said) <= MAX_CHARACTERS else f"{said[:MAX_CHARACTERS]}…"


def _docstring(text: str, definition: Definition) -> str:
    if definition.body_start is None:
        return ""
    found = _DOCSTRING.match(text, definition.body_start, definition.end)
    if found is None:
        return ""
    try:
        with warnings.catch_warnings():  # of an escape that Python doesn't know
            warnings.simplefilter("ignore")
            said = ast.literal_eval(found[1])
    except (ValueError, SyntaxError):  # while it is being typed
        return ""
    return inspect.cleandoc(said) if isinstance(said, str) else ""


def _comment_above(before: str, language: Language) -> str:
    before = before.rstrip(" \t")
    if not before.endswith("\n") or before.endswith("\n\n"):
        return ""
    before = before.rstrip()
    if language.block_comment is not None and before.endswith(language.block_comment[1]):
        opening, closing = language.block_comment
        start = before.rfind(opening)
        if start >= 0:
            inside = before[start + len(opening) : -len(closing)].strip("*! \n")
            return inspect.cleandoc(_STARS.sub("", inside))
        return ""
    lines: list[str] = []
    for line in reversed(before.split("\n")):
        bare = line.strip()
        if not bare.startswith(language.line_comment):
            break
        lines.append(bare.lstrip("/#!").removeprefix(" "))
    return "\n".join(reversed(lines))
