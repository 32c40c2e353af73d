"""The field list is refused with its line and the remedy, or taken whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.tasks.document_result import FieldType
from open_autoglm.tasks.field_specification import FieldSpecification, load_fields, parse_fields

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "fields.yaml"


def test_a_field_list() -> None:
    text = "- {name: sum, type: amount, description: total, required: true}\n- name: note\n"
    assert parse_fields(text, "f") == (
        FieldSpecification("sum", FieldType.AMOUNT, "total", True),
        FieldSpecification("note", FieldType.TEXT),
    )


def test_the_example_is_valid() -> None:
    assert {field.type for field in load_fields(EXAMPLE)} == set(FieldType)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must hold a list"),
        ("name: a", "must hold a list"),
        ("- name: a\n- nam: b", "line 2: unknown key 'nam'"),
        ("- name: a\n- type: text", "line 2: 'name' is None"),
        ("- {name: a, type: money}", "'type' is 'money'"),
        ("- {name: a, required: maybe}", "'required' is 'maybe'"),
        ("- {name: a}\n- {name: a}", "line 2: the name 'a' stands twice"),
        ("- plain", "'plain' is not a field"),
        ("- {name: a", "line"),
        ("- &x {name: a}\n- *x", "aliases"),
        ("- {name: " + "x" * 61 + "}", "'name'"),
    ],
)
def test_errors_name_line_key_and_remedy(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_fields(text, "fields.yaml")
    assert said in caught.value.message
    assert caught.value.hint


def test_a_missing_or_unreadable_list_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        load_fields(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(UsageError):
        load_fields(tmp_path / "bad.yaml")
