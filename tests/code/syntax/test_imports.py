"""What each language's text brings in, and the names it uses."""

from __future__ import annotations

import pytest

from open_autoglm.code.languages import language_named
from open_autoglm.code.syntax.identifiers import identifiers
from open_autoglm.code.syntax.imports import imports
from open_autoglm.code.syntax.parse import SyntaxTree, parse

CASES = {
    "python": (
        "import os.path as p, sys\nfrom .pages import load as read, 标题\nfrom rules import *\n",
        [
            ("os.path", None, "p"),
            ("sys", None, None),
            (".pages", "load", "read"),
            (".pages", "标题", "标题"),
            ("rules", "*", "*"),
        ],
    ),
    "javascript": (
        "import page, {load as read} from './pages.js'\nimport * as io from 'io'\nimport 'side'\n"
        "const fs = require('fs')\n",
        [
            ("./pages.js", "page", "page"),
            ("./pages.js", "load", "read"),
            ("io", "io", "io"),
            ("side", None, None),
            ("fs", "fs", "fs"),
        ],
    ),
    "typescript": (
        "import type {Page as P} from './pages'\n",
        [("./pages", "Page", "P")],
    ),
    "go": (
        'package web\nimport (\n\t"fmt"\n\tj "encoding/json"\n)\n',
        [("fmt", None, None), ("encoding/json", "j", "j")],
    ),
    "java": ("import java.util.List;\n", [("java.util.List", "List", "List")]),
    "c": (
        '#include <stdio.h>\n#include "page.h"\n',
        [("<stdio.h>", None, None), ("page.h", None, None)],
    ),
    "cpp": ("#include <vector>\n", [("<vector>", None, None)]),
    "rust": (
        "use std::io;\nuse crate::page::{load, save};\nuse a::b as c;\nuse rules::*;\n",
        [
            ("std::io", "io", "io"),
            ("crate::page", "load", "load"),
            ("crate::page", "save", "save"),
            ("a::b", "b", "c"),
            ("rules", None, None),
        ],
    ),
}


def tree_of(name: str, text: str) -> SyntaxTree:
    language = language_named(name)
    assert language is not None
    return parse(text, language)


@pytest.mark.parametrize("name", CASES)
def test_each_language_tells_what_it_brings_in(name: str) -> None:
    text, wanted = CASES[name]
    assert [(one.module, one.name, one.here) for one in imports(tree_of(name, text))] == wanted


def test_an_import_knows_its_line() -> None:
    assert [one.line for one in imports(tree_of("python", CASES["python"][0]))] == [1, 1, 2, 2, 3]


def test_names_are_told_once_in_the_order_of_the_text() -> None:
    tree = tree_of("python", "总数 = load(path, total=3)  # not here\nprint('nor here', 总数.path)\n")
    assert identifiers(tree) == ("总数", "load", "path", "total", "print")


def test_names_of_a_stretch_are_those_that_stand_in_it_whole() -> None:
    text = "标题 = load(path)\nprint(other)\n"
    assert identifiers(tree_of("python", text), text.index("load"), text.index("print")) == ("load", "path")
