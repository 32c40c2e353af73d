"""How alike two pieces of LaTeX are: edit similarity of their tokens after both are made canonical."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s]")

_DROPPED = {
    r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\left", r"\right", r"\limits",
    r"\nolimits", r"\displaystyle", r"\textstyle", "~",
}  # fmt: skip

_SYNONYMS = {
    r"\rightarrow": r"\to", r"\le": r"\leq", r"\ge": r"\geq", r"\ne": r"\neq", r"\mathrm": r"\operatorname",
    r"\text": r"\operatorname", r"\dots": r"\ldots", r"\lvert": "|", r"\rvert": "|", r"\vert": "|",
    r"\Vert": r"\|", r"\lVert": r"\|", r"\rVert": r"\|", r"\overrightarrow": r"\vec",
    r"\boldsymbol": r"\mathbf", r"\mathscr": r"\mathcal", r"\overline": r"\bar", r"\ast": "*",
    r"\widehat": r"\hat", r"\epsilon": r"\varepsilon", r"\gathered": r"\aligned", r"\cdots": r"\ldots",
}  # fmt: skip
"""Commands that print the same, or that no reader of the page alone could tell apart."""


def tokens(latex: str) -> list[str]:
    """Canonical tokens: no spacing, no sizes of delimiters, one name per symbol, scripts in one order."""
    latex = re.sub(r"\\(begin|end)\{(\w+)\}", r" \\\1\2 ", latex)
    latex = latex.replace("gathered", "aligned").replace(r"^\prime", "'").replace(r"^{\prime}", "'")
    latex = re.sub(r"\\tag\{[^}]*\}", "", latex)
    latex = latex.replace(r"\pmod", r"\operatorname{mod}").replace(r"\bmod", r"\operatorname{mod}")
    found = [_SYNONYMS.get(token, token) for token in _TOKEN.findall(latex)]
    return _ordered_scripts([token for token in found if token not in _DROPPED])


def _ordered_scripts(found: list[str]) -> list[str]:
    """Subscripts before superscripts, and no braces, which only group."""
    result: list[str] = []
    index = 0
    while index < len(found):
        if found[index] in "_^" and index + 1 < len(found):
            first, index_after = _argument(found, index + 1)
            if index_after < len(found) and found[index_after] in "_^" and found[index_after] != found[index]:
                second, end = _argument(found, index_after + 1)
                parts = {found[index]: first, found[index_after]: second}
                for mark in "_^":
                    result += [mark, *_ordered_scripts(parts[mark])]
                index = end
                continue
            result += [found[index], *_ordered_scripts(first)]
            index = index_after
            continue
        if found[index] not in "{}":
            result.append(found[index])
        index += 1
    return result


def _argument(found: list[str], start: int) -> tuple[list[str], int]:
    if start >= len(found):
        return [], start
    if found[start] != "{":
        return [found[start]], start + 1
    depth = 0
    for index in range(start, len(found)):
        depth += (found[index] == "{") - (found[index] == "}")
        if depth == 0:
            return found[start + 1 : index], index + 1
    return found[start + 1 :], len(found)


def similarity(first: str, second: str) -> float:
    """1 minus the token edit distance over the longer length, 0 to 1."""
    return Levenshtein.normalized_similarity(tokens(first), tokens(second))
