"""DOCX: headings, lists, tables with spans, formulas, pictures and notes in the document's order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.opc.exceptions import OpcError, PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.documents.markup.archive import check_archive
from open_autoglm.documents.markup.docx_numbering import Numbering
from open_autoglm.documents.markup.office_math import to_latex
from open_autoglm.documents.markup.pages import Grid, Inline, MarkupFile, PageBuilder
from open_autoglm.documents.model import RegionType, Table
from open_autoglm.errors import DamagedInput

_HEADING = re.compile(r"(?:heading|标题|überschrift|titre)\s*(\d)", re.IGNORECASE)
_NOT_TEXT = frozenset(
    qn(name)
    for name in ("w:pPr", "w:rPr", "w:del", "w:instrText", "w:drawing", "w:pict", "w:txbxContent", "w:sectPr")
)
_FURNITURE = ((RegionType.HEADER, "header"), (RegionType.FOOTER, "footer"))


def open_docx(path: Path) -> MarkupFile:
    """Pages are parted where the author broke them; other page ends are not in the file.

    Raises LimitExceeded for an archive that unpacks to too much, DamagedInput for one that can't be read.
    """
    check_archive(path)
    try:
        document = docx.Document(str(path))
        return _WordReader(document, path.name).read()
    except (OpcError, PackageNotFoundError, BadZipFile, KeyError, ValueError, etree.LxmlError) as error:
        raise DamagedInput(
            f"{path.name} is a damaged Word document: {error}.", hint="Open it in Word and save it again."
        ) from error


class _WordReader:
    """Walks the body once. Element trees are read directly: the library hides formulas and notes."""

    def __init__(self, document: Any, name: str) -> None:
        self._document = document
        self._name = name
        self._limits = MarkupLimits()
        self._pages: list[PageBuilder] = [self._new_page(1)]
        self._numbering = Numbering(document)
        self._styles = {style.style_id: (style.name or "") for style in document.styles}
        self._notes = _notes_of(document)

    def read(self) -> MarkupFile:
        self._add_furniture()
        for element in self._document.element.body:
            self._add_block(element, depth=0)
        properties = self._document.core_properties
        return MarkupFile(
            [page.page() for page in self._pages], properties.title or None, properties.author or None
        )

    def _new_page(self, number: int) -> PageBuilder:
        section = self._document.sections[0] if len(self._document.sections) else None
        if section is None or section.page_width is None or section.page_height is None:
            return PageBuilder(number)
        return PageBuilder(number, section.page_width.pt, section.page_height.pt)

    @property
    def _page(self) -> PageBuilder:
        return self._pages[-1]

    def _add_furniture(self) -> None:
        seen: set[tuple[RegionType, str]] = set()
        for section in self._document.sections:
            for type_, part in _FURNITURE:
                text = "\n".join(p.text for p in getattr(section, part).paragraphs).strip()
                if text and (type_, text) not in seen:
                    seen.add((type_, text))
                    self._page.add(type_, text)

    def _add_block(self, element: Any, depth: int) -> None:
        if depth > self._limits.max_nesting:
            return
        if element.tag == qn("w:p"):
            self._add_paragraph(element)
        elif element.tag == qn("w:tbl"):
            self._page.add_table(self._table(element))
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            for child in element:
                self._add_block(child, depth + 1)

    def _add_paragraph(self, paragraph: Any) -> None:
        if _breaks_page(paragraph, before=True) and len(self._page):
            self._pages.append(self._new_page(len(self._pages) + 1))
        inline = self._inline(paragraph)
        displayed = paragraph.find(qn("m:oMathPara"))
        if displayed is not None and inline.only_formula:
            for formula in displayed.iter(qn("m:oMath")):
                self._page.add_formula(to_latex(formula), "".join(formula.itertext()).strip())
        else:
            self._add_text(paragraph, inline)
        for picture in paragraph.iter(qn("a:blip")):
            self._add_picture(picture)
        for box in paragraph.iter(qn("w:txbxContent")):
            if not any(above.tag == qn("mc:Fallback") for above in box.iterancestors()):
                for child in box:
                    self._add_block(child, depth=1)
        for reference in paragraph.iter(qn("w:footnoteReference"), qn("w:endnoteReference")):
            note = self._notes.get((reference.tag, reference.get(qn("w:id"))))
            if note is not None:
                self._page.add(RegionType.FOOTNOTE, note)
        if _breaks_page(paragraph, before=False):
            self._pages.append(self._new_page(len(self._pages) + 1))

    def _add_text(self, paragraph: Any, inline: Inline) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = self._styles.get(_value(properties, "w:pStyle") or "", "")
        facts: dict[str, Any] = {"markdown": inline.markdown}
        heading = _HEADING.match(style)
        outline = _value(properties, "w:outlineLvl")
        item = self._numbering.item(paragraph, style)
        if style.lower() == "title":
            type_ = RegionType.TITLE
        elif heading or (outline and outline.isdigit() and int(outline) < 9):
            type_ = RegionType.HEADING
            level = int(heading[1]) if heading else int(outline or 0) + 1
            facts["level"] = min(max(level, 1), 6)
            facts["marker"] = item[1] if item and item[1] != "•" else None
        elif style.lower() == "caption":
            type_ = RegionType.CAPTION
        elif item is not None:
            type_ = RegionType.LIST_ITEM
            facts["level"], facts["marker"] = item
        elif "code" in style.lower() or "html preformatted" in style.lower():
            type_ = RegionType.CODE
        else:
            type_ = RegionType.PARAGRAPH
        self._page.add(type_, inline.text, **facts)

    def _inline(self, paragraph: Any) -> Inline:
        inline = Inline()
        self._add_runs(paragraph, inline, depth=0)
        return inline

    def _add_runs(self, element: Any, inline: Inline, depth: int) -> None:
        if depth > self._limits.max_nesting:
            return
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                inline.add(child.text or "")
            elif tag in (qn("w:tab"), qn("w:ptab")):
                inline.add("\t")
            elif tag in (qn("w:br"), qn("w:cr")):
                inline.add("\n" if child.get(qn("w:type")) != "page" else "")
            elif tag == qn("w:noBreakHyphen"):
                inline.add("\u2011")
            elif tag == qn("m:oMath"):
                inline.add_formula(to_latex(child))
            elif tag == qn("w:hyperlink"):
                relation = self._document.part.rels.get(child.get(qn("r:id"), ""))
                target = relation.target_ref if relation is not None and relation.is_external else ""
                inline.add_link("".join(node.text or "" for node in child.iter(qn("w:t"))), target)
            elif tag not in _NOT_TEXT:
                self._add_runs(child, inline, depth + 1)

    def _add_picture(self, blip: Any) -> None:
        part = self._document.part.related_parts.get(blip.get(qn("r:embed"), ""))
        drawing = next((a for a in blip.iterancestors() if a.tag == qn("w:drawing")), None)
        described = (
            "" if drawing is None else next((p.get("descr", "") for p in drawing.iter(qn("wp:docPr"))), "")
        )
        if part is not None:
            self._page.add_picture(part.blob, described)

    def _table(self, element: Any) -> Table | None:
        grid = Grid(self._name)
        rows = [list(_cells(row)) for row in element.findall(qn("w:tr"))]
        for index, row in enumerate(rows):
            grid.next_row()
            for cell in row:
                if not cell.continues:
                    grid.cell(
                        self._cell_text(cell.element),
                        column=cell.column,
                        row_span=_height(rows, index, cell),
                        column_span=cell.span,
                        header=index == 0,
                    )
        return grid.table()

    def _cell_text(self, cell: Any) -> str:
        """Paragraphs as lines; a table inside a cell as its text, for a grid can't hold a grid."""
        lines = []
        for child in cell.iter(qn("w:p")):
            inline = self._inline(child)
            lines.append(inline.markdown if inline.formulas and inline.markdown else inline.text)
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class _Cell:
    element: Any
    column: int
    span: int
    continues: bool
    """Part of the cell above it (``w:vMerge`` without ``restart``)."""


def _cells(row: Any) -> Iterator[_Cell]:
    """The cells of a row with their places (ECMA-376 part 1, 17.4.17 gridSpan and 17.4.84 vMerge)."""
    column = _number(row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}"), 0)
    for element in row.iterchildren(qn("w:tc"), qn("w:sdt")):
        cell = element if element.tag == qn("w:tc") else element.find(f".//{qn('w:tc')}")
        if cell is None:
            continue
        properties = qn("w:tcPr")
        span = min(max(_number(cell.find(f"{properties}/{qn('w:gridSpan')}"), 1), 1), 1000)
        merge = cell.find(f"{properties}/{qn('w:vMerge')}")
        continues = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
        yield _Cell(cell, column, span, continues)
        column += span


def _height(rows: list[list[_Cell]], index: int, cell: _Cell) -> int:
    """Rows a cell reaches over: itself and every continuation straight below it."""
    height = 1
    for row in rows[index + 1 :]:
        if not any(below.continues and below.column == cell.column for below in row):
            break
        height += 1
    return height


def _number(element: Any, otherwise: int) -> int:
    value = "" if element is None else element.get(qn("w:val"), "")
    return int(value) if value.isdigit() else otherwise


def _value(properties: Any, name: str) -> str | None:
    found = None if properties is None else properties.find(qn(name))
    return None if found is None else found.get(qn("w:val"))


def _breaks_page(paragraph: Any, *, before: bool) -> bool:
    """Whether the author asked for a new page before this paragraph's text, or after it."""
    starts = paragraph.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}") is not None
    text_seen = leads = ends = False
    for node in paragraph.iter(qn("w:t"), qn("w:br")):
        if node.tag == qn("w:t"):
            text_seen = text_seen or bool((node.text or "").strip())
        elif node.get(qn("w:type")) == "page":
            leads, ends = leads or not text_seen, ends or text_seen
    return starts or leads if before else ends


def _notes_of(document: Any) -> dict[tuple[str, str], str]:
    """Footnotes and endnotes by the tag that refers to them and their number."""
    notes: dict[tuple[str, str], str] = {}
    for relation in document.part.rels.values():
        for kind in ("footnote", "endnote"):
            if relation.is_external or not relation.reltype.endswith(f"/{kind}s"):
                continue
            tree = etree.fromstring(relation.target_part.blob, _safe_parser())
            for note in tree.iter(qn(f"w:{kind}")):
                text = " ".join(
                    "".join(t.text or "" for t in p.iter(qn("w:t"))) for p in note.iter(qn("w:p"))
                )
                notes[(qn(f"w:{kind}Reference"), note.get(qn("w:id"), ""))] = text.strip()
    return notes


def _safe_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
