"""Office Math (OMML, ECMA-376 part 1, section 22.1) to LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from open_autoglm.documents.formulas.symbols import FUNCTIONS, LIMIT_FUNCTIONS, SYMBOLS, plain_letter

NAMESPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MAX_DEPTH = 40

_WORDS = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+")

_ACCENTS = {
    "̂": r"\hat", "^": r"\hat", "̃": r"\tilde", "~": r"\tilde", "̄": r"\bar", "¯": r"\bar", "̅": r"\overline",
    "⃗": r"\vec", "→": r"\vec", "̇": r"\dot", "̈": r"\ddot", "́": r"\acute", "̀": r"\grave", "̆": r"\breve",
    "̌": r"\check",
}  # fmt: skip
_GROUPS = {"⏞": r"\overbrace", "⏟": r"\underbrace", "→": r"\overrightarrow", "←": r"\overleftarrow"}
_DELIMITERS = {
    "": ".", "{": r"\{", "}": r"\}", "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle", "〉": r"\rangle",
    "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "‖": r"\Vert", "∥": r"\Vert",
}  # fmt: skip
_MORE_SYMBOLS = {"∰": r"\oiiint", "…": r"\ldots"}
_ESCAPED = {
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "#": r"\#",
    "&": r"\&",
    "_": r"\_",
    "$": r"\$",
}


def to_latex(element: etree._Element) -> str:
    """LaTeX of an ``m:oMath``; structures that are not known keep their text."""
    return " ".join(_children(element, 0).split())


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.removeprefix(NAMESPACE) if isinstance(tag, str) and tag.startswith(NAMESPACE) else ""


def _children(element: etree._Element | None, depth: int) -> str:
    if element is None or depth > MAX_DEPTH:
        return ""
    return _joined([_read(child, depth + 1) for child in element])


def _joined(parts: list[str]) -> str:
    """Parts in a row; a command never runs into the letter after it."""
    joined = ""
    for part in parts:
        if part and joined and part[0].isalpha() and _ends_in_command(joined):
            joined += " "
        joined += part
    return joined


def _ends_in_command(latex: str) -> bool:
    tail = latex.rsplit("\\", 1)
    return len(tail) == 2 and tail[1].isalpha()


def _read(element: etree._Element, depth: int) -> str:
    name = _name(element)
    if name == "r":
        return _run(element)
    if name.endswith("Pr"):
        return ""
    return _READERS.get(name, _children)(element, depth)


def _part(element: etree._Element, name: str, depth: int) -> str:
    return _children(element.find(NAMESPACE + name), depth).strip()


def _property(element: etree._Element, name: str, default: str) -> str:
    """``m:val`` of a property; ``default`` where it is absent."""
    found = element.find(f"{NAMESPACE}{_name(element)}Pr/{NAMESPACE}{name}")
    return default if found is None else str(found.get(NAMESPACE + "val", ""))


def _run(run: etree._Element) -> str:
    text = "".join(node.text or "" for node in run.iter(NAMESPACE + "t"))
    plain = run.find(f"{NAMESPACE}rPr/{NAMESPACE}nor") is not None
    if plain and text.strip() and not text.isascii():
        return rf"\text{{{text}}}"
    if plain and any(character.isalpha() for character in text):
        return f"\\{text}" if text in FUNCTIONS else rf"\text{{{text}}}"
    if _WORDS.fullmatch(text.strip()):
        return rf"\text{{{text}}}"  # several words in a row are prose: math would drop their spaces
    return _joined([_symbol(character) for character in text])


def _symbol(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character in _MORE_SYMBOLS:
        return _MORE_SYMBOLS[character]
    letter = plain_letter(character)
    if letter is not None:
        base, style = letter
        base = SYMBOLS[base][0] if base in SYMBOLS else base
        return f"{style}{{{base}}}" if style else base
    known = SYMBOLS.get(character)
    return known[0] if known and not character.isascii() else character


def _scripts(element: etree._Element, depth: int) -> str:
    base = _part(element, "e", depth)
    if len(base) > 1 and not base.isalnum() and not base.startswith("\\"):
        base = f"{{{base}}}"
    lower, upper = _part(element, "sub", depth), _part(element, "sup", depth)
    return base + (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")


def _scripts_before(element: etree._Element, depth: int) -> str:
    lower, upper = _part(element, "sub", depth), _part(element, "sup", depth)
    scripts = (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")
    return _joined(["{}" + scripts if scripts else "", _part(element, "e", depth)])


def _fraction(element: etree._Element, depth: int) -> str:
    over, under = _part(element, "num", depth), _part(element, "den", depth)
    kind = _property(element, "type", "bar")
    if kind in ("lin", "skw"):
        return f"{over}/{under}"
    if kind == "noBar":
        return rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{over}}}{{{under}}}"
    return rf"\frac{{{over}}}{{{under}}}"


def _radical(element: etree._Element, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e', depth)}}}"


def _large_operator(element: etree._Element, depth: int) -> str:
    operator = _symbol(_property(element, "chr", "∫"))
    lower, upper = _part(element, "sub", depth), _part(element, "sup", depth)
    limits = (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")
    return _joined([operator + limits, _part(element, "e", depth)])


def _delimited(element: etree._Element, depth: int) -> str:
    opening, closing = _property(element, "begChr", "("), _property(element, "endChr", ")")
    separator = _property(element, "sepChr", "|")
    inside = separator.join(_children(part, depth).strip() for part in element.findall(NAMESPACE + "e"))
    left, right = _DELIMITERS.get(opening, opening), _DELIMITERS.get(closing, closing)
    return _joined([_joined([rf"\left{left}", inside]), rf"\right{right}"])


def _function(element: etree._Element, depth: int) -> str:
    name = _part(element, "fName", depth)
    for known in sorted(FUNCTIONS | LIMIT_FUNCTIONS, key=len, reverse=True):
        if name.startswith(known):
            name = f"\\{name}"
            break
    return _joined([name, _part(element, "e", depth)])


def _limit(element: etree._Element, depth: int) -> str:
    base, limit = _part(element, "e", depth), _part(element, "lim", depth)
    below = _name(element) == "limLow"
    if base in LIMIT_FUNCTIONS:
        return f"{base}_{{{limit}}}"  # the function around it writes the backslash
    if base.startswith((r"\underbrace", r"\overbrace")):
        return f"{base}{'_' if below else '^'}{{{limit}}}"
    if below and base.isalpha() and len(base) > 1:
        return rf"\operatorname*{{{base}}}_{{{limit}}}"
    command = r"\underset" if below else r"\overset"
    return f"{command}{{{limit}}}{{{base}}}"


def _accent(element: etree._Element, depth: int) -> str:
    command = _ACCENTS.get(_property(element, "chr", "\u0302"), r"\hat")
    return f"{command}{{{_part(element, 'e', depth)}}}"


def _bar(element: etree._Element, depth: int) -> str:
    command = r"\overline" if _property(element, "pos", "bot") == "top" else r"\underline"
    return f"{command}{{{_part(element, 'e', depth)}}}"


def _grouped(element: etree._Element, depth: int) -> str:
    mark, inside = _property(element, "chr", "⏟"), _part(element, "e", depth)
    if mark in _GROUPS:
        return f"{_GROUPS[mark]}{{{inside}}}"
    side = "overset" if _property(element, "pos", "bot") == "top" else "underset"
    return rf"\{side}{{{_symbol(mark)}}}{{{inside}}}"


def _matrix(element: etree._Element, depth: int) -> str:
    rows = [
        " & ".join(_children(cell, depth).strip() for cell in row.findall(NAMESPACE + "e"))
        for row in element.findall(NAMESPACE + "mr")
    ]
    body = r" \\ ".join(rows)
    return rf"\begin{{matrix}} {body} \end{{matrix}}"


def _equations(element: etree._Element, depth: int) -> str:
    rows = [_children(row, depth).strip() for row in element.findall(NAMESPACE + "e")]
    if len(rows) == 1:
        return rows[0]
    body = r" \\ ".join(rows)
    return rf"\begin{{aligned}} {body} \end{{aligned}}"


_READERS: dict[str, Callable[[etree._Element, int], str]] = {
    "sSub": _scripts,
    "sSup": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts_before,
    "f": _fraction,
    "rad": _radical,
    "nary": _large_operator,
    "d": _delimited,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accent,
    "bar": _bar,
    "groupChr": _grouped,
    "m": _matrix,
    "eqArr": _equations,
}
