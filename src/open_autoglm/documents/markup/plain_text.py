"""Plain text: paragraphs parted by empty lines, a page for each form feed."""

from __future__ import annotations

import re
from pathlib import Path

from open_autoglm.documents.markup.pages import MarkupFile, PageBuilder
from open_autoglm.documents.markup.text_encoding import read_text
from open_autoglm.documents.model import RegionType


def open_plain_text(path: Path) -> MarkupFile:
    """Every paragraph in its own lines. Raises the errors of ``read_text``."""
    text, encoding = read_text(path)
    pages = []
    for number, part in enumerate(text.rstrip("\f\n ").split("\f"), start=1):
        page = PageBuilder(number)
        for paragraph in re.split(r"\n[ \t]*(?:\n[ \t]*)+", part):
            page.add(RegionType.PARAGRAPH, paragraph.rstrip())
        pages.append(page.page())
    warnings = () if encoding.startswith("utf") else (f"The text was read as {encoding}.",)
    return MarkupFile(pages, warnings=warnings)
