"""Which reader opens which format. Runs inside a worker process; loads only the library it needs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from open_autoglm.documents.content import PageContent, PageRaster
from open_autoglm.documents.formats import Format
from open_autoglm.documents.model import Page
from open_autoglm.documents.recognition import Recognition
from open_autoglm.documents.workers.messages import OpenFile

if TYPE_CHECKING:
    from open_autoglm.documents.formulas import FormulaModel

JPEG_QUALITY = 70
"""Text stays sharp enough to compare with what was read, at about 60 kB a page."""


class PagedFile(Protocol):
    """An open file that gives its pages one by one."""

    @property
    def page_count(self) -> int: ...
    @property
    def title(self) -> str | None: ...
    @property
    def author(self) -> str | None: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    def read_page(self, number: int, threads: int) -> Page:
        """Page ``number``, 1-based, with at most ``threads`` threads."""
        ...

    def draw_page(self, number: int, rotation: int, dpi: float) -> bytes | None:
        """JPEG of the page turned clockwise by ``rotation`` degrees; None where pages are not drawn."""
        ...


class DrawnFile(Protocol):
    """A PDF or a picture file: pages that are drawn and have to be understood."""

    @property
    def page_count(self) -> int: ...
    def content(self, number: int) -> PageContent: ...
    def raster(self, number: int) -> PageRaster: ...


class DrawnPages:
    """Reads the pages of a PDF or picture file by ``read_page``."""

    def __init__(self, file: DrawnFile, recognition: Recognition) -> None:
        """Raises ModelNotInstalled or ModelFileRejected for a formula model that can't be used."""
        self._file = file
        self._ocr_backend = recognition.ocr_backend
        self._formula_model: FormulaModel | None = None
        if recognition.formula_model is not None:
            from open_autoglm.documents.formulas.model import FormulaModel

            self._formula_model = FormulaModel.open(recognition.formula_model)
        self.page_count = file.page_count
        self.title: str | None = getattr(file, "title", None)
        self.author: str | None = getattr(file, "author", None)
        self.warnings: tuple[str, ...] = tuple(getattr(file, "warnings", ()))

    def read_page(self, number: int, threads: int) -> Page:
        from open_autoglm.documents.page_reader import read_page

        return read_page(
            self._file.content(number),
            self._file.raster(number),
            threads=threads,
            ocr_backend=self._ocr_backend,
            formula_model=self._formula_model,
        )

    def draw_page(self, number: int, rotation: int, dpi: float) -> bytes:
        from io import BytesIO

        from PIL import Image

        out = BytesIO()
        picture = self._file.raster(number).render(dpi, rotation=rotation)
        Image.fromarray(picture).save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return out.getvalue()


def _open_pdf(request: OpenFile) -> PagedFile:
    from open_autoglm.documents.pdf.file import PdfFile

    return DrawnPages(PdfFile.open(request.file, request.password), request.recognition)


def _open_picture(request: OpenFile) -> PagedFile:
    from open_autoglm.documents.ocr.picture_file import PictureFile

    return DrawnPages(PictureFile.open(request.file), request.recognition)


def _markup(module: str, function: str) -> Callable[[OpenFile], PagedFile]:
    def open_markup(request: OpenFile) -> PagedFile:
        reader = getattr(import_module(f"open_autoglm.documents.markup.{module}"), function)
        return cast(PagedFile, reader(request.file))

    return open_markup


_OPENERS: dict[Format, Callable[[OpenFile], PagedFile]] = {
    Format.PDF: _open_pdf,
    Format.PNG: _open_picture,
    Format.JPEG: _open_picture,
    Format.TIFF: _open_picture,
    Format.WEBP: _open_picture,
    Format.DOCX: _markup("docx", "open_docx"),
    Format.PPTX: _markup("pptx", "open_pptx"),
    Format.XLSX: _markup("xlsx", "open_xlsx"),
    Format.HTML: _markup("web_page", "open_web_page"),
    Format.CSV: _markup("delimited", "open_csv"),
    Format.TSV: _markup("delimited", "open_tsv"),
    Format.MARKDOWN: _markup("markdown_file", "open_markdown"),
    Format.TEXT: _markup("plain_text", "open_plain_text"),
}

OPENER = f"{__name__}:open_file"


def open_file(request: OpenFile) -> PagedFile:
    """Open a file of a known format. Raises the errors of ``open_autoglm.errors``."""
    return _OPENERS[request.format](request)
