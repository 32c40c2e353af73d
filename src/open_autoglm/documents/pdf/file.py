"""A PDF file: its pages as content from the text layer, and as pictures.

PDFium (through pypdfium2) does the parsing and the drawing. It is not thread safe: one file belongs
to one thread, and files from outside are opened in worker processes.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from types import TracebackType

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from open_autoglm.documents.content import Image, PageContent, Rect
from open_autoglm.documents.pdf.bullets import with_bullets
from open_autoglm.documents.pdf.frame import Frame
from open_autoglm.documents.pdf.graphics import read_graphics
from open_autoglm.documents.pdf.text import TextLayer, read_text_layer
from open_autoglm.errors import DamagedInput, EncryptedInput, InputMissing, LimitExceeded, UsageError

MAX_PIXELS = 50_000_000
"""Largest picture ``render`` makes; an A4 page at 600 dpi has 35 million pixels."""

REOPEN_AFTER = 50
"""Pages loaded before the file is opened anew, so that memory stays flat however long it is."""

MAX_PAGE_POINTS = 200_000.0
"""Longest side of a page that is believed; the specification's own limit is 14,400."""


class PdfFile:
    """An open PDF. Use it as a context manager; the file stays open until ``close``."""

    def __init__(self, document: pypdfium2.PdfDocument, path: Path, password: str | None) -> None:
        self._document = document
        self._path = path
        self._password = password
        self._name = path.name
        self._loaded = 0
        self._current: tuple[int, pypdfium2.PdfPage] | None = None

    @classmethod
    def open(cls, path: Path, password: str | None = None) -> PdfFile:
        """Raises InputMissing, DamagedInput or EncryptedInput, each with the file's name and the remedy."""
        try:
            if path.stat().st_size == 0:
                raise DamagedInput(f"{path.name} is empty.", hint="Save or download it again.")
            with path.open("rb"):
                pass
        except OSError as error:
            raise InputMissing(f"Can't read {path}: {error.strerror or error}.") from error
        document = _open(path, password)
        if len(document) == 0:
            document.close()
            raise DamagedInput(f"{path.name} has no pages.", hint="Save or download it again.")
        return cls(document, path, password)

    def close(self) -> None:
        self._close_page()
        self._document.close()

    def __enter__(self) -> PdfFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def page_count(self) -> int:
        return len(self._document)

    @property
    def title(self) -> str | None:
        return self._metadata("Title")

    @property
    def author(self) -> str | None:
        return self._metadata("Author")

    def content(self, number: int) -> PageContent:
        """What the text layer and the drawing operators of page ``number`` (1-based) say.

        A page whose text runs sideways is turned upright; ``rotation`` then says by how much.
        """
        self._release_memory()
        page = self._page(number)
        text = _read_text(page, _frame(page, self._name, number))
        frame = text.frame
        graphics = read_graphics(page, frame)
        return PageContent(
            number=number,
            width=frame.width,
            height=frame.height,
            rotation=frame.turned,
            lines=with_bullets(text.lines, graphics.dots),
            rulings=graphics.rulings,
            pictures=graphics.pictures,
            invisible_text=text.invisible,
            warnings=[*text.warnings, *graphics.warnings],
        )

    def raster(self, number: int) -> PdfRaster:
        """The page as something that can be drawn. It is valid while the file is open."""
        if not 1 <= number <= self.page_count:
            raise UsageError(f"{self._name} has no page {number}; it has {self.page_count}.")
        return PdfRaster(self, number)

    def _page(self, number: int) -> pypdfium2.PdfPage:
        if not 1 <= number <= self.page_count:
            raise UsageError(f"{self._name} has no page {number}; it has {self.page_count}.")
        if self._current is not None and self._current[0] == number:
            return self._current[1]  # a page is drawn several times; loading it costs more than drawing
        self._close_page()
        self._loaded += 1
        try:
            self._current = (number, self._document[number - 1])
            return self._current[1]
        except pypdfium2.PdfiumError as error:
            raise DamagedInput(
                f"Page {number} of {self._name} can't be opened.", hint="The file is damaged; save it again."
            ) from error

    def _close_page(self) -> None:
        if self._current is not None:
            self._current[1].close()
            self._current = None

    def _release_memory(self) -> None:
        """PDFium keeps the fonts and pictures of every page it has seen until the file is closed."""
        if self._loaded >= REOPEN_AFTER:
            self.close()
            self._document = _open(self._path, self._password)
            self._loaded = 0

    def _metadata(self, key: str) -> str | None:
        return self._document.get_metadata_value(key).strip("\0 \t\r\n") or None


class PdfRaster:
    """Draws one page of an open PDF (see ``PageRaster``)."""

    def __init__(self, file: PdfFile, number: int) -> None:
        self._file = file
        self._number = number

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        """RGB, white where nothing is drawn. ``area`` is in points of the turned page.

        Raises LimitExceeded over ``MAX_PIXELS``.
        """
        page = self._file._page(self._number)
        frame = _frame(page, self._file._name, self._number).rotate(rotation)
        area = area or Rect(0.0, 0.0, frame.width, frame.height)
        scale = dpi / 72.0
        width = max(1, round(area.width * scale))
        height = max(1, round(area.height * scale))
        if width * height > MAX_PIXELS:
            raise LimitExceeded(
                f"Page {self._number} at {dpi:g} dpi would have {width}×{height} pixels; "
                f"the limit is {MAX_PIXELS:,}.",
                hint="Draw it at fewer dots per inch.",
            )
        return _draw(page, frame, rotation, (area.x0 * scale, area.y0 * scale, width, height), scale)


def _draw(
    page: pypdfium2.PdfPage,
    frame: Frame,
    rotation: int,
    window: tuple[float, float, int, int],
    scale: float,
) -> Image:
    left, top, width, height = window
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        pdfium.FPDF_RenderPageBitmap(
            bitmap.raw,
            page.raw,
            -round(left),
            -round(top),
            max(1, round(frame.width * scale)),
            max(1, round(frame.height * scale)),
            rotation // 90 % 4,
            pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER,
        )
        return np.ascontiguousarray(bitmap.to_numpy())
    finally:
        bitmap.close()


def _read_text(page: pypdfium2.PdfPage, frame: Frame) -> TextLayer:
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        return TextLayer(frame, [], invisible=False, warnings=["The text layer can't be read."])
    try:
        return read_text_layer(text_page, frame)
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _frame(page: pypdfium2.PdfPage, name: str, number: int) -> Frame:
    bounds = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(bounds)):
        raise DamagedInput(
            f"Page {number} of {name} has no size.", hint="The file is damaged; save it again."
        )
    frame = Frame.of_page((bounds.left, bounds.bottom, bounds.right, bounds.top), page.get_rotation())
    if not (0 < frame.width <= MAX_PAGE_POINTS and 0 < frame.height <= MAX_PAGE_POINTS):
        raise DamagedInput(
            f"Page {number} of {name} claims to be {frame.width:g}×{frame.height:g} points.",
            hint="The file is damaged; save it again.",
        )
    return frame


def _open(path: Path, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        raise _open_error(path.name, error, password) from error
    except OSError as error:
        raise InputMissing(f"Can't read {path}: {error.strerror or error}.") from error


def _open_error(
    name: str, error: pypdfium2.PdfiumError, password: str | None
) -> EncryptedInput | DamagedInput:
    if error.err_code == pdfium.FPDF_ERR_PASSWORD:
        if password is None:
            return EncryptedInput(f"{name} is encrypted.", hint="Give its password with --password.")
        return EncryptedInput(
            f"The password given for {name} is wrong.", hint="Give the right one with --password."
        )
    if error.err_code == pdfium.FPDF_ERR_SECURITY:
        return EncryptedInput(
            f"{name} is encrypted in a way that is not supported.", hint="Save it without encryption."
        )
    return DamagedInput(
        f"{name} is not a readable PDF: it is cut or damaged.", hint="Save or download it again."
    )
