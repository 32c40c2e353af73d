"""The user's own fields: a YAML list of names, types and descriptions, validated with the line at fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.tasks.document_result import FieldType

MAX_FIELDS = 100
MAX_FILE_BYTES = 200_000
MAX_NAME_CHARACTERS = 60
MAX_DESCRIPTION_CHARACTERS = 300
_KEYS = ("name", "type", "description", "required")
_EXAMPLE = "Write each field like `- {name: contract_sum, type: amount, description: total price}`."


@dataclass(frozen=True, slots=True)
class FieldSpecification:
    """One wanted field. ``required`` makes a missing value an error of the result, not only a note."""

    name: str
    type: FieldType
    description: str = ""
    required: bool = False


def load_fields(path: Path) -> tuple[FieldSpecification, ...]:
    """The fields named in a YAML file.

    Raises InputMissing when it can't be read and UsageError naming line, key and remedy when it is wrong.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"Field list {path} is larger than {MAX_FILE_BYTES:,} bytes.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"Field list {path} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise InputMissing(
            f"Field list {path} can't be read: {error.strerror or error}.", hint="Check --fields."
        ) from error
    return parse_fields(text, str(path))


def parse_fields(text: str, place: str) -> tuple[FieldSpecification, ...]:
    """The fields in YAML text; ``place`` names it in errors. Raises UsageError."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        # A small file of nested aliases can stand for gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise UsageError(f"Field list {place} uses YAML aliases.", hint="Write each field out.")
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" line {where.line + 1}" if where else ""
        problem = getattr(error, "problem", None) or "it is nested too deep"
        raise UsageError(f"Field list {place}{line} is not valid YAML: {problem}.", hint=_EXAMPLE) from error
    if isinstance(loaded, dict) and list(loaded) == ["fields"] and isinstance(node, yaml.MappingNode):
        loaded, node = loaded["fields"], node.value[0][1]
    if not isinstance(loaded, list) or not isinstance(node, yaml.SequenceNode) or not loaded:
        raise UsageError(f"Field list {place} must hold a list of fields.", hint=_EXAMPLE)
    if len(loaded) > MAX_FIELDS:
        raise UsageError(
            f"Field list {place} has {len(loaded)} fields; the limit is {MAX_FIELDS}.", hint="Divide it."
        )
    fields: list[FieldSpecification] = []
    for item, item_node in zip(loaded, node.value, strict=True):
        line = f"{place} line {item_node.start_mark.line + 1}"
        field = _field(item, line)
        if any(field.name == other.name for other in fields):
            raise UsageError(f"{line}: the name {field.name!r} stands twice.", hint="Rename one of them.")
        fields.append(field)
    return tuple(fields)


def _field(item: Any, line: str) -> FieldSpecification:
    if not isinstance(item, dict):
        raise UsageError(f"{line}: {item!r} is not a field.", hint=_EXAMPLE)
    for key in item:
        if key not in _KEYS:
            raise UsageError(f"{line}: unknown key {key!r}.", hint=f"Use {', '.join(_KEYS)}.")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME_CHARACTERS:
        raise UsageError(
            f"{line}: 'name' is {name!r}.", hint=f"Give a text of 1 to {MAX_NAME_CHARACTERS} characters."
        )
    kind = item.get("type", "text")
    if kind not in list(FieldType):
        raise UsageError(f"{line}: 'type' is {kind!r}.", hint=f"Use one of {', '.join(FieldType)}.")
    description = item.get("description", "")
    if not isinstance(description, str) or len(description) > MAX_DESCRIPTION_CHARACTERS:
        raise UsageError(
            f"{line}: 'description' is not a text of at most {MAX_DESCRIPTION_CHARACTERS} characters.",
            hint="Say in a few words what the field means.",
        )
    required = item.get("required", False)
    if not isinstance(required, bool):
        raise UsageError(f"{line}: 'required' is {required!r}.", hint="Use true or false.")
    return FieldSpecification(name.strip(), FieldType(kind), description.strip(), required)
