"""What the templates propose for faults that people make: the right change is among them."""

from __future__ import annotations

import pytest

from open_autoglm.code.diagnose.failure import Failure, Frame
from open_autoglm.code.repair.templates.propose import template_candidates
from open_autoglm.code.repair.templates.view import Hints

PAIRS = {
    "boundary": ("def f(a, b):\n    return a < b\n", "a < b", "a <= b"),
    "operator": ("def f(a, b):\n    return a + b\n", "a + b", "a - b"),
    "and": ("def f(a, b):\n    return a and b\n", "a and b", "a or b"),
    "negation": ("def f(a):\n    if a:\n        return 1\n", "if a", "if not a"),
    "none": ("def f(a):\n    if not a:\n        return 1\n", "not a", "a is None"),
    "range": ("def f(n):\n    return list(range(1, n))\n", "range(1, n)", "range(1, n + 1)"),
    "index": ("def f(a):\n    return a[0]\n", "a[0]", "a[-1]"),
    "slice": ("def f(a):\n    return a[1:]\n", "a[1:]", "a[1:-1]"),
    "ceiling": ("def f(a, b):\n    return a // b\n", "a // b", "-(-a // b)"),
    "number": ("def f(a):\n    return a % 12\n", "12", "13"),
    "told number": ('def f(a):\n    """Up to 250."""\n    return min(a, 999)\n', "999", "250"),
    "truth": ("def f():\n    return True\n", "True", "False"),
    "method": ("def f(a):\n    return a.lower()\n", "lower", "upper"),
    "greedy": (
        "import re\n\n\ndef f(a):\n    return re.findall(r'\"(.*)\"', a)\n",
        "r'\"(.*)\"'",
        "r'\"(.*?)\"'",
    ),
    "flags": (
        "import re\n\n\ndef f(a):\n    return re.search('a.b', a)\n",
        "b', a)",
        "b', a, flags=re.DOTALL)",
    ),
    "date": (
        "def f(a):\n    return a.strftime('%Y-%M-%d')\n",
        "'%Y-%M-%d'",
        "'%Y-%m-%d'",
    ),
    "encoding": ("def f(p):\n    return open(p)\n", "open(p)", 'open(p, encoding="utf-8")'),
    "codec": ("def f(b):\n    return b.decode('utf-8')\n", "'utf-8'", "'gb18030'"),
    "default": ("def f(d):\n    return d['x']\n", "d['x']", "d.get('x')"),
    "strip": ("def f(a):\n    return a\n", "return a", "return a.strip()"),
    "int": ("def f(a):\n    return a\n", "return a", "return int(a)"),
    "swapped": ("def f(a, b):\n    return g(a, b)\n", "g(a, b)", "g(b, a)"),
    "plus": ("def f(a):\n    t = 0\n    for x in a:\n        t = x\n    return t\n", "t = x", "t += x"),
    "copy": ("def f(a):\n    b = a\n    return b\n", "b = a", "b = list(a)"),
    "while read": (
        "def f(d):\n    for k in d:\n        d.pop(k)\n",
        "in d:",
        "in list(d):",
    ),
    "sort": ("def f(a):\n    return a.sort()\n", "a.sort()", "sorted(a)"),
    "rows": ("def f(n):\n    return [[0] * n] * n\n", "[[0] * n] * n", "[[0] * n for _ in range(n)]"),
    "closure": (
        "def f():\n    return [lambda: i for i in range(3)]\n",
        "lambda: i",
        "lambda i=i: i",
    ),
    "await": (
        "async def g():\n    return 1\n\n\nasync def f():\n    return g()\n",
        "return g()",
        "return await g()",
    ),
    "sleep": (
        "import asyncio\nimport time\n\n\nasync def f():\n    time.sleep(1)\n",
        "time.sleep(1)",
        "await asyncio.sleep(1)",
    ),
    "gather": (
        "import asyncio\n\n\nasync def f(a):\n    return await asyncio.gather(g(x) for x in a)\n",
        "gather(g(x) for x in a)",
        "gather(*(g(x) for x in a))",
    ),
    "continue": ("def f(a):\n    for x in a:\n        break\n", "break", "continue"),
    "seconds": ("def f(a):\n    return a.seconds\n", "a.seconds", "a.total_seconds()"),
    "passed on": ("def f(u, timeout):\n    return get(u)\n", "get(u)", "get(u, timeout=timeout)"),
    "unread": ("def f(b):\n    e = find(b)\n    return b.decode('utf-8')\n", "'utf-8'", "e"),
    "cause": (
        "def f():\n    try:\n        g()\n    except OSError as error:\n        raise KeyError from None\n",
        "from None",
        "from error",
    ),
    "december": ("def f(y, m):\n    return date(y, m + 1, 1)\n", "y, m + 1", "y + m // 12, m % 12 + 1"),
    "no values": (
        "def f(a):\n    return max(x for x in a) or 0\n",
        "max(x for x in a) or 0",
        "max((x for x in a), default=0)",
    ),
    "chinese": ('def f(a):\n    """按页。"""\n    return "第" + a  # 页\n', "a  #", "str(a)  #"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_right_change_is_proposed(name: str) -> None:
    text, old, new = PAIRS[name]
    assert text.count(old) >= 1
    wanted = text.replace(old, new, 1)
    assert wanted in texts(text)


def test_a_shared_default_becomes_none() -> None:
    text = "def f(a, seen=[]):\n    seen.append(a)\n    return seen\n"
    assert any("seen=None" in found and "if seen is None:" in found for found in texts(text))


def test_a_shared_list_of_a_class_moves_into_each_object() -> None:
    text = "class A:\n    items = []\n\n    def add(self, x):\n        self.items.append(x)\n"
    assert any("def __init__(self):\n        self.items = []" in found for found in texts(text))


def test_a_parameter_that_is_not_kept_is_kept() -> None:
    text = "class A:\n    def __init__(self, m):\n        pass\n\n    def f(self):\n        return self.m\n"
    assert any("self.m = m" in found for found in texts(text))


@pytest.mark.parametrize(
    ("text", "message", "line", "expected"),
    [
        ("def f(items):\n    return itmes\n", "name 'itmes' is not defined", 2, "return items"),
        ("def f(a):\n    return 'n' + a\n", 'can only concatenate str (not "int") to str', 2, "'n' + str(a)"),
        (
            "class A:\n    def f():\n        return 1\n",
            "A.f() takes 0 positional arguments but 1 was given",
            2,
            "def f(self)",
        ),
        (
            "def g(a, b):\n    return a\n\n\ndef f(a, b):\n    return g(a)\n",
            "g() missing 1 required positional argument: 'b'",
            6,
            "return g(a, b)",
        ),
        (
            "def f(a):\n    return a.text\n",
            "'NoneType' object has no attribute 'text'",
            2,
            "(a.text if a is not None else None)",
        ),
        ("def f(a, b):\n    return a / b\n", "ZeroDivisionError: division by zero", 2, "(a / b if b else 0)"),
    ],
)
def test_an_error_s_message_is_answered_first(text: str, message: str, line: int, expected: str) -> None:
    failure = Failure("exception", "E", message, (Frame("a.py", line, "f"),))
    assert any(expected in found for found in texts(text, Hints((failure,)))[:25])


def test_another_type_of_exception_is_caught() -> None:
    text = "def f():\n    try:\n        g()\n    except KeyError:\n        return None\n"
    failure = Failure("exception", "ValueError", "no", (Frame("a.py", 3, "f"),))
    found = texts(text, Hints((failure,)))
    assert any("except (KeyError, ValueError):" in item for item in found[:10])


def test_lines_that_no_failing_test_ran_are_left_alone() -> None:
    text = "def f(a, b):\n    return a < b\n\n\ndef g(a, b):\n    return a > b\n"
    found = list(template_candidates("a.py", text, {2: 1.0}, Hints()))
    assert found
    assert all("a > b" in candidate.applied({"a.py": text})["a.py"] for candidate in found)


def test_the_likeliest_come_first_and_each_once() -> None:
    found = list(template_candidates("a.py", PAIRS["boundary"][0], {1: 1.0, 2: 1.0}, Hints()))
    priors = [candidate.prior for candidate in found]
    assert priors == sorted(priors, reverse=True)
    assert len({candidate.edits for candidate in found}) == len(found)


@pytest.mark.parametrize("text", ["def (", "", "\n\n", "x = 1e999\n", "f'{x:{y}}'\n", "lambda: (yield)\n"])
def test_odd_files_are_no_trouble(text: str) -> None:
    list(template_candidates("a.py", text, dict.fromkeys(range(1, 5), 1.0), Hints()))


def texts(text: str, hints: Hints | None = None) -> list[str]:
    every = dict.fromkeys(range(1, text.count("\n") + 2), 1.0)
    return [
        candidate.applied({"a.py": text})["a.py"]
        for candidate in template_candidates("a.py", text, every, hints or Hints())
    ]
