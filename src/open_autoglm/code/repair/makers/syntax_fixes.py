"""Files that do not parse: brackets, colons, quotes, indentation and words of other languages."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from open_autoglm.code.repair.edit import Candidate, Words, edit_between

REASON = Words("The file does not parse.", "文件有语法错误。")
OPENING = {"(": ")", "[": "]", "{": "}"}
BLOCKS = (
    "if",
    "elif",
    "else",
    "for",
    "while",
    "def",
    "class",
    "try",
    "except",
    "finally",
    "with",
    "async",
    "match",
    "case",
)
FOREIGN = (
    (r"\belse\s+if\b", "elif"),
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"!(?=\w|\()", "not "),
    (r"\bnull\b", "None"),
    (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"),
    (r"\+\+", " += 1"),
    (r"--\s*$", " -= 1"),
    (r"\bfunction\b", "def"),
    (r";\s*$", ""),
    (r"\bthrow\b", "raise"),
    (r"\bcatch\b", "except"),
    (r"^(\s*)print (.+)$", r"\1print(\2)"),
    (r"except (\w+), (\w+):", r"except \1 as \2:"),
    (r"<>", "!="),
    (r"=>", ">="),
    (r"=<", "<="),
    (r"\bnew ", ""),
)
MOST_FURTHER = 5
NEAR = 3
"""Lines above and below the one that the parser names."""


def syntax_candidates(file: str, text: str) -> Iterator[Candidate]:
    """Changes of one line or two after which the whole file parses, or parses further than before."""
    fault = _fault(text)
    if fault is None:
        return
    lines = text.split("\n")
    seen: set[str] = set()
    further: list[Candidate] = []
    for prior, changed_lines in _proposals(lines, fault):
        changed = "\n".join(changed_lines)
        if changed in seen or changed == text:
            continue
        seen.add(changed)
        left = _fault(changed)
        candidate = Candidate((edit_between(file, text, changed),), "syntax", REASON, prior)
        if left is None:
            yield candidate
        elif left.line >= fault.line and (left.line, left.message) != (fault.line, fault.message):
            further.append(candidate)
    yield from sorted(further, key=lambda candidate: -candidate.prior)[:MOST_FURTHER]


class _Fault:
    def __init__(self, error: SyntaxError) -> None:
        self.line = error.lineno or 1
        self.message = error.msg or ""


def _fault(text: str) -> _Fault | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
            compile(text, "<candidate>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _Fault(error)
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _proposals(lines: list[str], fault: _Fault) -> Iterator[tuple[float, list[str]]]:
    last = min(len(lines), fault.line + NEAR)
    order = sorted(
        range(max(1, fault.line - NEAR), last + 1), key=lambda line: (abs(line - fault.line), line)
    )
    unclosed = re.search(r"'([(\[{])' was never closed", fault.message)
    if unclosed:
        # The bracket that the parser names was opened there; it may have to be closed on a later line.
        order = [*range(fault.line, min(len(lines), fault.line + 12) + 1), *order]
    for number in dict.fromkeys(order):
        line = lines[number - 1]
        near = 1.0 - 0.1 * abs(number - fault.line)
        for prior, new in _changed_line(line):
            yield prior * near, [*lines[: number - 1], *new, *lines[number:]]
        yield from ((prior * near, new) for prior, new in _indented(lines, number))


def _changed_line(line: str) -> Iterator[tuple[float, list[str]]]:
    code, comment = _without_comment(line)
    stripped = code.strip()
    if not stripped:
        return
    if stripped.split("(")[0].split(":")[0].split()[0] in BLOCKS and not stripped.endswith(":"):
        yield 0.95, [f"{code.rstrip()}:{comment}"]
        yield 0.8, [f"{code.rstrip()}):{comment}"]
    for closing in _missing_closers(code):
        yield 0.93, [f"{code.rstrip()}{closing}{comment}"]
        if code.rstrip().endswith((":", ",")):
            tail = code.rstrip()[-1]
            yield 0.94, [f"{code.rstrip()[:-1]}{closing}{tail}{comment}"]
    for closing in ")]}":
        if closing in code:
            place = code.rindex(closing)
            yield 0.85, [code[:place] + code[place + 1 :] + comment]
            for other in OPENING.values():
                if other != closing:
                    yield 0.8, [code[:place] + other + code[place + 1 :] + comment]
        yield 0.5, [f"{code.rstrip()}{closing}{comment}"]
        if code.rstrip().endswith((":", ",")):
            yield 0.55, [f"{code.rstrip()[:-1]}{closing}{code.rstrip()[-1]}{comment}"]
    if re.match(r"\s*(?:if|elif|while)\b", code) and re.search(r"(?<![=!<>])=(?!=)", code):
        yield 0.9, [re.sub(r"(?<![=!<>:])=(?!=)", "==", code, count=1) + comment]
    for quote in "\"'":
        if code.count(quote) % 2:
            yield 0.8, [f"{code.rstrip()}{quote}{comment}"]
            for end in (")", "]", "}", "):", ",", "),", ":"):
                if code.rstrip().endswith(end):
                    yield 0.85, [f"{code.rstrip()[: -len(end)]}{quote}{end}{comment}"]
            yield 0.5, [code.replace(quote, "", 1) + comment]
    for pattern, new in FOREIGN:
        changed = re.sub(pattern, new, code)
        if changed != code:
            yield 0.85, [changed + comment]
    yield 0.7, [f"{code.rstrip()},{comment}"]
    for match in re.finditer(r"(?<=[\w\"')\]}])\s+(?=[\w\"'(\[{])", stripped):
        joined = stripped[: match.start()] + ", " + stripped[match.end() :]
        yield 0.45, [code[: len(code) - len(code.lstrip())] + joined + comment]
    if stripped.endswith(":"):
        yield 0.5, [code.rstrip()[:-1] + comment]
    if stripped.startswith("def ") and "(" not in stripped:
        yield 0.8, [re.sub(r"def (\w+)\s*:?", r"def \1():", code) + comment]
    if re.match(r"\s*\w+ \w+ ?=", code):
        yield 0.4, [re.sub(r"^(\s*)\w+ ", r"\1", code) + comment]
    if "await" in code or "yield" in code or "return" in code:
        yield 0.3, [re.sub(r"\b(await|yield|return) ", "", code) + comment]


def _without_comment(line: str) -> tuple[str, str]:
    match = re.match(r"^((?:[^#\"']|\"[^\"]*\"|'[^']*')*?)(\s*#.*)$", line)
    return (match[1], match[2]) if match else (line, "")


def _missing_closers(code: str) -> Iterator[str]:
    """Closing brackets for those that stay open at the end of the line: all of them, then fewer."""
    open_ones: list[str] = []
    quote = ""
    for place, character in enumerate(code):
        if quote:
            quote = "" if character == quote and code[place - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in OPENING:
            open_ones.append(OPENING[character])
        elif character in ")]}" and open_ones:
            open_ones.pop()
    for count in range(len(open_ones), 0, -1):
        yield "".join(reversed(open_ones[-count:]))


def _indented(lines: list[str], number: int) -> Iterator[tuple[float, list[str]]]:
    line = lines[number - 1]
    if not line.strip():
        return
    if "\t" in line[: len(line) - len(line.lstrip())]:
        yield 0.85, [text.expandtabs(4) if text[:1] in " \t" else text for text in lines]
    before = next((text for text in reversed(lines[: number - 1]) if text.strip()), "")
    own = len(line) - len(line.lstrip())
    depth = len(before) - len(before.lstrip())
    wanted = {
        depth,
        depth + 4 if before.rstrip().endswith(":") else depth,
        max(0, depth - 4),
        own + 4,
        max(0, own - 4),
    } - {own}
    for width in sorted(wanted, key=lambda width: abs(width - own)):
        yield 0.75, [*lines[: number - 1], " " * width + line.lstrip(), *lines[number:]]
    if before.rstrip().endswith(":") and own <= depth:
        yield 0.6, [*lines[: number - 1], " " * (depth + 4) + "pass", *lines[number - 1 :]]
