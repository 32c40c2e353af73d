"""Where a completion ends, in each language and at each kind of place, while it is being written."""

from __future__ import annotations

import pytest

from open_autoglm.code.completion.end import MAX_LINES, CompletionEnd
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.suggest import GrowingCompletion
from open_autoglm.code.languages import language_named

# language, before the cursor, after it, what the model writes up to where it should end, and further
CASES = {
    "a statement of one line": (
        "python", "def f(a):\n    x = ", "\n    return x\n", "load(a)", "\n    y = 2\n",
    ),
    "a statement with its body and its other branches": (
        "python", "def f(a):\n    if a", "\n",
        "[0] == 1:\n        y = 2\n    elif a:\n        load()", "\n    return x\n",
    ),
    "a statement over several lines": (
        "python", "x = load(", "\n", "\n    a,\n    b,\n)", "\ny = 2\n",
    ),
    "a function after its decorator": (
        "python", "import a\n", "", "@property\ndef f(self):\n    return 1", "\n\ndef g(self):\n",
    ),
    "a block that has just been opened": (
        "python", "def f(a):\n    ", "\n\ndef g(): pass\n",
        "if a:\n        return 1\n    else:\n        load()\n    return 2", "\n\n\ndef h():\n",
    ),
    "the rest of a line": (
        "python", "for x in", " pages:\n    pass\n", " range(3)", "\n    load()\n",
    ),
    "the rest of a comment": ("python", "# read the", "\nx = 1\n", " page and", "\n# parse it\n"),
    "one entry of a list": ("python", "names = [\n    'a',\n    ", "\n]\n", "'b',", "\n    'c',\n]\n"),
    "a call with a chain and a function in it": (
        "javascript", "function f(a) {\n  const x = ", "\n  return x\n}\n",
        "a.map((y) => {\n    return y\n  })\n  .filter(z)", "\n  load()\n",
    ),
    "a block in brackets, up to its bracket": (
        "javascript", "function f(a) {\n  ", "\n}\n",
        "if (a) {\n    return 1\n  } else {\n    load()\n  }\n  return 2", "\n}\n\nfunction g() {}\n",
    ),
    "a function with its brackets": (
        "typescript", "function f(a: number) ", "\n\nf(1)\n", "{\n  return a\n}", "\nload()\n",
    ),
    "a condition in Go": (
        "go", "package p\nfunc f() error {\n\terr := g()\n\tif ", "\n\treturn nil\n}\n",
        "err != nil {\n\t\treturn err\n\t}", "\n\tload()\n",
    ),
    "a block with a lifetime and a character in Rust": (
        "rust", "fn f<'a>(x: &'a str) -> usize {\n    ", "\n}\n",
        "let c = '{';\n    x.len()", "\n}\n\nfn g() {}\n",
    ),
    "the body of a loop in C": (
        "c", "int f(int a) {\n  for (;;) {\n    ", "\n  }\n}\n", "a += 1;", "\n  }\n  return a;\n}\n",
    ),
    "a method's body in Java": (
        "java", "class A {\n  int f(int a) {\n    if (a > 1) ", "\n    return 2;\n  }\n}\n",
        "{\n      return 1;\n    }", "\n    int b = 2;\n",
    ),
    "what follows already": (
        "python", "def f():\n    if a:\n        ", "\n    return compute(a)\n",
        "b = 2", "\n    return compute(a)\n",
    ),
    "an unknown language": (None, "if (x) {\n  ", "\n}\n", "load();\n  save();", "\n}\nload()"),
}  # fmt: skip


def place(language: str | None, prefix: str, suffix: str) -> Place:
    return Place(prefix, suffix, language_named(language) if language else None)


@pytest.mark.parametrize("case", CASES)
def test_it_ends_there_however_it_is_cut_into_pieces(case: str) -> None:
    language, prefix, suffix, wanted, further = CASES[case]
    for size in (1, 7, 1000):
        growing = GrowingCompletion(place(language, prefix, suffix))
        text = wanted + further
        for start in range(0, len(text), size):
            if growing.add(text[start : start + size]):
                break
        assert growing.over, "the model need not write all of it"
        assert growing.text == wanted


@pytest.mark.parametrize("case", CASES)
def test_what_the_model_ends_itself_is_whole(case: str) -> None:
    language, prefix, suffix, wanted, _ = CASES[case]
    end = CompletionEnd(place(language, prefix, suffix))
    assert end.find(wanted, finished=True) == len(wanted)


def test_a_model_that_repeats_itself_is_stopped() -> None:
    growing = GrowingCompletion(place("python", "def f():\n    ", "\n"))
    for _ in range(20):
        if growing.add("load(page)\n    "):
            break
    assert growing.text.count("load(page)") == 2


def test_a_block_has_bounds() -> None:
    growing = GrowingCompletion(place("python", "def f():\n    ", "\n"))
    for number in range(3 * MAX_LINES):
        if growing.add(f"x{number} = {number}\n    "):
            break
    assert growing.text.count("\n") == MAX_LINES - 1


def test_two_blank_lines_end_a_block() -> None:
    growing = GrowingCompletion(place("python", "def f():\n    ", "\n"))
    growing.add("return 1\n\n\n    x = 2\n")
    assert growing.text == "return 1"


def test_lines_less_indented_than_asked_for_end_it() -> None:
    end = CompletionEnd(Place("{\n    a: [\n", "", None, least_indent=4))
    assert end.find("    1,\n  2\n") == len("    1,")


def test_a_branch_is_waited_for() -> None:
    end = CompletionEnd(place("python", "if a", ""))
    assert end.find(":\n    load()\nel") is None
    assert end.find(":\n    load()\nelephant()") == len(":\n    load()")
