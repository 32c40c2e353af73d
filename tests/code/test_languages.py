"""Languages by file name and by the names that editors use."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.languages import LANGUAGES, language_named, language_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("crawler.py", "python"),
        ("web/app.MJS", "javascript"),
        (Path("web/page.tsx"), "tsx"),
        ("lib.d.ts", "typescript"),
        ("main.go", "go"),
        ("Main.java", "java"),
        ("list.h", "c"),
        ("list.hpp", "cpp"),
        ("lib.rs", "rust"),
    ],
)
def test_a_language_is_known_by_the_extension(path: str, name: str) -> None:
    language = language_of(path)
    assert language is not None
    assert language.name == name


@pytest.mark.parametrize("path", ["README.md", "Makefile", ".py", "py"])
def test_other_files_have_no_language(path: str) -> None:
    assert language_of(path) is None


@pytest.mark.parametrize(
    ("given", "name"), [("C++", "cpp"), ("typescriptreact", "tsx"), (" Python3 ", "python")]
)
def test_editors_names_are_understood(given: str, name: str) -> None:
    language = language_named(given)
    assert language is not None
    assert language.name == name


def test_no_extension_belongs_to_two_languages() -> None:
    extensions = [extension for language in LANGUAGES for extension in language.extensions]
    assert len(extensions) == len(set(extensions))
