"""Failures read from what tools print: type, message, place and test."""

from __future__ import annotations

import pytest

from open_autoglm.code.diagnose.failure import Frame
from open_autoglm.code.diagnose.read_failures import read_failures

TRACEBACK = """Traceback (most recent call last):
  File "/home/me/crawler.py", line 12, in <module>
    main()
  File "/home/me/crawler.py", line 9, in main
    print(links[3])
          ~~~~~^^^
IndexError: list index out of range
"""
CHAINED = """Traceback (most recent call last):
  File "a.py", line 3, in load
    return cache[key]
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 5, in load
    raise LookupError("no x") from None
LookupError: no x
"""
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "g.py", line 4, in <module>
  |     raise ExceptionGroup("two", [ValueError("a"), TypeError("b")])
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: a
    +------------------------------------
"""
SYNTAX = """  File "b.py", line 2
    def f(
         ^
SyntaxError: '(' was never closed
"""
PYTEST = """=================================== FAILURES ===================================
________________________________ test_pages ____________________________________
test_crawler.py:7: in test_pages
    assert pages(11, 5) == 3
E   assert 2 == 3
E    +  where 2 = pages(11, 5)
_______________________________ test_names _____________________________________
crawler.py:4: in names
    return data["nmae"]
E   KeyError: 'nmae'
=========================== short test summary info ============================
FAILED test_crawler.py::test_pages - assert 2 == 3
FAILED test_crawler.py::test_names - KeyError: 'nmae'
"""


def test_a_traceback_tells_type_message_and_the_way() -> None:
    (failure,) = read_failures(TRACEBACK)
    assert (failure.type, failure.message, failure.kind) == (
        "IndexError",
        "list index out of range",
        "exception",
    )
    assert failure.frames == (
        Frame("/home/me/crawler.py", 12, "<module>"),
        Frame("/home/me/crawler.py", 9, "main"),
    )
    assert failure.headline == "IndexError: list index out of range"


def test_of_a_chain_the_last_one_counts() -> None:
    (failure,) = read_failures(CHAINED)
    assert (failure.type, failure.place) == ("LookupError", Frame("a.py", 5, "load"))


def test_an_exception_group_is_a_failure() -> None:
    assert read_failures(GROUP)[0].type == "ExceptionGroup"


def test_a_syntax_error_without_traceback() -> None:
    (failure,) = read_failures(SYNTAX)
    assert (failure.kind, failure.place) == ("syntax", Frame("b.py", 2))


def test_pytest_sections_become_failures_with_their_tests() -> None:
    first, second = read_failures(PYTEST)
    assert first.tests == ("test_crawler.py::test_pages",)
    assert first.kind == "assertion"
    assert "where 2 = pages(11, 5)" in first.message
    assert (second.type, second.place) == ("KeyError", Frame("crawler.py", 4, "names"))


def test_colours_are_no_part_of_it() -> None:
    assert read_failures(TRACEBACK.replace("IndexError", "\x1b[31mIndexError\x1b[0m"))[0].type == "IndexError"


@pytest.mark.parametrize(
    ("text", "tool", "place", "kind"),
    [
        ("main.c:7:5: error: 'x' undeclared (first use)\n", "gcc", Frame("main.c", 7), "build"),
        ("./main.go:9:2: undefined: fmtt\n", "go", Frame("main.go", 9), "build"),
        ("Main.java:3: error: ';' expected\n        int a = 1\n", "javac", Frame("Main.java", 3), "build"),
        (
            'Exception in thread "main" java.lang.NullPointerException: no\n'
            "\tat A.run(A.java:4)\n\tat A.main(A.java:9)\n",
            "java",
            Frame("A.java", 4, "A.run"),
            "exception",
        ),
        (
            "error[E0425]: cannot find value `x`\n --> src/main.rs:2:5\n",
            "rustc",
            Frame("src/main.rs", 2),
            "build",
        ),
        (
            "thread 'tests::adds' panicked at src/lib.rs:8:9:\nassertion `left == right` failed\n",
            "cargo",
            Frame("src/lib.rs", 8),
            "assertion",
        ),
        ("a.ts(3,7): error TS2322: Type 'string' is not a number\n", "tsc", Frame("a.ts", 3), "build"),
        (
            "ReferenceError: conut is not defined\n"
            "    at f (/w/a.js:2:3)\n    at Object.<anonymous> (/w/a.js:5:1)\n",
            "node",
            Frame("/w/a.js", 2, "f"),
            "exception",
        ),
        (
            "--- FAIL: TestAdd (0.00s)\n    add_test.go:6: got 3, want 4\nFAIL\n",
            "go",
            Frame("add_test.go", 6),
            "assertion",
        ),
    ],
)
def test_other_tools(text: str, tool: str, place: Frame, kind: str) -> None:
    failure = read_failures(text)[0]
    assert (failure.tool, failure.place, failure.kind) == (tool, place, kind)


@pytest.mark.parametrize("text", ["", "all is well", "Traceback", "Error: " * 1000, "\x00" * 500])
def test_what_is_no_failure_is_none(text: str) -> None:
    assert read_failures(text) == ()


def test_a_flood_is_read_at_both_ends() -> None:
    (failure,) = read_failures("x" * 2_000_000 + "\n" + TRACEBACK)
    assert failure.type == "IndexError"
