"""Candidates for other languages than Python: missing signs, and names that a compiler asks for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.repair.edit import Candidate, Words, edit_between

SIGN = Words("A sign is missing, or there is one too many.", "缺少或多出一个符号。")
NAME = Words("A name is misspelt.", "名称拼写错误。")
_MEANT = re.compile(r"did you mean [`'‘\"]?([\w.]+)", re.IGNORECASE)
_QUOTED = re.compile(
    r"[`'‘\"]([A-Za-z_]\w+)[`'’\"]|undefined: (\w+)|symbol:\s+\w+ (\w+)|(\w+) is not defined"
)
_WORD = re.compile(r"[A-Za-z_]\w{2,}")
NEAR = 2


def other_candidates(files: Mapping[str, str], failures: tuple[Failure, ...]) -> Iterator[Candidate]:
    """For the lines that the failures name, and those just before them; the likeliest first."""
    found: list[Candidate] = []
    for failure in failures[:5]:
        place = next((frame for frame in reversed(failure.frames) if frame.file in files), None)
        if place is not None:
            found += _names(files[place.file], place.file, place.line, f"{failure.message}\n{failure.text}")
            found += _signs(files[place.file], place.file, place.line)
    yield from sorted(found, key=lambda candidate: -candidate.prior)


def _names(text: str, file: str, line: int, message: str) -> Iterator[Candidate]:
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return
    meant = _MEANT.search(message)
    pool = set(_WORD.findall(text))
    for match in _QUOTED.finditer(message):
        known = next(filter(None, match.groups()))
        if not re.search(rf"\b{re.escape(known)}\b", lines[line - 1]):
            continue
        near = difflib.get_close_matches(known, pool - {known}, n=3, cutoff=0.7)
        for place, other in enumerate(dict.fromkeys([*([meant[1]] if meant else []), *near])):
            changed = re.sub(rf"\b{re.escape(known)}\b", other, lines[line - 1])
            yield _candidate(
                file, text, [*lines[: line - 1], changed, *lines[line:]], NAME, 0.95 - 0.05 * place
            )


def _signs(text: str, file: str, line: int) -> Iterator[Candidate]:
    lines = text.split("\n")
    for number in range(max(1, line - NEAR), min(len(lines), line + 1) + 1):
        code = lines[number - 1].rstrip()
        if not code.strip() or code.strip().startswith(("//", "#")):
            continue
        prior = 0.8 - 0.08 * abs(number - line)
        changes = [
            f"{code};",
            f"{code})",
            f"{code});",
            f"{code} {{",
            f"{code}}}",
            f"{code},",
            f'{code}"',
            f"{code}]",
        ]
        for end in (";", ") {", ");", "{"):
            if code.endswith(end):
                changes += [
                    f"{code[: -len(end)]}){end}",
                    f'{code[: -len(end)]}"{end}',
                    f"{code[: -len(end)]}]{end}",
                ]
        changes += [code[:-1]] if code[-1] in ";)},{" else []
        changes += (
            [code.replace(" = ", " == ", 1)] if re.match(r"\s*(?:if|while)\b", code) and " = " in code else []
        )
        for place, new in enumerate(dict.fromkeys(changes)):
            yield _candidate(
                file, text, [*lines[: number - 1], new, *lines[number:]], SIGN, prior - 0.01 * place
            )
    yield _candidate(file, text, [*text.rstrip("\n").split("\n"), "}", ""], SIGN, 0.6)


def _candidate(file: str, text: str, lines: list[str], reason: Words, prior: float) -> Candidate:
    return Candidate(
        (edit_between(file, text, "\n".join(lines)),), "sign" if reason is SIGN else "name", reason, prior
    )
