import pytest
from expression_parser import ParseError, evaluate, tokens


def test_tokens():
    assert tokens(" 2*x1 ") == [("number", 2, 1), ("sign", "*", 2), ("name", "x1", 3), ("end", "", 5)]
    with pytest.raises(ParseError, match="unexpected '%' at 2"):
        tokens("2 % 3")


def test_what_binds_closer():
    assert evaluate("2 + 3 * 4") == 14
    assert evaluate("(2 + 3) * 4") == 20
    assert evaluate("-2 ^ 2") == -4
    assert evaluate("2 ^ -1 * 8") == 4


def test_from_the_left_and_from_the_right():
    assert evaluate("10 - 4 - 3") == 3
    assert evaluate("16 / 4 / 2") == 2
    assert evaluate("2 ^ 3 ^ 2") == 512


def test_names():
    assert evaluate("price * 1.5", {"price": 10}) == 15
    with pytest.raises(KeyError, match="tax"):
        evaluate("price + tax", {"price": 1})


def test_texts_that_are_no_expression():
    for text, position in (("2 +", 3), ("(1", 2), ("1 2", 2), ("", 0), (")", 0)):
        with pytest.raises(ParseError) as caught:
            evaluate(text)
        assert caught.value.position == position
