"""Tests turned into questions: the same calls with other values, telling what they give and judging nothing.

Two changes that pass the same tests may still do different things. Their answers to varied tests show it
(differential testing, McKeeman 1998), for functions, methods, files and coroutines alike, because a test
already knows how to set all of that up.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator

VARIANTS = 32
MOST_CHANGED = 2
"""Values of one test that are changed at once."""
SHARED_SHARE = 0.25
EQUAL_SHARE = 0.3
MARK = "answers: "
"""Begins the message with which a varied test ends."""
MOST_ANSWER = 1_500

Literal = int | float | str | bytes
_SEEN = "_answers"
_SIGNS = (" ", "\t", ",", "-", "/", "#", "é", "中")
_EQUAL_WORDS = ("assertEqual", "assertTrue", "assertFalse", "assertIs", "assertIn", "assertIsNone")


def varied_tests(text: str, numbers: frozenset[int] = frozenset(), most: int = VARIANTS) -> Iterator[str]:
    """Up to ``most`` versions of a module of tests, the same ones in every run; none for what is no Python.

    ``numbers`` are those of the program that are worth trying; so are the characters with these codes.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    seen = set()
    for number in range(most):
        dice = random.Random(number)  # noqa: S311 - the same values in every run
        changed = _vary(ast.parse(text), dice, sorted(numbers)) if number else tree
        told = _Telling().visit(changed)
        told.body[_first_statement(told) : 0] = ast.parse(f"{_SEEN} = []").body
        written = ast.unparse(ast.fix_missing_locations(told))
        if written not in seen:
            seen.add(written)
            yield written


def _first_statement(tree: ast.Module) -> int:
    """Behind what has to stand first in a module."""
    futures = [
        place
        for place, node in enumerate(tree.body)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    return futures[-1] + 1 if futures else 0


def answers_in(message: str) -> str:
    """What a varied test told, without what differs between two runs of the same program."""
    told = message.partition(MARK)[2] or message
    return re.sub(r"0x[0-9a-f]{6,}|pytest-\d+|line \d+", "", told)


class _Telling(ast.NodeTransformer):
    """Makes each test keep what it would have judged, and end with it."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._test(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._test(node)

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        compared = [node.test.left, *node.test.comparators] if isinstance(node.test, ast.Compare) else []
        return [_kept(value) for value in compared or [node.test]]

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in _EQUAL_WORDS
        ):
            return [_kept(value) for value in call.args[:2]]
        return node

    def _test(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        if not node.name.startswith("test"):
            return node
        body = ast.parse(
            f"try:\n    pass\nexcept BaseException as _error:\n"
            f"    {_SEEN}.append(type(_error).__name__)\n"
            f"raise AssertionError({MARK!r} + repr({_SEEN})[:{MOST_ANSWER}])"
        ).body
        body[0].body = node.body  # type: ignore[attr-defined]  # the try above
        node.body = [*ast.parse(f"{_SEEN}.clear()").body, *body]
        return node


def _kept(value: ast.expr) -> ast.stmt:
    statement = ast.parse(
        f"try:\n    {_SEEN}.append(repr(0)[:300])\nexcept Exception as _error:\n"
        f"    {_SEEN}.append(type(_error).__name__)"
    ).body[0]
    statement.body[0].value.args[0].value.args[0] = value  # type: ignore[attr-defined]  # the try above
    return statement


def _vary(tree: ast.Module, dice: random.Random, numbers: list[int]) -> ast.Module:
    """Each test with other values; what they share only now and then, since that changes all of them."""
    for statement in tree.body:
        shared = not (isinstance(statement, ast.FunctionDef) and statement.name.startswith("test"))
        if shared and dice.random() > SHARED_SHARE:
            continue
        places = [place for place in _values(statement) if _can_change(place[1])]
        for parent, node in dice.sample(places, min(len(places), dice.randint(1, MOST_CHANGED))):
            _exchange(parent, node, _other(node, dice, numbers, _like(node, [item for _, item in places])))
    return tree


def _like(node: ast.expr, others: list[ast.expr]) -> list[Literal]:
    """Other literals of the same type: put elsewhere they make ties and repetitions."""
    if not isinstance(node, ast.Constant):
        return []
    values = [item.value for item in others if isinstance(item, ast.Constant)]
    return [
        value
        for value in values
        if isinstance(value, int | float | str | bytes)
        and type(value) is type(node.value)
        and value != node.value
    ]


def _exchange(parent: ast.AST, node: ast.expr, other: ast.expr) -> None:
    for name, value in ast.iter_fields(parent):
        if value is node:
            setattr(parent, name, other)
        elif isinstance(value, list):
            value[:] = [other if item is node else item for item in value]


def _values(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Literals with what holds them; not those that only name things or say what is expected."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
            skipped |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Call) and _called(node) in ("raises", "mark", "parametrize", "fixture"):
            skipped |= {id(part) for keyword in node.keywords for part in ast.walk(keyword)}
        elif isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
            # The expected side is asked of nothing.
            right = node.test.comparators
            skipped |= {id(part) for value in right if not _calls(value) for part in ast.walk(value)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if id(node) not in skipped:
            for part in ast.iter_child_nodes(node):
                if isinstance(part, ast.expr) and id(part) not in skipped:
                    yield node, part


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _calls(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


def _can_change(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | str | bytes) and node.value not in ("", b"")
    return isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load)


def _other(
    node: ast.expr,
    dice: random.Random,
    numbers: list[int],
    like: list[Literal],
) -> ast.expr:
    if like and dice.random() < EQUAL_SHARE:
        return ast.Constant(dice.choice(like))
    if isinstance(node, ast.List | ast.Tuple):
        return type(node)(_other_items(node.elts, dice), ast.Load())
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, bool):
        return ast.Constant(not value)
    if isinstance(value, int | float):
        return ast.Constant(_other_number(value, dice, numbers))
    if isinstance(value, bytes):
        text = _other_text(value.decode("latin-1"), dice, [code for code in numbers if code < 256])
        return ast.Constant(text.encode("latin-1", "replace"))
    return ast.Constant(_other_text(str(value), dice, numbers))


def _other_items(items: list[ast.expr], dice: random.Random) -> list[ast.expr]:
    place, other = dice.randrange(len(items)), dice.randrange(len(items))
    choice = dice.randrange(4)
    if choice == 0:
        return [*items[:place], *items[place + 1 :]]
    if choice == 1:
        return [*items[:place], items[other], *items[place:]]
    if choice == 2:
        return items[::-1]
    return [items[other] if number == place else item for number, item in enumerate(items)]


def _other_number(value: float, dice: random.Random, numbers: list[int]) -> float:
    near: list[float] = [value + 1, value - 1, 0, 1, -value, value * 2, value + 7, value * 10]
    if isinstance(value, float):
        near += [value + 0.5, value + 0.005, value / 3]
    near += [number + step for number in numbers for step in (-1, 0, 1)]
    # Programs that count things are seldom written for numbers below zero: a difference there says little.
    return dice.choice([other for other in near if other >= 0 or value < 0])


def _other_text(text: str, dice: random.Random, numbers: list[int]) -> str:
    digits = list(re.finditer(r"\d+", text))
    if digits and dice.random() < 0.5:
        found = dice.choice(digits)
        number = int(found[0])
        new = dice.choice([number + 1, max(0, number - 1), 0, number * 2, number + 10])
        return f"{text[: found.start()]}{str(new).zfill(len(found[0]))}{text[found.end() :]}"
    lines = text.splitlines(keepends=True)
    if len(lines) > 2 and dice.random() < 0.7:
        place, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        choice = dice.randrange(3)
        if choice == 0:
            return "".join([*lines[:place], *lines[place + 1 :]])
        if choice == 1:
            return "".join([*lines[:place], lines[other], *lines[place:]])
        lines[place], lines[other] = lines[other], lines[place]
        return "".join(lines)
    place = dice.randrange(len(text))
    sign = dice.choice([*_SIGNS, *_signs_of(numbers)])
    return dice.choice(
        [
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
            text[:place] + sign + text[place:],
            text[:place] + sign + text[place + 1 :],
            text.swapcase(),
            f" {text} ",
            text + text,
            text[::-1],
            "",
        ]
    )


def _signs_of(numbers: list[int]) -> list[str]:
    """Characters with these codes and beside them, which are what ranges of characters end with."""
    codes = (number + step for number in numbers for step in (-1, 0, 1))
    return [chr(code) for code in codes if 32 <= code < 0xD800 or 0xE000 <= code < 0x10000]


def numbers_in(code: str) -> frozenset[int]:
    """Whole numbers of a piece of code, in any notation, that may be bounds."""
    found = set()
    for word in re.findall(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)(?![\w.])", code):
        number = int(word, 16) if word[:2] in ("0x", "0X") else int(word)
        if 1 < number < 1 << 40:
            found.add(number)
    return frozenset(found)
