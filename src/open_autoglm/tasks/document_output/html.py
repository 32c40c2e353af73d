"""One HTML file that a person opens to check the work: each page's picture beside what was read.

It stands alone: no script, nothing fetched (a Content-Security-Policy forbids both). Clicking a box
on the picture leads to its region and back. Low confidence is coloured and says its number.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from html import escape
from importlib.resources import files
from itertools import groupby

from latex2mathml.converter import convert as latex_to_mathml

from open_autoglm.documents.model import Box, Page, Region, RegionType
from open_autoglm.documents.tables.render import table_to_html
from open_autoglm.tasks.document_output.inline_math import split_inline_math
from open_autoglm.tasks.document_output.labels import CHINESE, Labels, labels_of
from open_autoglm.tasks.document_output.text import field_text, key_value_line, notes_of, pages_of
from open_autoglm.tasks.document_result import Citation, ParsedDocument

PagePicture = Callable[[int], bytes | None]
"""JPEG of an upright page by its number; None when the source has no picture of it."""

_TAG = re.compile(r"\s*\\tag\{([^{}]*)\}")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def to_html(result: ParsedDocument, picture: PagePicture) -> Iterator[str]:
    """Pieces of the file, in order; one page's picture is held at a time."""
    labels = labels_of(result)
    language = "zh-Hans" if labels is CHINESE else "en"
    style = files("open_autoglm.tasks.document_output").joinpath("page.css").read_text(encoding="utf-8")
    name = escape(result.document.source.name)
    yield (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{name}</h1>\n"
    )
    if result.model is not None:
        yield f"<p>{escape(labels.model.format(result.model.description))}</p>\n"
    yield "</header>\n<main>\n"
    yield from _problems(result, labels)
    yield from _summary(result, labels)
    yield from _key_information(result, labels)
    yield from _fields(result, labels)
    yield from _notes(result, labels)
    for page in result.document.pages:
        yield from _page(page, picture(page.number), labels)
    yield "</main>\n</body>\n</html>\n"


def _problems(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    problems = [*result.errors, *result.document.warnings]
    if problems:
        items = "".join(f"<li>{escape(problem)}</li>\n" for problem in problems)
        yield f'<section class="problems"><h2>{labels.problems}</h2>\n<ul>\n{items}</ul></section>\n'


def _summary(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    summary = result.summary
    if summary is None:
        return
    yield f"<section><h2>{labels.summary}</h2>\n"
    if summary.overview:
        yield f"<p>{escape(summary.overview)}</p>\n"
    yield "<ul>\n"
    for point in summary.points:
        links = " ".join(f'<a href="#page-{page}">{labels.cite((page,))}</a>' for page in point.pages)
        doubt = "" if point.verified else f' <mark class="doubt">{labels.unverified}</mark>'
        yield f"<li>{escape(point.text)} {links}{doubt}</li>\n"
    yield "</ul>\n"
    yield "</section>\n"


def _key_information(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    ordered = sorted(result.key_information, key=lambda value: list(labels.kinds).index(value.kind))
    if not ordered:
        return
    yield f'<section><h2>{labels.key_information}</h2>\n<dl class="key">\n'
    for kind, group in groupby(ordered, key=lambda value: value.kind):
        yield f"<dt>{labels.kinds[kind]}</dt>\n"
        for value in group:
            line = escape(key_value_line(value, labels))
            yield f"<dd>{line}{_links(value.citations)}</dd>\n"
    yield "</dl></section>\n"


def _fields(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    if not result.fields:
        return
    yield f'<section><h2>{labels.fields}</h2>\n<dl class="key">\n'
    for field in result.fields:
        unsure = field.value is not None and not field.verified
        doubt = f' <mark class="doubt">{labels.unverified}</mark>' if unsure else ""
        cited = escape(labels.cite(pages_of(field.citations)))
        note = f' <span class="note">{escape(field.note)}</span>' if field.note else ""
        yield (
            f"<dt>{escape(field.name)}</dt>\n<dd>{escape(field_text(field, labels))} {cited}"
            f"{_links(field.citations)}{doubt}{note}</dd>\n"
        )
    yield "</dl></section>\n"


def _notes(result: ParsedDocument, labels: Labels) -> Iterator[str]:
    if notes := notes_of(result):
        items = "".join(f"<li>{escape(note)}</li>\n" for note in notes)
        yield f'<section class="note"><h2>{labels.notes}</h2>\n<ul>\n{items}</ul></section>\n'


def _links(citations: tuple[Citation, ...]) -> str:
    return "".join(f' <a href="#{escape(c.region)}" title="{escape(c.quote)}">↗</a>' for c in citations)


def _page(page: Page, picture: bytes | None, labels: Labels) -> Iterator[str]:
    yield f'<section class="page" id="page-{page.number}"><h2>{labels.page.format(page.number)}</h2>\n'
    if page.error:
        yield f'<p class="problems">{escape(labels.not_read.format(page.error))}</p>\n'
    yield from (f'<p class="note">{escape(warning)}</p>\n' for warning in page.warnings)
    yield '<div class="sides">\n'
    if picture is not None:
        data = base64.b64encode(picture).decode("ascii")
        yield f'<div class="picture"><div class="sheet"><img alt="" src="data:image/jpeg;base64,{data}">\n'
        yield from (_outline(region, region.box, page) for region in page.regions if region.box)
        yield "</div></div>\n"
    yield '<div class="read">\n'
    for region in page.regions:
        if body := _region(region):
            yield _framed(region, body, labels)
    yield "</div>\n</div></section>\n"


def _outline(region: Region, box: Box, page: Page) -> str:
    left, top = box.x0 / page.width, box.y0 / page.height
    width, height = (box.x1 - box.x0) / page.width, (box.y1 - box.y0) / page.height
    low = " low" if region.low_confidence else ""
    return (
        f'<a class="box {region.type.value}{low}" id="box-{escape(region.id)}" href="#{escape(region.id)}" '
        f'title="{region.type.value}" style="left:{left:.3%};top:{top:.3%};'
        f'width:{width:.3%};height:{height:.3%}"></a>\n'
    )


def _framed(region: Region, body: str, labels: Labels) -> str:
    low = " low" if region.low_confidence else ""
    facts = f"{region.type.value} · {region.read_by.value} · {region.confidence:.0%}".replace("_", " ")
    mark = (
        f' <mark class="low">{labels.low_confidence.format(region.confidence)}</mark>'
        if region.low_confidence
        else ""
    )
    note = f'<p class="note">{escape(region.note)}</p>' if region.note else ""
    return (
        f'<div class="region {region.type.value}{low}" id="{escape(region.id)}">'
        f'<a class="facts" href="#box-{escape(region.id)}">{facts}</a>{mark}\n{body}{note}</div>\n'
    )


def _region(region: Region) -> str:
    """What was read, as HTML; empty when there is nothing to show."""
    if region.type is RegionType.TABLE and region.table is not None:
        return f'<div class="wide">{table_to_html(region.table)}</div>\n'
    if region.type is RegionType.FORMULA and region.formula is not None:
        if region.formula.latex is not None:
            return _display_formula(region.formula.latex)
        return _image(region) + f"<p>{escape(region.formula.raw_text)}</p>\n"
    if region.type is RegionType.FIGURE:
        return _image(region) + (f"<p>{escape(region.text)}</p>\n" if region.text else "")
    text = _inline(region)
    if not text:
        return ""
    if region.type in (RegionType.TITLE, RegionType.HEADING):
        level = 3 if region.type is RegionType.TITLE else min(6, 3 + (region.level or 1))
        return f"<h{level}>{text}</h{level}>\n"
    if region.type is RegionType.CODE:
        return f"<pre>{escape(region.text)}</pre>\n"
    if region.type is RegionType.LIST_ITEM:
        indent = (region.level or 1) - 1
        return f'<p style="margin-left:{indent * 1.5}em">{escape(region.marker or "•")} {text}</p>\n'
    return f"<p>{text}</p>\n"


def _inline(region: Region) -> str:
    """Plain text, with inline formulas as MathML where the region has them."""
    if region.markdown is None or "$" not in region.markdown:
        return escape(region.text)
    pieces = split_inline_math(region.markdown)
    return "".join(_mathml(piece, display=False) if is_math else escape(piece) for piece, is_math in pieces)


def _display_formula(latex: str) -> str:
    """The formula on a line of its own, its number at the right as on the page."""
    tag = _TAG.search(latex)
    number = f'<span class="tag">({escape(tag[1])})</span>' if tag else ""
    return f"<div>{number}{_mathml(_TAG.sub('', latex), display=True)}</div>\n"


def _mathml(latex: str, *, display: bool) -> str:
    """MathML, or the LaTeX itself where the converter doesn't know a command."""
    try:
        return latex_to_mathml(latex, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - the converter raises many kinds; the source is still shown
        return f"<code>{escape(latex)}</code>"


def _image(region: Region) -> str:
    return f'<img alt="" src="data:image/png;base64,{region.image}">\n' if region.image else ""
