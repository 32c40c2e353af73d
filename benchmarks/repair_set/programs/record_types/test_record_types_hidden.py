from datetime import date

import pytest
from record_types import Field, FieldError, convert, guess_kind, read_record


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (" a b ", str, "a b"),
        ("1,5", str, "1,5"),
        ("-12", int, -12),
        ("1,234,567", int, 1234567),
        (" 7 ", int, 7),
        ("1,000.5", float, 1000.5),
        ("3", float, 3.0),
        ("TRUE", bool, True),
        ("1", bool, True),
        ("否", bool, False),
        (" no ", bool, False),
        (" 2024-02-29 ", date, date(2024, 2, 29)),
    ],
)
def test_convert(text, kind, expected):
    found = convert(text, kind)
    assert found == expected
    assert type(found) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.5", int),
        ("", int),
        ("x", float),
        ("", bool),
        ("2", bool),
        ("2023-02-29", date),
        ("1.5.2024", date),
    ],
)
def test_not_convertible(text, kind):
    with pytest.raises(ValueError, match=r".+"):
        convert(text, kind)


def test_order_and_other_fields():
    schema = [Field("b"), Field("a", int)]
    assert list(read_record({"a": "1", "c": "x", "b": "y"}, schema).items()) == [("b", "y"), ("a", 1)]
    assert read_record({"a": "1"}, []) == {}


@pytest.mark.parametrize("record", [{}, {"a": None}, {"a": ""}, {"a": " \t"}])
def test_missing(record):
    with pytest.raises(FieldError) as caught:
        read_record(record, [Field("a")])
    assert (caught.value.field, caught.value.text) == ("a", record.get("a"))
    assert caught.value.__cause__ is None
    assert read_record(record, [Field("a", int, required=False)]) == {"a": None}
    assert read_record(record, [Field("a", int, False, -1)]) == {"a": -1}


def test_zero_and_no_are_values():
    schema = [Field("n", int, False, 9), Field("f", bool, False, True)]
    assert read_record({"n": "0", "f": "no"}, schema) == {"n": 0, "f": False}


def test_optional_fields_must_be_readable_all_the_same():
    with pytest.raises(FieldError, match="n: cannot read 'x'"):
        read_record({"n": "x"}, [Field("n", int, required=False)])


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([], str),
        (["", "  "], str),
        (["true", "NO", "是"], bool),
        (["1", "yes"], str),
        (["0", "1"], int),
        (["1,000", "", "2"], int),
        (["1", "2", "0.5"], float),
        (["2024-01-01", " 2024-12-31"], date),
        (["2024-01-01", "5"], str),
        (["2024-13-01"], str),
    ],
)
def test_guess(texts, kind):
    assert guess_kind(texts) is kind


def test_texts_may_be_an_iterator():
    assert guess_kind(iter(["1", "2"])) is int
