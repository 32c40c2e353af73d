import random

import pytest
from expression_parser import ParseError, evaluate, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("1.50", 1.5),
        ("((3))", 3),
        ("1+2-3+4", 4),
        ("8/4*2", 4),
        ("2*3^2", 18),
        ("(2*3)^2", 36),
        ("--5", 5),
        ("3 - -2", 5),
        ("-3 * -2", 6),
        ("4^0.5", 2),
        ("2^-2", 0.25),
        ("-(1+2)", -3),
        ("7/2", 3.5),
        ("  1  \t+ 1 ", 2),
        ("1-(2-3)-4", -2),
    ],
)
def test_values(text, expected):
    assert evaluate(text) == expected


def test_types():
    assert type(evaluate("2*3")) is int
    assert type(evaluate("4/2")) is float
    assert type(evaluate("2.0")) is float


@pytest.mark.parametrize("seed", range(30))
def test_against_python(seed):
    order = random.Random(seed)

    def some(depth):
        if depth == 0 or order.random() < 0.2:
            return str(order.randint(1, 9))
        sign = order.choice("+-*/")
        left, right = some(depth - 1), some(depth - 1)
        return f"({left}{sign}{right})" if order.random() < 0.4 else f"{left} {sign} {right}"

    text = some(4)
    try:
        expected = eval(text)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            evaluate(text)
    else:
        assert evaluate(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("1 +", 3),
        ("* 2", 0),
        ("(1 + 2", 6),
        ("1 + 2)", 5),
        ("2 3", 2),
        ("()", 1),
        ("1 $ 2", 2),
        ("2 x", 2),
        ("1..2", 1),
    ],
)
def test_errors(text, position):
    with pytest.raises(ParseError) as caught:
        evaluate(text)
    assert caught.value.position == position
    assert str(caught.value).endswith(f"at {position}")


def test_names():
    assert evaluate("a_1 + b", {"a_1": 2, "b": 3}) == 5
    assert evaluate("x", {"x": 0}) == 0
    with pytest.raises(KeyError):
        evaluate("x")
    with pytest.raises(ZeroDivisionError):
        evaluate("1 / x", {"x": 0})


def test_tokens():
    assert tokens("") == [("end", "", 0)]
    assert tokens("1.5(") == [("number", 1.5, 0), ("sign", "(", 3), ("end", "", 4)]
    assert [kind for kind, _, _ in tokens("a 1")] == ["name", "number", "end"]
