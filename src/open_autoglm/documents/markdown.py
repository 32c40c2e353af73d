"""A document as Markdown: GitHub Flavored Markdown, tables with spans as HTML, formulas as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from open_autoglm.documents.model import Document, Page, ReadBy, Region, RegionType
from open_autoglm.documents.tables.render import table_to_html, table_to_markdown

_INLINE = re.compile(r"([\\`*<$]|(?<!\w)_|_(?!\w))")
_LINE_START = re.compile(r"^(\s*)(#{1,6}\s|>|[-+]\s|\d{1,9}[.)]\s)", re.MULTILINE)
_MARKS = frozenset("•◦▪‣·●○■□–—*-+")


def escape(text: str) -> str:
    """Plain text that Markdown would read as markup, made literal."""
    return _LINE_START.sub(r"\1\\\2", _INLINE.sub(r"\\\1", text))


def document_to_markdown(document: Document, *, page_marks: bool = True) -> str:
    """The pages in order; ``page_marks`` puts an HTML comment with its number before each page."""
    return "\n\n".join(_pages(document.pages, page_marks=page_marks)) + "\n"


def page_to_markdown(page: Page) -> str:
    """The regions of a page in reading order, headers and footers left out as they repeat."""
    kept = [r for r in page.regions if r.type not in (RegionType.HEADER, RegionType.FOOTER)]
    return "\n\n".join(_join_lists(kept))


def region_to_markdown(region: Region) -> str:
    """One region; empty when there is nothing to show."""
    if region.type is RegionType.TABLE and region.table is not None:
        if region.table.has_spans:
            return table_to_html(region.table)
        return table_to_markdown(region.table)
    if region.type is RegionType.FORMULA:
        return _formula(region)
    if region.type is RegionType.FIGURE:
        return f"[figure: {escape(region.text)}]" if region.text else "[figure]"
    if region.type is RegionType.CODE:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", region.text)), default=0))
        return f"{fence}\n{region.text}\n{fence}"
    body = region.markdown if region.markdown is not None else escape(region.text)
    if region.type is RegionType.TITLE:
        return f"# {_one_line(body)}"
    if region.type is RegionType.HEADING:
        return f"{'#' * min(6, (region.level or 1) + 1)} {_one_line(body)}"
    if region.type is RegionType.LIST_ITEM:
        return _list_item(region, body)
    if region.type is RegionType.CAPTION:
        return f"*{_one_line(body)}*"
    return body


def _pages(pages: Iterable[Page], *, page_marks: bool) -> Iterator[str]:
    for page in pages:
        if page_marks:
            yield f"<!-- page {page.number} -->"
        if page.error:
            yield f"> Page {page.number} was not read: {escape(page.error)}"
        elif text := page_to_markdown(page):
            yield text


def _join_lists(regions: list[Region]) -> Iterator[str]:
    """Neighbouring list items stand on neighbouring lines; everything else is set apart."""
    items: list[str] = []
    for region in regions:
        text = region_to_markdown(region)
        if not text:
            continue
        if region.type is RegionType.LIST_ITEM:
            items.append(text)
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield text
    if items:
        yield "\n".join(items)


def _formula(region: Region) -> str:
    latex = region.formula.latex if region.formula else None
    if latex is not None:
        return f"$$\n{latex}\n$$"
    raw = region.formula.raw_text if region.formula else region.text
    read = "" if region.read_by is ReadBy.NOTHING else escape(raw)
    return f"[formula not read as LaTeX] {read}".rstrip()


def _list_item(region: Region, body: str) -> str:
    indent = "  " * ((region.level or 1) - 1)
    marker = region.marker or "-"
    if marker in _MARKS:
        return f"{indent}- {_one_line(body)}"
    if re.fullmatch(r"\d{1,9}[.)]", marker):
        return f"{indent}{marker} {_one_line(body)}"
    return f"{indent}- {escape(marker)} {_one_line(body)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
