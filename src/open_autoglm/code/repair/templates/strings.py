"""Texts: keys that are misspelt, patterns, formats of dates and numbers, encodings, modes of files."""

from __future__ import annotations

import ast
import codecs
import difflib
import itertools
import re
from collections.abc import Iterator

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template, call_name, quoted

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "latin-1", "utf-16", "ascii", "cp1252")
MODES = ("r", "w", "a", "rb", "wb", "ab", "x", "r+")
ERRORS = ("strict", "ignore", "replace", "backslashreplace", "surrogateescape")
DIRECTIVES = {
    "m": "M",
    "M": "mS",
    "d": "m",
    "H": "I",
    "I": "H",
    "y": "Y",
    "Y": "y",
    "b": "B",
    "B": "b",
    "S": "fM",
    "j": "d",
    "a": "A",
    "A": "a",
    "p": "P",
    "Z": "z",
    "z": "Z",
    "f": "S",
    "U": "V",
}
PATTERN_CALLS = ("compile", "match", "search", "fullmatch", "findall", "finditer", "sub", "split", "subn")


def _text(node: ast.AST, view: ModuleView) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not view.is_docstring(node):
        if isinstance(view.parent(node), ast.JoinedStr):
            return None
        return node.value
    return None


def _similar(view: ModuleView, node: ast.AST) -> Proposals:
    """A literal that is nearly another one of the program or of its tests."""
    value = _text(node, view)
    if value is None or not 1 < len(value) < 80:
        return
    code = view.code(node)
    words = (
        {word for text in view.hints.strings for word in re.findall(r"[\w-]{2,}", text)}
        if re.fullmatch(r"[\w-]+", value)
        else set()
    )
    pool = [*view.strings, *sorted(view.hints.strings | words)]
    for other in difflib.get_close_matches(
        value, [item for item in dict.fromkeys(pool) if item != value], n=3, cutoff=0.6
    ):
        ratio = difflib.SequenceMatcher(None, value, other).ratio()
        yield 0.25 + 0.4 * ratio, view.replace(node, quoted(other, code))
    if value.lower() != value:
        yield 0.35, view.replace(node, quoted(value.lower(), code))
    above = view.parent(node)
    if isinstance(above, ast.Subscript) or call_name(above or node) in (
        "get",
        "pop",
        "getattr",
        "find",
        "find_all",
    ):
        for other in _keys(view):
            if other != value:
                yield 0.22, view.replace(node, quoted(other, code))


def _keys(view: ModuleView) -> Iterator[str]:
    """Literals that are used as keys in this file, and short words of the tests."""
    seen: set[str] = set()
    for node in ast.walk(view.tree):
        key = None
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            key = node.slice.value
        elif (
            call_name(node) == "get"
            and isinstance(node, ast.Call)
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            key = node.args[0].value
        if isinstance(key, str) and key not in seen:
            seen.add(key)
            yield key
    for text in sorted(view.hints.strings):
        if re.fullmatch(r"[A-Za-z_][\w-]{1,30}", text) and text not in seen:
            yield text


def _spaces(view: ModuleView, node: ast.AST) -> Proposals:
    """Separators: with or without a space or a line end, another one."""
    value = _text(node, view)
    if value is None or len(value) > 30:
        return
    code = view.code(node)
    others = []
    if value.strip() != value or len(value) <= 3:
        others += [value.strip(), f"{value} ", f" {value}", f"{value}\n", value.rstrip("\n")]
    if len(value) <= 2:
        others += [",", ";", "\n", " ", "\t", ":", "/", ", ", "=", "&", "-", "", "."]
    others += [value.strip("/"), f"{value}/", f"/{value}"] if "/" in value else []
    above = view.parent(node)
    if isinstance(above, ast.Call) and call_name(above) == "split" and len(above.args) == 1:
        yield 0.5, view.replace(node, "")
    for other in dict.fromkeys(others):
        if other != value:
            yield 0.2, view.replace(node, quoted(other, code))


def _pattern(view: ModuleView, node: ast.AST) -> Proposals:
    """Regular expressions: greedy or not, how often, anchored, escaped, what a class holds."""
    value = _text(node, view)
    above = view.parent(node)
    if (
        value is None
        or not isinstance(above, ast.Call)
        or call_name(above) not in PATTERN_CALLS
        or not above.args
        or above.args[0] is not node
    ):
        return
    called = above.func.value if isinstance(above.func, ast.Attribute) else None
    if not (isinstance(called, ast.Name) and called.id == "re"):
        return
    for prior, other in _patterns(value):
        if other == value:
            continue
        try:
            re.compile(other)
        except (re.error, OverflowError):
            continue
        literal = f'r"{other}"' if '"' not in other else f"r'{other}'" if "'" not in other else repr(other)
        yield prior, view.replace(node, literal)


def _patterns(value: str) -> Iterator[tuple[float, str]]:
    for match in re.finditer(r"(?<!\\)[*+](?!\?)", value):
        place = match.start()
        yield 0.6, f"{value[: place + 1]}?{value[place + 1 :]}"
        yield 0.45, f"{value[:place]}{'+' if value[place] == '*' else '*'}{value[place + 1 :]}"
    for match in re.finditer(r"(?<=[*+])\?", value):
        yield 0.45, value[: match.start()] + value[match.end() :]
    for match in re.finditer(r"\\[dws]|\]|\)|\\S|\\W|(?<=\w)[a-z]", value):
        rest = value[match.end() :]
        if not rest.startswith(("*", "+", "?", "{")):
            yield 0.4, f"{value[: match.end()]}+{rest}"
            yield 0.3, f"{value[: match.end()]}*{rest}"
            yield 0.3, f"{value[: match.end()]}?{rest}"
    for match in re.finditer(r"(?<![\\\[(*+?])\.(?![*+?])", value):
        yield 0.5, f"{value[: match.start()]}\\{value[match.start() :]}"
    for match in re.finditer(r"\.(?=[*+])", value):
        for inner in ('[^"]', "[^<]", "[^>]", "[^,]", r"[^\s]"):
            yield 0.2, f"{value[: match.start()]}{inner}{value[match.end() :]}"
    for old, new, prior in (
        (r"\d+", r"-?\d+", 0.35),
        (r"\d+", r"\d+(?:\.\d+)?", 0.35),
        (r"\d+", r"[\d,]+", 0.3),
        (r"\d+", r"[\d.]+", 0.3),
        (r"\d+", r"[\d,.]+", 0.25),
        (r"\w+", r"[\w-]+", 0.35),
        (r"\w+", r"[\w.-]+", 0.3),
        (r"[a-z]", "[a-zA-Z]", 0.4),
        ("[a-z0-9]", "[a-zA-Z0-9]", 0.4),
        ("[A-Z]", "[A-Za-z]", 0.3),
        ("http:", "https?:", 0.4),
        ("'", "[\"']", 0.2),
        ('"', "[\"']", 0.25),
        (" ", r"\s*", 0.25),
        (" ", r"\s+", 0.25),
        ("=", r"\s*=\s*", 0.25),
        ("(", "(?:", 0.25),
        ("(?:", "(", 0.3),
    ):
        for match in re.finditer(re.escape(old), value):
            yield prior, value[: match.start()] + new + value[match.end() :]
    if value.startswith("^"):
        yield 0.4, value[1:]
    else:
        yield 0.3, f"^{value}"
    if value.endswith("$"):
        yield 0.4, value[:-1]
    else:
        yield 0.3, f"{value}$"
    yield 0.3, rf"\b{value}"
    yield 0.3, rf"\b{value}\b"
    for match in re.finditer(r"\{(\d+)(,?)(\d*)\}", value):
        low, comma, high = match.groups()
        for other in (
            f"{{{low},}}",
            f"{{{max(0, int(low) - 1)}{comma}{high}}}",
            f"{{{int(low) + 1}{comma}{high}}}",
            f"{{1,{high or low}}}",
        ):
            yield 0.4, value[: match.start()] + other + value[match.end() :]


def _dates(view: ModuleView, node: ast.AST) -> Proposals:
    value = _text(node, view)
    if value is None or not re.search(r"%[A-Za-z]", value):
        return
    code = view.code(node)
    found = list(re.finditer(r"%([A-Za-z])", value))
    for match in found:
        for other in DIRECTIVES.get(match[1], ""):
            yield (
                0.6,
                view.replace(node, quoted(f"{value[: match.start()]}%{other}{value[match.end() :]}", code)),
            )
    for first, second in itertools.pairwise(found):
        between = value[first.end() : second.start()]
        swapped = f"{value[: first.start()]}{second[0]}{between}{first[0]}{value[second.end() :]}"
        yield 0.6, view.replace(node, quoted(swapped, code))
    if len(found) >= 3:
        first, last = found[0], found[2]
        turned = (
            value[: first.start()]
            + last[0]
            + value[first.end() : last.start()]
            + first[0]
            + value[last.end() :]
        )
        yield 0.4, view.replace(node, quoted(turned, code))
    yield from (
        (0.3, view.replace(node, quoted(value.replace(old, new), code)))
        for old, new in (("/", "-"), ("-", "/"), ("-", "."), ("T", " "), (" ", "T"))
        if old in value
    )
    yield from (
        (0.3, view.replace(node, quoted(f"{value}{more}", code))) for more in ("%z", ".%f", "Z", ":%S")
    )


def _encodings(view: ModuleView, node: ast.AST) -> Proposals:
    value = _text(node, view)
    if value is None or not 1 < len(value) < 20:
        return
    code = view.code(node)
    above = view.parent(node)
    name = call_name(above) if above is not None else ""
    keyword = above.arg if isinstance(above, ast.keyword) else ""
    if _is_encoding(value) and (
        name in ("decode", "encode", "open", "read_text", "write_text", "str", "bytes")
        or keyword == "encoding"
        or "-" in value
    ):
        for place, other in enumerate(ENCODINGS):
            if codecs.lookup(other).name != codecs.lookup(value).name:
                yield 0.6 - 0.04 * place, view.replace(node, quoted(other, code))
    if value in MODES and (name == "open" or keyword == "mode"):
        yield from ((0.45, view.replace(node, quoted(other, code))) for other in MODES if other != value)
    if value in ERRORS and (name in ("decode", "encode", "open", "str") or keyword == "errors"):
        yield from ((0.45, view.replace(node, quoted(other, code))) for other in ERRORS if other != value)


def _is_encoding(value: str) -> bool:
    try:
        codecs.lookup(value)
    except (LookupError, ValueError):
        return False
    return True


def _formats(view: ModuleView, node: ast.AST) -> Proposals:
    """The form of a number inside an f-string or after ``format``."""
    if not isinstance(node, ast.JoinedStr) and (_text(node, view) is None or "{" not in view.code(node)):
        return
    code = view.code(node)
    start, _ = view.span(node)
    for match in re.finditer(r":([<>=^]?)(0?)(\d*)(,?)(?:\.(\d+))?([dfxXeg%s]?)\}", code):
        if not any(match.groups()):
            continue
        side, zero, width, comma, digits, kind = match.groups("")
        options = []
        if digits:
            options += [
                f"{side}{zero}{width}{comma}.{int(digits) + step}{kind}"
                for step in (1, -1, 2)
                if int(digits) + step >= 0
            ]
        if width:
            options += [
                f"{side}{zero}{int(width) + step}{comma}{'.' + digits if digits else ''}{kind}"
                for step in (1, -1)
                if int(width) + step > 0
            ]
            options.append(f"{side}{'' if zero else '0'}{width}{comma}{'.' + digits if digits else ''}{kind}")
        if side in ("<", ">"):
            options.append(
                f"{'>' if side == '<' else '<'}{zero}{width}{comma}{'.' + digits if digits else ''}{kind}"
            )
        options.append(f"{side}{zero}{width}{'' if comma else ','}{'.' + digits if digits else ''}{kind}")
        for option in options:
            yield 0.4, ((start + match.start() + 1, start + match.end() - 1, option),)
    for match in re.finditer(r"\{(\w+)\}", code):
        for option in (":02d", ":.2f", ":,"):
            yield 0.15, ((start + match.end() - 1, start + match.end() - 1, option),)


TEMPLATES = (
    Template(
        "spelling",
        Words("A text is misspelt, or it is another one.", "字符串写错了，或应为另一个字符串。"),
        _similar,
    ),
    Template("separator", Words("A separator is the wrong one.", "分隔符不对。"), _spaces),
    Template(
        "pattern",
        Words("A regular expression matches too much or too little.", "正则表达式匹配过多或过少。"),
        _pattern,
    ),
    Template("date-format", Words("A date's form does not fit its text.", "日期格式与文本不符。"), _dates),
    Template(
        "encoding",
        Words("An encoding or a file's mode is the wrong one.", "编码或文件打开模式不对。"),
        _encodings,
    ),
    Template(
        "number-format", Words("A number is printed in the wrong form.", "数字的输出格式不对。"), _formats
    ),
)
