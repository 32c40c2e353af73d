"""The programming languages that are understood here: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Language:
    """What the other parts need to know of a language before its text is parsed."""

    name: str
    """As it stands in results and flags, for example ``cpp``."""
    title: str
    """As people write it, for example ``C++``."""
    extensions: tuple[str, ...]
    """In lower case with their dot; the first is the usual one."""
    grammar: str
    """The name of its row in ``code/syntax/grammars.py``."""
    line_comment: str
    block_comment: tuple[str, str] | None
    indented: bool = False
    """Whether blocks end by indentation instead of a bracket."""


_SLASHES = ("/*", "*/")

LANGUAGES = (
    Language("python", "Python", (".py", ".pyi", ".pyw"), "python", "#", None, indented=True),
    Language("javascript", "JavaScript", (".js", ".mjs", ".cjs", ".jsx"), "javascript", "//", _SLASHES),
    Language("typescript", "TypeScript", (".ts", ".mts", ".cts"), "typescript", "//", _SLASHES),
    Language("tsx", "TSX", (".tsx",), "tsx", "//", _SLASHES),
    Language("go", "Go", (".go",), "go", "//", _SLASHES),
    Language("java", "Java", (".java",), "java", "//", _SLASHES),
    Language("c", "C", (".c", ".h"), "c", "//", _SLASHES),
    Language(
        "cpp",
        "C++",
        (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".inl", ".ipp", ".tpp"),
        "cpp",
        "//",
        _SLASHES,
    ),
    Language("rust", "Rust", (".rs",), "rust", "//", _SLASHES),
)

_BY_EXTENSION = {extension: language for language in LANGUAGES for extension in language.extensions}
_BY_NAME = {language.name: language for language in LANGUAGES}

ALIASES = {
    "py": "python",
    "python3": "python",
    "js": "javascript",
    "javascriptreact": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "typescriptreact": "tsx",
    "golang": "go",
    "c++": "cpp",
    "rs": "rust",
}
"""Other names under which editors and model answers know a language."""


def language_of(path: str | PurePath) -> Language | None:
    """By the extension of the name; None where the language is not known here."""
    return _BY_EXTENSION.get(PurePath(path).suffix.lower())


def language_named(name: str) -> Language | None:
    """By a name, as editors or the fences of a model's answer give it; None for any other."""
    lowered = name.strip().lower()
    return _BY_NAME.get(ALIASES.get(lowered, lowered))
