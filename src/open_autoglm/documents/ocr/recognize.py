"""Completes a page: where the text layer is missing or broken, OCR reads the picture instead.

Decided place by place, never for the whole file: sound text stays as it is; a page without text is
read whole and turned upright; a picture on a page with text is read alone; lines of broken text are
replaced by what can be seen there; the invisible text layer of a scan is kept when samples agree with
the picture. What was done stands in the page's warnings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Image, Line, PageContent, PageRaster, Rect
from open_autoglm.documents.ocr.page_turn import shift_line, shift_rect, turn_line, turn_page
from open_autoglm.documents.ocr.picture_text import READING_DPI, PictureText, TextReader
from open_autoglm.documents.ocr.text_soundness import Soundness, agreement, judge, judge_page, spread

MAX_SIDE = 10_000
MAX_PIXELS = 25_000_000
"""Longer side and area of a drawn page, in pixels; posters are read at fewer dots per inch."""
SCAN_SHARE = 0.8
"""Share of the page that a picture covers when the page is a scan."""
STAMP_SHARE = 0.1
STAMP_LINES = 3
"""Sound text up to this share and number of lines is a stamp or a page number laid over a scan."""
SMALLEST_PICTURE = (40.0, 12.0)
"""Width and height in points below which a picture holds no text worth reading."""
MAX_PICTURES = 40
"""Pictures of one page read one by one; a page with more is a pattern of tiles."""
DRAWING_LABELS = 2
"""Lines of sound text inside a picture from which on it is a drawing with its labels in the layer."""
AREA_MARGIN = 3.0
"""Points of surroundings drawn with a line that is read again."""
TEXT_SHARE = 0.15
"""Share of a picture that its lines cover when it is a pasted scan, not a figure with labels."""
SAMPLES = 4
"""Lines compared with the picture before a doubtful text layer is believed."""
AGREEING = 0.6
"""Mean likeness of the samples at which the layer is believed."""
LEGIBLE = 0.5
"""Mean confidence of words above which a reading may replace what the text layer says."""


def open_reader() -> TextReader:
    """The reader of this process with the usual settings."""
    from open_autoglm.documents.ocr.models import OcrSettings
    from open_autoglm.documents.ocr.reader import shared_reader

    return shared_reader(OcrSettings())


def complete(
    content: PageContent, raster: PageRaster, open_reader: Callable[[], TextReader] = open_reader
) -> PageContent:
    """The same page, changed in place: every readable region as lines, turned upright.

    ``open_reader`` is called when something has to be read, since loading what that needs takes longer
    than reading a page of sound text.

    A page that was read whole comes back upright and level: ``rotation`` says by how many degrees
    ``raster`` must turn it, and its own picture, which is the page, is no longer among ``pictures``.

    Raises:
        ExtraMissing, ModelFileRejected: the page needs OCR, whose models are missing or damaged.
        LimitExceeded: the page can't be drawn.
    """
    page = _Completion(content, raster, open_reader)
    broken = page.check_text()
    if page.is_scan():
        page.read_whole(broken)
    elif content.invisible_text:
        page.confirm_scan()
    else:
        page.read_again(broken)
        page.read_pictures()
    return content


@dataclass(slots=True)
class _Completion:
    """One page while it is completed."""

    content: PageContent
    raster: PageRaster
    open_reader: Callable[[], TextReader]

    def check_text(self) -> list[Line]:
        """Takes the lines that can't be believed out of the page, says so, and gives them back."""
        content = self.content
        broken = [line for line in content.lines if judge(line) is Soundness.BROKEN]
        doubtful = self._doubtful(broken)
        if broken:
            content.warnings.append(
                f"{len(broken)} of {len(content.lines)} lines have no usable characters in the text layer "
                "and were read by OCR."
            )
        if doubtful and not self._agrees(doubtful):
            broken = [*broken, *doubtful]
            what = "The invisible text layer" if content.invisible_text else "Part of the text layer"
            content.warnings.append(f"{what} does not say what the page shows, which was read by OCR.")
        taken = {id(line) for line in broken}
        content.lines = [line for line in content.lines if id(line) not in taken]
        return broken

    def is_scan(self) -> bool:
        """Whether the page is a picture of a page: no text, or a stamp over a full-page picture."""
        content = self.content
        if not content.lines:
            return True
        written = sum(_area(line.box) for line in content.lines)
        stamped = (
            len(content.lines) <= STAMP_LINES and written <= STAMP_SHARE * content.width * content.height
        )
        return stamped and self._is_covered() and not content.invisible_text

    def read_whole(self, broken: Sequence[Line]) -> None:
        """The page as one picture: turned upright, its drawn lines found too."""
        content = self.content
        text = self._read(None, find_turn=True)
        if not _is_legible(text.lines) and broken:
            content.lines = [*content.lines, *broken]
            content.warnings.append("OCR could not read this page either: its text layer was kept.")
            return
        turn_page(content, text.turn)
        content.lines = [*content.lines, *_apart_from(text.lines, content.lines)]
        if text.turn:
            content.warnings.append(f"The page was turned by {text.turn} degrees to stand upright.")
        if text.tilt:
            content.warnings.append(f"The page was tilted by {text.tilt:.1f} degrees and straightened.")
        if self._is_covered() and text.lines and text.image is not None:
            self._take_over_scan(text.image)

    def confirm_scan(self) -> None:
        """A scan whose invisible text layer was believed: only its drawn lines are missing."""
        self._take_over_scan(self._draw(None))

    def read_again(self, broken: Sequence[Line]) -> None:
        """Reads the places of broken lines; where nothing legible is seen, the layer is kept."""
        for box in _merged([_grown(line.box, AREA_MARGIN) for line in broken]):
            replaced = [line for line in broken if _is_inside(line.box, box)]
            text = self._read(box, find_turn=False)
            seen = [line for line in text.lines if any(line.box.overlap(one.box) > 0 for one in replaced)]
            self.content.lines.extend(seen if _is_legible(seen) else replaced)

    def read_pictures(self) -> None:
        """Reads the text inside pictures that lie on a page of text."""
        content = self.content
        boxes = _merged(
            [one.box for one in content.pictures if not one.plain and self._may_hold_text(one.box)]
        )
        boxes = sorted(boxes, key=_area, reverse=True)[:MAX_PICTURES]
        native = list(content.lines)
        counted = 0
        for box in boxes:
            text = self._read(box, find_turn=True)
            lines = _apart_from(text.lines, native)
            if not lines:
                continue
            counted += 1
            content.lines.extend(lines)
            if sum(_area(line.box) for line in lines) >= TEXT_SHARE * _area(box):
                # A pasted scan: what it says is text of the page, not labels of a figure.
                content.pictures = [one for one in content.pictures if not _is_inside(one.box, box)]
        if counted:
            content.warnings.append(f"Text in {counted} picture{'s'[: counted > 1]} was read by OCR.")

    def _doubtful(self, broken: Sequence[Line]) -> list[Line]:
        taken = {id(line) for line in broken}
        rest = [line for line in self.content.lines if id(line) not in taken]
        if self.content.invisible_text or judge_page(rest) is Soundness.SUSPECT:
            return rest
        return [line for line in rest if judge(line) is Soundness.SUSPECT]

    def _agrees(self, doubtful: Sequence[Line]) -> bool:
        samples = spread(doubtful, SAMPLES)
        if not samples:
            return True
        likeness = []
        for line in samples:
            seen = self._read(_grown(line.box, AREA_MARGIN), find_turn=False, known=())
            likeness.append(agreement(line.text, " ".join(one.text for one in seen.lines)))
        return sum(likeness) / len(likeness) >= AGREEING

    def _may_hold_text(self, box: Rect) -> bool:
        if box.width < SMALLEST_PICTURE[0] or box.height < SMALLEST_PICTURE[1]:
            return False
        labels = sum(_is_inside(line.box, box) for line in self.content.lines)
        return labels < DRAWING_LABELS or self._covers(box)

    def _is_covered(self) -> bool:
        return any(self._covers(picture.box) for picture in self.content.pictures)

    def _covers(self, box: Rect) -> bool:
        return _area(box) >= SCAN_SHARE * self.content.width * self.content.height

    def _take_over_scan(self, image: Image) -> None:
        """The page-sized picture is the page itself; its drawn lines become rulings."""
        from open_autoglm.documents.ocr.rulings import find_rulings

        content = self.content
        text = [line.box for line in content.lines]
        content.rulings = [*content.rulings, *find_rulings(image, self._dpi(None), text)]
        content.pictures = [one for one in content.pictures if not self._covers(one.box)]

    def _read(
        self, area: Rect | None, *, find_turn: bool, known: Sequence[Line] | None = None
    ) -> PictureText:
        """The text of an area, in points of the page; of the turned page if all of it was read."""
        corner = area or Rect(0.0, 0.0, self.content.width, self.content.height)
        lines = self.content.lines if known is None else known
        places = [shift_rect(line.box, -corner.x0, -corner.y0) for line in lines]
        text = self.open_reader().read(self._draw(area), self._dpi(area), find_turn=find_turn, known=places)
        if area is None:
            return text
        back = -text.turn % 360
        width, height = (area.height, area.width) if text.turn in (90, 270) else (area.width, area.height)
        return PictureText(
            [shift_line(turn_line(line, width, height, back), area.x0, area.y0) for line in text.lines]
        )

    def _draw(self, area: Rect | None) -> Image:
        return self.raster.render(self._dpi(area), rotation=self.content.rotation, area=area)

    def _dpi(self, area: Rect | None) -> float:
        box = area or Rect(0.0, 0.0, self.content.width, self.content.height)
        longest = MAX_SIDE * 72 / max(box.width, box.height)
        largest = 72 * math.sqrt(MAX_PIXELS / max(_area(box), 1.0))
        return min(READING_DPI, longest, largest)


def _area(box: Rect) -> float:
    return box.width * box.height


def _grown(box: Rect, margin: float) -> Rect:
    return Rect(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)


def _is_inside(box: Rect, outer: Rect) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return outer.x0 <= x <= outer.x1 and outer.y0 <= y <= outer.y1


def _apart_from(lines: Sequence[Line], native: Sequence[Line]) -> list[Line]:
    """The lines that are not already in the text layer."""
    return [
        line
        for line in lines
        if sum(line.box.overlap(one.box) for one in native) <= 0.35 * max(_area(line.box), 1e-6)
    ]


def _is_legible(lines: Sequence[Line]) -> bool:
    confidences = [word.confidence for line in lines for word in line.words]
    return bool(confidences) and sum(confidences) / len(confidences) >= LEGIBLE


def _merged(boxes: Sequence[Rect]) -> list[Rect]:
    """Boxes that touch become one, until none do."""
    apart: list[Rect] = []
    for box in boxes:
        grown = box
        while touching := [other for other in apart if grown.overlap(other) > 0]:
            apart = [other for other in apart if other not in touching]
            for other in touching:
                grown = grown.union(other)
        apart.append(grown)
    return apart
