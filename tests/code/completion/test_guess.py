"""Which language a text is in, where no file name says so."""

from __future__ import annotations

import pytest

from open_autoglm.code.completion.guess import guess_language

TEXTS = {
    "python": """import os

def load(path):
    with open(path) as file:
        return file.read(
""",
    "javascript": """const fs = require('fs')

function load(path) {
  return fs.read(path, (e) => {
""",
    "typescript": """interface Page { title: string }

export function load(path: string): Page {
  return
}
""",
    "go": """package main

func load(path string) error {
\tdata := read(path)
\treturn nil
}
""",
    "java": """import java.util.List;

public class Page {
    private int words;
    public int words() {
""",
    "c": """#include <stdio.h>

int load(char *path) {
    struct page *p = find(path);
    return p->words;
}
""",
    "cpp": """#include <vector>

namespace web {
std::vector<int> load(std::string path) {
    return {};
}
}
""",
    "rust": """use std::io;

pub fn load(path: &str) -> io::Result<String> {
    let mut text = String::new();
""",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_known_by_its_lines(name: str) -> None:
    found = guess_language(TEXTS[name])
    assert found is not None
    assert found.name == name


def test_files_beside_it_are_believed_where_the_text_fits() -> None:
    text = "x = 1\ny = x\n"
    assert guess_language(text) is None
    found = guess_language(text, ["store/page.py"])
    assert found is not None
    assert found.name == "python"
    rust = guess_language(TEXTS["rust"], ["store/page.py"])
    assert rust is not None
    assert rust.name == "rust"


def test_a_window_that_begins_inside_a_long_string_is_known_all_the_same() -> None:
    window = 'the rest of it.\n    """\n' + "".join(
        f"def load_{number}(path):\n    return 1\n" for number in range(9)
    )
    found = guess_language(window)
    assert found is not None
    assert found.name == "python"


def test_a_file_that_begins_with_prose_is_known_by_its_end() -> None:
    found = guess_language('"""' + "All about pages.\n" * 400 + '"""\n' + TEXTS["python"] * 8)
    assert found is not None
    assert found.name == "python"


def test_a_few_types_make_it_typescript() -> None:
    script = "".join(f"const load{number} = (path) => {{ return path }}\n" for number in range(20))
    found = guess_language(script + "interface Page {}\ntype Path = string\n")
    assert found is not None
    assert found.name == "typescript"


def test_prose_has_no_language() -> None:
    assert guess_language("今天的天气很好。\nThe weather is fine today, and we go for a walk.\n") is None
    assert guess_language("") is None
