from datetime import date

import pytest
from record_types import Field, FieldError, convert, guess_kind, read_record

SCHEMA = [
    Field("name"),
    Field("count", int),
    Field("price", float, required=False, default=0.0),
    Field("new", bool, required=False),
    Field("day", date, required=False),
]


def test_values_have_their_types():
    record = {"name": " Tea ", "count": "1,200", "price": "2.5", "new": "No", "day": "2024-05-01", "x": "y"}
    assert read_record(record, SCHEMA) == {
        "name": "Tea",
        "count": 1200,
        "price": 2.5,
        "new": False,
        "day": date(2024, 5, 1),
    }


def test_defaults():
    assert read_record({"name": "Tea", "count": "0", "price": " ", "new": None}, SCHEMA) == {
        "name": "Tea",
        "count": 0,
        "price": 0.0,
        "new": None,
        "day": None,
    }


def test_fields_that_cannot_be_read():
    with pytest.raises(FieldError, match="count: cannot read 'many'") as caught:
        read_record({"name": "Tea", "count": "many"}, SCHEMA)
    assert (caught.value.field, caught.value.text) == ("count", "many")
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(FieldError, match="name"):
        read_record({"count": "1"}, SCHEMA)


def test_booleans():
    assert [convert(text, bool) for text in ("YES", "是", "0", "false")] == [True, True, False, False]
    with pytest.raises(ValueError, match="maybe"):
        convert("maybe", bool)


def test_guesses():
    assert guess_kind(["yes", "", "No"]) is bool
    assert guess_kind(["1", "0"]) is int
    assert guess_kind(["1", "2.5"]) is float
    assert guess_kind(["2024-05-01"]) is date
    assert guess_kind(["1", "tea"]) is str
    assert guess_kind([" "]) is str
