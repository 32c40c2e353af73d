"""Reads the text of a zone file, and says in one sentence what is wrong with it and in which line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Any

import yaml
from pydantic import ValidationError

from open_autoglm.errors import UsageError

EXAMPLE = (
    "Write zones like `zones: [{id: gate, polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 1]], "
    "rules: {intrusion: {dwell_s: 1}}}]`."
)
MAX_DEPTH = 20
_INDENTING_TABS = re.compile(r"^[ \t]+", re.MULTILINE)
"""JSON may be indented with them, YAML may not."""


def plain_value(text: str, name: str) -> tuple[Any, yaml.Node | None]:
    """Plain values, and the nodes that know their lines. JSON is nearly YAML. Raises UsageError."""
    text = _INDENTING_TABS.sub(lambda found: " " * len(found[0]), text) if text.lstrip()[:1] in "{[" else text
    try:
        # A small file of nested aliases can stand for gigabytes.
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise UsageError(f"Zone file {name} uses YAML aliases.", hint="Write each zone out.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise UsageError(f"Zone file {name} is nested more than {MAX_DEPTH} deep.", hint=EXAMPLE)
        value = yaml.safe_load(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" line {where.line + 1}" if where else ""
        problem = getattr(error, "problem", None) or str(error)
        raise UsageError(f"Zone file {name}{line} is not valid YAML: {problem}.", hint=EXAMPLE) from error
    if value is None:
        raise UsageError(f"Zone file {name} is empty.", hint=EXAMPLE)
    if not isinstance(value, dict | list):
        raise UsageError(f"Zone file {name} holds no zones but {str(value)[:60]!r}.", hint=EXAMPLE)
    return value, node


def what_is_wrong(
    error: ValidationError, value: Any, node: yaml.Node | None, name: str, keys: Collection[str]
) -> str:
    """One sentence about the first error, with line, zone and key. ``keys`` are all that may be written."""
    first = error.errors(include_url=False)[0]
    path = [part for part in first["loc"] if not (isinstance(part, str) and part.startswith("function"))]
    if isinstance(node, yaml.SequenceNode) and path[:1] == ["zones"]:
        line = _line_of(node, path[1:])
    else:
        line = _line_of(node, path)
    place = f"{name} line {line}" if line else name
    return f"{place}: {_subject(path, value)}{_problem(first, path, keys)}."


def _subject(path: list[Any], value: Any) -> str:
    """``zone 'gate' intrusion dwell_s: ``, as far as the path goes."""
    words: list[str] = []
    rest = list(path)
    if len(rest) >= 2 and rest[0] == "zones" and isinstance(rest[1], int):
        try:
            zone = value["zones"][rest[1]]
            words.append(f"zone {zone['id']!r}")
        except (KeyError, TypeError, IndexError):
            words.append(f"zone number {rest[1] + 1}")
        rest = rest[2:]
    words += [f"[{part}]" if isinstance(part, int) else str(part) for part in rest if part != "rules"]
    return " ".join(words).replace(" [", "[") + ": " if words else ""


def _problem(first: Any, path: list[Any], keys: Collection[str]) -> str:
    given = repr(first["input"])
    given = given if len(given) <= 60 else given[:57] + "…"
    kind, context = first["type"], first.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), keys, n=1)
        return "this key is unknown" + (f"; write {near[0]}" if near else "")
    if kind == "missing":
        return "it is missing"
    if kind in ("too_long", "too_short", "tuple_type") and isinstance(path[-1], int):
        return f"a point is written [x, y], not {given}"
    if kind in ("tuple_type", "model_type"):
        return f"{given} is no {'list' if kind == 'tuple_type' else 'set of keys'}"
    message = str(first["msg"]).replace("Input should be", "it should be")
    return f"{message[0].lower()}{message[1:]}, not {given}"


def _line_of(node: yaml.Node | None, path: list[Any]) -> int:
    """The line of the deepest node on the path, from 1; 0 without one."""
    if node is None:
        return 0
    for part in path:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((kept for key, kept in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1
