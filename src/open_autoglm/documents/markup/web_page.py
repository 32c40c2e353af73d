"""HTML: headings, paragraphs, lists, tables with spans, code and formulas. Nothing is fetched.

Scripts, styles and form controls are dropped; pictures are named by their description only, since
their files are elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markup.pages import Grid, Inline, MarkupFile, PageBuilder
from open_autoglm.documents.model import ReadBy, RegionType, Table
from open_autoglm.errors import DamagedInput, LimitExceeded
from open_autoglm.text_encoding import find_encoding

_DROPPED = frozenset(
    {"script", "style", "head", "template", "noscript", "iframe", "object", "embed", "svg", "canvas", "audio",
     "video", "select", "option", "button", "input", "textarea"}
)  # fmt: skip
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em",
     "font", "i", "img", "ins", "kbd", "label", "mark", "math", "q", "ruby", "rb", "rp", "rt", "s", "samp",
     "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_TEX = "application/x-tex"


def open_web_page(path: Path) -> MarkupFile:
    """Raises LimitExceeded for a page too large, DamagedInput for one without anything in it."""
    limits = MarkupLimits()
    size = path.stat().st_size
    if size > limits.max_text_bytes:
        raise LimitExceeded(
            f"{path.name} has {size >> 20:,} MB; the limit for HTML is {limits.max_text_bytes >> 20:,} MB."
        )
    data = path.read_bytes()
    parser = etree.HTMLParser(
        encoding=_encoding(data),
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError as error:
        raise DamagedInput(f"{path.name} can't be read as HTML: {error}.") from error
    if root is None:
        raise DamagedInput(f"{path.name} holds no HTML elements.", hint="Check how it was saved.")
    reader = _PageReader(path.name)
    reader.read(root)
    title = root.findtext(".//title")
    author = next((node.get("content") for node in root.iter("meta") if node.get("name") == "author"), None)
    return MarkupFile([reader.page.page()], _collapsed(title or "").strip() or None, author or None)


def _encoding(data: bytes) -> str:
    """What the bytes show, else what the page declares, else the likeliest."""
    found = find_encoding(data)
    declared = _CHARSET.search(data[:4096])
    if found and (found.startswith("utf") or not declared):
        return found
    if declared:
        name = declared[1].decode("ascii").lower()
        return "gb18030" if name in ("gb2312", "gbk", "gb_2312-80") else name
    return "utf-8"


class _PageReader:
    """Walks the tree in document order; text between blocks gathers in one paragraph."""

    def __init__(self, name: str) -> None:
        self.page = PageBuilder(1)
        self._name = name
        self._limits = MarkupLimits()
        self._open = Inline()

    def read(self, root: Any) -> None:
        self._block(root, depth=0, list_depth=0)
        self._close()

    def _close(self, type_: RegionType = RegionType.PARAGRAPH, **facts: Any) -> None:
        """End the open paragraph."""
        inline, self._open = self._open, Inline()
        if inline.only_formula:
            self.page.add_formula(inline.only_formula, inline.text)
            return
        self.page.add(type_, inline.text, markdown=inline.markdown, **facts)

    def _block(self, element: Any, depth: int, list_depth: int) -> None:
        if depth > self._limits.max_nesting:
            raise LimitExceeded(
                f"{self._name} nests elements more than {self._limits.max_nesting} deep.",
                hint="Simplify the page.",
            )
        self._open.add(_collapsed(element.text))
        counter = _start(element)
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "li":
                self._list_item(child, _marker(element, counter), depth, list_depth)
                counter += 1
            elif tag in _INLINE:
                self._inline(child, self._open, depth)
            elif tag and tag not in _DROPPED:
                self._close()
                self._element(child, tag, depth, list_depth)
            self._open.add(_collapsed(child.tail))

    def _element(self, child: Any, tag: str, depth: int, list_depth: int) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self._whole(child, RegionType.HEADING, depth, level=int(tag[1]))
        elif tag == "pre":
            self.page.add(RegionType.CODE, "".join(child.itertext()))
        elif tag == "table":
            caption = child.find("caption")
            self.page.add_table(self._table(child, _text(caption) if caption is not None else None, depth))
        elif tag in ("caption", "figcaption"):
            self._whole(child, RegionType.CAPTION, depth)
        elif tag in ("ul", "ol", "menu"):
            self._block(child, depth + 1, list_depth + 1)
            self._close()
        else:
            self._block(child, depth + 1, list_depth)
            self._close()

    def _whole(self, element: Any, type_: RegionType, depth: int, **facts: Any) -> None:
        self._inline(element, self._open, depth)
        self._close(type_, **facts)

    def _list_item(self, item: Any, marker: str, depth: int, list_depth: int) -> None:
        """The item's own text first, then what is nested in it."""
        self._close()
        nested: list[Any] = []
        self._open.add(_collapsed(item.text))
        for child in item:
            if nested or (child.tag not in _INLINE and child.tag not in ("p", "div")):
                nested.append(child)
                continue
            self._inline(child, self._open, depth)
            self._open.add(_collapsed(child.tail))
        self._close(RegionType.LIST_ITEM, level=min(max(list_depth, 1), 6), marker=marker)
        for child in nested:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in _INLINE:
                self._inline(child, self._open, depth)
            elif tag and tag not in _DROPPED:
                self._close()
                self._element(child, tag, depth + 1, list_depth)
            self._open.add(_collapsed(child.tail))
        self._close()

    def _inline(self, element: Any, inline: Inline, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _DROPPED or depth > self._limits.max_nesting:
            return
        if tag == "br":
            inline.add("\n")
        elif tag == "math":
            self._formula(element, inline)
        elif tag == "a":
            inline.add_link(_text(element), element.get("href", "").strip())
        elif tag == "img":
            if element.get("alt"):
                self._close()
                note = "The picture's file is not part of the page."
                self.page.add(RegionType.FIGURE, element.get("alt"), read_by=ReadBy.MARKUP, note=note)
        else:
            inline.add(_collapsed(element.text))
            for child in element:
                self._inline(child, inline, depth + 1)
                inline.add(_collapsed(child.tail))

    def _formula(self, element: Any, inline: Inline) -> None:
        """MathML that carries its LaTeX gives it; other MathML gives its characters."""
        for note in element.iter("annotation"):
            if note.get("encoding") == _TEX and note.text:
                inline.add_formula(note.text.strip())
                return
        inline.add(element.get("alttext") or _text(element))

    def _table(self, element: Any, caption: str | None, depth: int) -> Table | None:
        grid = Grid(self._name)
        for row in element.iter("tr"):
            if next(row.iterancestors("table"), None) is not element:
                continue
            grid.next_row()
            in_head = any(above.tag == "thead" for above in row.iterancestors())
            for cell in row.iterchildren("td", "th"):
                grid.cell(
                    self._cell_text(cell, depth),
                    row_span=_span(cell.get("rowspan")),
                    column_span=_span(cell.get("colspan")),
                    header=cell.tag == "th" or in_head,
                )
        return grid.table(caption)

    def _cell_text(self, cell: Any, depth: int) -> str:
        inner = _PageReader(self._name)
        inner._block(cell, depth + 1, list_depth=0)
        inner._close()
        regions = inner.page.page().regions
        return "\n".join(f"{r.marker} {r.text}" if r.marker else r.text for r in regions)


def _collapsed(text: str | None) -> str:
    return _SPACE.sub(" ", text or "")


def _text(element: Any) -> str:
    return _collapsed("".join(element.itertext())).strip()


def _span(value: str | None) -> int:
    return min(max(int(value), 1), 1000) if value and value.isdigit() and len(value) < 6 else 1


def _start(element: Any) -> int:
    value = element.get("start", "1") if element.tag == "ol" else "1"
    return int(value) if value.isdigit() and len(value) < 9 else 1


def _marker(parent: Any, counter: int) -> str:
    return f"{counter}." if parent.tag == "ol" else "•"
