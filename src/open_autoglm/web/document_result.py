"""A document as it was read, beside the pictures of its pages; summary and key information first."""

from __future__ import annotations

from html import escape
from itertools import groupby

from open_autoglm.documents.markdown import region_to_markdown
from open_autoglm.documents.model import Box, Page, Region, RegionType
from open_autoglm.documents.tables.render import table_to_html
from open_autoglm.tasks.document_output.labels import CHINESE, ENGLISH, Labels
from open_autoglm.tasks.document_output.text import key_value_line, notes_of
from open_autoglm.tasks.document_result import Citation, ParsedDocument
from open_autoglm.web.elements import box, icon, markup, words
from open_autoglm.web.page_pictures import picture_address
from open_autoglm.web.session import Session

DRAWN = ("application/pdf", "image/")
"""Media types whose pages have pictures."""


class DocumentResult:
    """Built where ``show`` is called."""

    def __init__(self, session: Session, job_id: str, result: ParsedDocument) -> None:
        self._session = session
        self._job_id = job_id
        self._result = result
        self._labels: Labels = CHINESE if session.visitor.language == "zh" else ENGLISH
        self._has_pictures = result.document.source.media_type.startswith(DRAWN)

    def show(self) -> None:
        texts = self._session.texts
        with box("inner broad"):
            self._show_problems()
            self._show_summary()
            self._show_key_information()
            with box("section", "section", aria_label=texts.read_text), box("sheets"):
                words(texts.read_text, tag="h2")
                for page in self._result.document.pages:
                    self._show_page(page)

    def _show_problems(self) -> None:
        problems = [*self._result.errors, *self._result.document.warnings]
        told = [(sentence, " bad") for sentence in problems]
        told += [(sentence, "") for sentence in notes_of(self._result)]
        for sentence, bad in told:
            with box(f"note{bad}"):
                icon("error_outline" if bad else "info")
                words(sentence)

    def _show_summary(self) -> None:
        summary, texts = self._result.summary, self._session.texts
        if summary is None:
            return
        with box("section", "section", aria_label=texts.summary):
            words(texts.summary, tag="h2")
            if summary.overview:
                words(summary.overview, tag="p")
            with box("points", "ul"):
                for point in summary.points:
                    doubt = "" if point.verified else _doubt(texts.unverified)
                    cited = " ".join(_page_link(page, self._labels) for page in point.pages)
                    markup(f"{escape(point.text)} {cited}{doubt}", tag="li")

    def _show_key_information(self) -> None:
        texts, labels = self._session.texts, self._labels
        order = list(labels.kinds)
        values = sorted(self._result.key_information, key=lambda value: order.index(value.kind))
        if not values:
            return
        with box("section", "section", aria_label=texts.key_information):
            words(texts.key_information, tag="h2")
            with box("key-values", "dl"):
                for kind, group in groupby(values, key=lambda value: value.kind):
                    words(labels.kinds[kind], tag="dt")
                    for value in group:
                        line = escape(key_value_line(value, labels))
                        markup(f"{line} {_citation_links(value.citations)}", tag="dd")

    def _show_page(self, page: Page) -> None:
        texts = self._session.texts
        alone = "" if self._has_pictures else " alone"
        with box(f"sheet-pair{alone}", "section", id=f"page-{page.number}"):
            words(texts.page.format(page.number), tag="h3")
            if self._has_pictures:
                markup(self._sheet(page), "sheet")
            with box("prose"):
                if page.error:
                    words(self._labels.not_read.format(page.error), "doubt", "p")
                markup("".join(self._region(region) for region in page.regions))

    def _sheet(self, page: Page) -> str:
        """The picture, with a link over each region that leads to its text."""
        ratio = f"{page.width:.0f} / {page.height:.0f}"
        source = picture_address(self._job_id, page.number)
        alt = escape(self._session.texts.page.format(page.number))
        links = "".join(_outline(region, region.box, page) for region in page.regions if region.box)
        return f'<img loading="lazy" src="{source}" alt="{alt}" style="aspect-ratio:{ratio}">{links}'

    def _region(self, region: Region) -> str:
        body = self._body(region)
        if not body:
            return ""
        low = " low" if region.low_confidence else ""
        said = escape(self._labels.low_confidence.format(region.confidence))
        mark = f'<p class="doubt">{said}</p>' if low else ""
        note = f'<p class="doubt">{escape(region.note)}</p>' if region.note else ""
        return (
            f'<div class="region {region.type.value}{low}" id="{escape(region.id)}">{body}{mark}{note}</div>'
        )

    def _body(self, region: Region) -> str:
        if region.table is not None:
            return f'<div class="wide" tabindex="0">{table_to_html(region.table)}</div>'
        if region.image and region.type in (RegionType.FIGURE, RegionType.FORMULA):
            words_of = f"<p>{escape(region.text)}</p>" if region.text else ""
            return f'<img alt="" loading="lazy" src="data:image/png;base64,{region.image}">{words_of}'
        return self._session.markdown.to_html(region_to_markdown(region))


def _outline(region: Region, place: Box, page: Page) -> str:
    low = ' class="low"' if region.low_confidence else ""
    title = escape(region.type.value.replace("_", " "))
    return (
        f'<a{low} href="#{escape(region.id)}" title="{title}" tabindex="-1" style="'
        f"left:{place.x0 / page.width:.3%};top:{place.y0 / page.height:.3%};"
        f"width:{(place.x1 - place.x0) / page.width:.3%};"
        f'height:{(place.y1 - place.y0) / page.height:.3%}"></a>'
    )


def _page_link(page: int, labels: Labels) -> str:
    return f'<a class="cite" href="#page-{page}">{escape(labels.cite((page,)))}</a>'


def _citation_links(citations: tuple[Citation, ...]) -> str:
    return " ".join(
        f'<a class="cite" href="#{escape(citation.region)}" title="{escape(citation.quote)}">↗</a>'
        for citation in citations
    )


def _doubt(text: str) -> str:
    return f' <span class="doubt">{escape(text)}</span>'
