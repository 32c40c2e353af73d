"""What an author wrote about a definition."""

from __future__ import annotations

import pytest

from open_autoglm.code.languages import language_named
from open_autoglm.code.syntax.definitions import definitions
from open_autoglm.code.syntax.parse import parse
from open_autoglm.lsp.documentation import documentation

CASES = [
    ("python", 'def f(a):\n    """Add.\n\n    Much.\n    """\n    return a\n', "Add.\n\nMuch."),
    ("python", "def f(a):\n    # nothing said\n    return a\n", ""),
    ("python", "def f():\n    r'raw \\d'\n", "raw \\d"),
    ("python", '# above\ndef f():\n    """unfinished\n', ""),
    ("go", "package a\n\n// F adds.\n// Much.\nfunc F() {}\n", "F adds.\nMuch."),
    ("go", "package a\n\n// far away\n\nfunc F() {}\n", ""),
    (
        "java",
        "class A {\n  /**\n   * Adds.\n   * @return much\n   */\n  int f() { return 1; }\n}\n",
        "Adds.\n@return much",
    ),
    ("rust", "/// Adds.\nfn f() {}\n", "Adds."),
    ("javascript", "/* Adds. */\nfunction f() {}\n", "Adds."),
]


@pytest.mark.parametrize(("name", "text", "said"), CASES)
def test_documentation_is_found_where_the_language_puts_it(name: str, text: str, said: str) -> None:
    language = language_named(name)
    assert language is not None
    found = [one for one in definitions(parse(text, language)) if one.name.lower() == "f"]
    assert documentation(text, found[-1], language) == said if found else not said
