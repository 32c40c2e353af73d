"""Which language a text is in where no file name says so: told by its lines, and confirmed by its parse."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from open_autoglm.code.languages import Language, language_named, language_of
from open_autoglm.code.syntax.faults import count_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import LimitExceeded

SAMPLE_CHARACTERS = 4_000
SURE_MARKS = 6
SURE_RATIO = 3
"""So many lines, and so many times those of the next language, need no parse: a window that begins inside a
long string has faults that are not the language's."""
LEAST_WIDER_MARKS = 2
FAULTS_EACH_LINES = 20
"""A text of the language has no more than one fault in so many lines, and two for the place itself."""

_MARKS: dict[str, tuple[str, ...]] = {
    "python": (
        r"^\s*(?:async )?def \w+\(",
        r"^\s*(?:class|elif|if) .*:$",
        r"^(?:import|from) \w[\w.]*(?: import .*)?$",
    ),
    "javascript": (r"^\s*(?:const|let|var) [\w{\[]", r"=>", r"\bfunction\b", r"\brequire\(", r"==="),
    "typescript": (
        r"\w\??: (?:string|number|boolean|void|any)\b",
        r"^\s*(?:export )?(?:interface|type|enum) \w+",
        r"import type",
    ),
    "go": (r"^package \w+$", r":=", r"^func ", r"^\s*(?:if|for) .*\{$"),
    "java": (r"^\s*(?:public|private|protected) ", r"^(?:package|import) [\w.]+;", r"^\s*@Override"),
    "c": (
        r"^\s*#\s*(?:include|define|ifdef|ifndef)",
        r"\w->\w",
        r"^\s*(?:static |const )?(?:int|char|void|struct \w+) \*?\w+",
    ),
    "cpp": (r"\bstd::", r"^\s*template ?<", r"^\s*namespace \w", r"^(?:public|private):$"),
    "rust": (
        r"^\s*(?:pub )?(?:fn|mod|struct|enum|trait) \w",
        r"\blet mut ",
        r"^use [\w:]+",
        r"^\s*impl\b",
        r"&mut |::new\(|#\[derive",
    ),
}
"""What lines of a language look like, and hardly any of others."""
_WIDER = {"javascript": "typescript", "c": "cpp"}
"""Whose texts look like the other's for the most part."""
_PATTERNS = {name: re.compile("|".join(marks), re.MULTILINE) for name, marks in _MARKS.items()}


def guess_language(text: str, names: Iterable[str] = ()) -> Language | None:
    """The likeliest language; ``names`` are those of files beside the text. None where none fits well."""
    beside = tuple(sorted({one.name for name in names if (one := language_of(name))}))
    head = text[:SAMPLE_CHARACTERS]
    found = _guessed(head[: head.rfind("\n") + 1] or head, beside)
    if found is None and len(text) > SAMPLE_CHARACTERS:  # it may begin with pages of prose
        tail = text[-SAMPLE_CHARACTERS:]
        found = _guessed(tail[tail.find("\n") + 1 :], beside)
    return found


@lru_cache(maxsize=64)
def _guessed(text: str, beside: tuple[str, ...]) -> Language | None:
    scores = {name: len(pattern.findall(text)) for name, pattern in _PATTERNS.items()}
    likely = sorted((name for name in scores if scores[name]), key=lambda name: -scores[name])
    most, next_most = sorted(scores.values(), reverse=True)[:2]
    if most >= max(SURE_MARKS, SURE_RATIO * next_most):
        wider = _WIDER.get(likely[0], "")
        return language_named(wider if scores.get(wider, 0) >= LEAST_WIDER_MARKS else likely[0])
    for name in dict.fromkeys((*beside, *likely[:2])):
        language = language_named(name)
        if language is not None and _fits(text, language):
            return language
    return None


def _fits(text: str, language: Language) -> bool:
    try:
        faults = count_faults(parse(text, language, seconds=0.2))
    except LimitExceeded:
        return False
    return faults <= 2 + text.count("\n") // FAULTS_EACH_LINES
