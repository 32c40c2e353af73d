import pytest
from chinese_numbers import parse, write


def test_reading():
    numbers = {
        "零": 0,
        "十五": 15,
        "三百二十一": 321,
        "两千零五": 2005,
        "一万二千": 12000,
        "一亿零三万": 100030000,
    }
    assert {text: parse(text) for text in numbers} == numbers


def test_other_ways_to_write_a_number():
    assert parse("二〇二四") == 2024
    assert parse("壹仟贰佰") == 1200
    assert parse(" １２ 万") == 120000
    assert parse("3亿5万") == 300050000


def test_texts_that_are_no_number():
    for text in ("", "  ", "三个", "x"):
        with pytest.raises(ValueError, match="no number"):
            parse(text)


def test_writing():
    numbers = {
        0: "零",
        10: "十",
        19: "十九",
        110: "一百一十",
        205: "二百零五",
        20010: "二万零一十",
        100200: "十万零二百",
    }
    assert {number: write(number) for number in numbers} == numbers
    with pytest.raises(ValueError, match="cannot write"):
        write(-1)
