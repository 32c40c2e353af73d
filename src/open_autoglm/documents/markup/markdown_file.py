"""Markdown (CommonMark with tables): headings, lists, quotes, code, tables and ``$…$`` formulas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markup.pages import Grid, Inline, MarkupFile, PageBuilder
from open_autoglm.documents.markup.text_encoding import read_text
from open_autoglm.documents.model import ReadBy, RegionType

_FORMULA = re.compile(r"(?<![\\$])\$(?!\s)([^$\n]{1,2000}?)(?<![\s\\])\$(?![\d$])")
_DISPLAYED = re.compile(r"^[ \t]*\$\$(.+?)\$\$[ \t]*$", re.DOTALL | re.MULTILINE)
_HELD = re.compile("\ue000(\\d+)\ue001")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def open_markdown(path: Path) -> MarkupFile:
    """Raises the errors of ``read_text``. Raw HTML inside is kept as the text it is."""
    text, encoding = read_text(path)
    front = _FRONT_MATTER.match(text)
    text = text[front.end() :] if front else text
    # Formulas are set aside: their underscores and backslashes are not Markdown.
    formulas: list[tuple[str, bool]] = []
    text = _set_aside(text.replace("\ue000", "").replace("\ue001", ""), formulas)
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])
    reader = _TokenReader(path.name, formulas)
    reader.read(parser.parse(text))
    warnings = () if encoding.startswith("utf") else (f"The text was read as {encoding}.",)
    return MarkupFile(
        [reader.page.page()], _front_value(front, "title"), _front_value(front, "author"), warnings
    )


def _set_aside(text: str, formulas: list[tuple[str, bool]]) -> str:
    def hold(match: re.Match[str], displayed: bool) -> str:
        formulas.append((match[1].strip(), displayed))
        return f"\ue000{len(formulas) - 1}\ue001"

    parts = re.split(r"(^(?:```|~~~).*?^(?:```|~~~)[ \t]*$|`[^`\n]+`)", text, flags=re.DOTALL | re.MULTILINE)
    for index in range(0, len(parts), 2):  # odd parts are code
        parts[index] = _DISPLAYED.sub(lambda match: hold(match, True), parts[index])
        parts[index] = _FORMULA.sub(lambda match: hold(match, False), parts[index])
    return "".join(parts)


def _front_value(front: re.Match[str] | None, key: str) -> str | None:
    found = re.search(rf"^{key}:[ \t]*(.+)$", front[1], re.MULTILINE) if front else None
    return found[1].strip().strip("\"'") or None if found else None


class _TokenReader:
    """Turns markdown-it's flat token list into regions."""

    def __init__(self, name: str, formulas: list[tuple[str, bool]]) -> None:
        self.page = PageBuilder(1)
        self._name = name
        self._formulas = formulas
        self._lists: list[int | None] = []
        self._marker: str | None = None
        self._heading = 0
        self._grid: Grid | None = None
        self._header_cell = False

    def read(self, tokens: list[Token]) -> None:
        for token in tokens:
            self._token(token)

    def _token(self, token: Token) -> None:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrs.get("start", 1)
            self._lists.append(int(start) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._marker = self._next_marker(token)
        elif kind == "list_item_close":
            self._marker = None
        elif kind in ("heading_open", "heading_close"):
            self._heading = int(token.tag[1]) if token.nesting == 1 else 0
        elif kind in ("fence", "code_block"):
            self.page.add(RegionType.CODE, self._restored(token.content))
        elif kind == "inline":
            self._text(token)
        else:
            self._table_token(kind)

    def _next_marker(self, token: Token) -> str:
        number = self._lists[-1]
        if number is None:
            return "•"
        self._lists[-1] = number + 1
        return f"{number}{token.markup or '.'}"

    def _table_token(self, kind: str) -> None:
        if kind == "table_open":
            self._grid = Grid(self._name, MarkupLimits())
        elif kind == "tr_open" and self._grid is not None:
            self._grid.next_row()
        elif kind in ("th_open", "td_open"):
            self._header_cell = kind == "th_open"
        elif kind == "table_close" and self._grid is not None:
            self.page.add_table(self._grid.table())
            self._grid = None

    def _text(self, token: Token) -> None:
        inline = Inline()
        self._add(token.children or [], inline)
        if self._grid is not None:
            text = inline.markdown if inline.formulas and inline.markdown else inline.text
            self._grid.cell(text, header=self._header_cell)
            return
        facts: dict[str, Any] = {"markdown": inline.markdown}
        if self._heading:
            self.page.add(RegionType.HEADING, inline.text, level=self._heading, **facts)
        elif inline.only_formula:
            self.page.add_formula(inline.only_formula, inline.text)
        elif self._marker is not None:
            level = min(len(self._lists), 6)
            self.page.add(RegionType.LIST_ITEM, inline.text, level=level, marker=self._marker, **facts)
            self._marker = None
        else:
            self.page.add(RegionType.PARAGRAPH, inline.text, **facts)

    def _add(self, tokens: list[Token], inline: Inline) -> None:
        link: tuple[str, int] | None = None
        label = ""
        for token in tokens:
            if token.type == "link_open":
                link, label = (str(token.attrs.get("href", "")), token.level), ""
            elif token.type == "link_close" and link is not None:
                inline.add_link(label, link[0])
                link = None
            elif token.type == "image":
                note = "The picture's file is not part of the text."
                self.page.add(RegionType.FIGURE, token.content, read_by=ReadBy.MARKUP, note=note)
            else:
                text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
                if link is not None:
                    label += self._restored(text)
                else:
                    self._add_with_formulas(text, inline)

    def _add_with_formulas(self, text: str, inline: Inline) -> None:
        for index, part in enumerate(_HELD.split(text)):
            if index % 2:
                inline.add_formula(self._formulas[int(part)][0])
            elif part:
                inline.add(part)

    def _restored(self, text: str) -> str:
        def back(match: re.Match[str]) -> str:
            latex, displayed = self._formulas[int(match[1])]
            return f"$${latex}$$" if displayed else f"${latex}$"

        return _HELD.sub(back, text)
