import pytest
from chinese_numbers import parse, write


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一", 1),
        ("〇", 0),
        ("十", 10),
        ("二十", 20),
        ("一百", 100),
        ("一百零一", 101),
        ("一百一十", 110),
        ("九千九百九十九", 9999),
        ("一万", 10000),
        ("十万零三百", 100300),
        ("一千万", 10000000),
        ("三千二百万零五", 32000005),
        ("两亿", 200000000),
        ("一千二百三十四亿五千六百七十八万九千零一", 123456789001),
        ("一亿二千", 100002000),
        ("五千亿", 500000000000),
        ("叁拾伍", 35),
        ("玖佰捌拾柒", 987),
        ("一九九七", 1997),
        ("12", 12),
        ("１０５", 105),
        ("25万", 250000),
        ("12 亿 3 万", 1200030000),
    ],
)
def test_parse(text, number):
    assert parse(text) == number


@pytest.mark.parametrize("text", ["", "\u3000", "一只", "abc", "3.5", "-1", "一 二x"])
def test_no_number(text):
    with pytest.raises(ValueError, match="no number"):
        parse(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (11, "十一"),
        (20, "二十"),
        (100, "一百"),
        (101, "一百零一"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1100, "一千一百"),
        (10000, "一万"),
        (10001, "一万零一"),
        (11000, "一万一千"),
        (100100, "十万零一百"),
        (150000, "十五万"),
        (10203040, "一千零二十万三千零四十"),
        (99999999, "九千九百九十九万九千九百九十九"),
    ],
)
def test_write(number, text):
    assert write(number) == text


@pytest.mark.parametrize("number", [-5, 10**8, 10**9])
def test_out_of_range(number):
    with pytest.raises(ValueError, match="cannot write"):
        write(number)


def test_there_and_back():
    for number in [*range(1200), *range(9900, 10120), *range(99950, 110120, 7), *range(1, 10**8, 1234567)]:
        assert parse(write(number)) == number
