"""What is read by OCR and what is left as the file says it, place by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from drawn_text import DPI, LETTER, DrawnRaster, blank_page, letter, pixels, write
from PIL import Image as PillowImage
from PIL import ImageDraw

from open_autoglm.documents.content import Image, Line, PageContent, Picture, Rect, Word
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.ocr.models import OcrSettings
from open_autoglm.documents.ocr.picture_text import TextReader
from open_autoglm.documents.ocr.reader import OcrReader
from open_autoglm.documents.ocr.recognize import complete

OpenReader = Callable[[], TextReader]
WIDTH, HEIGHT = 320.0, 140.0


@pytest.fixture(scope="module")
def reader() -> OpenReader:
    reader = OcrReader(OcrSettings(threads=1))
    return lambda: reader


def layer(text: str, row: int, confidence: float = 1.0) -> Line:
    """A line of the text layer where ``letter`` draws its line ``row``."""
    box = Rect(20, 18 + 26 * row, 20 + 5.8 * len(text), 30 + 26 * row)
    return Line((Word(text, box, 12, confidence=confidence),), box, ReadBy.TEXT_LAYER)


def page(lines: Sequence[Line] = (), pictures: Sequence[Rect] = (), **more: object) -> PageContent:
    content = PageContent(1, WIDTH, HEIGHT, lines=list(lines), pictures=[Picture(box) for box in pictures])
    for name, value in more.items():
        setattr(content, name, value)
    return content


def texts(content: PageContent) -> list[str]:
    return [line.text for line in sorted(content.lines, key=lambda line: line.box.y0)]


WHOLE = Rect(0, 0, WIDTH, HEIGHT)


def test_sound_text_is_left_alone_and_nothing_is_drawn(reader: OpenReader) -> None:
    raster = DrawnRaster(letter())
    content = complete(page([layer(text, row) for row, text in enumerate(LETTER)]), raster, reader)
    assert raster.drawn == 0
    assert texts(content) == list(LETTER) and content.warnings == []


def test_a_page_without_text_is_read_whole(reader: OpenReader) -> None:
    content = complete(page(pictures=[WHOLE]), DrawnRaster(letter()), reader)
    assert texts(content) == list(LETTER)
    assert {line.read_by for line in content.lines} == {ReadBy.OCR}
    assert content.pictures == []  # the picture is the page


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_is_turned_and_its_frame_with_it(reader: OpenReader, turn: int) -> None:
    upright = letter()
    raster = DrawnRaster(np.ascontiguousarray(np.rot90(upright, turn // 90)))
    width, height = (HEIGHT, WIDTH) if turn != 180 else (WIDTH, HEIGHT)
    content = PageContent(1, width, height, pictures=[Picture(Rect(0, 0, width, height))])
    complete(content, raster, reader)
    assert (content.rotation, content.width, content.height) == (turn, WIDTH, HEIGHT)
    assert texts(content) == list(LETTER)
    assert content.lines[0].box == pytest.approx((20, 18, 111, 32), abs=4)
    assert np.array_equal(raster.render(DPI, rotation=content.rotation), upright)
    assert content.warnings == [f"The page was turned by {turn} degrees to stand upright."]


def test_a_blank_page_stays_blank(reader: OpenReader) -> None:
    content = complete(page(), DrawnRaster(pixels(blank_page(WIDTH, HEIGHT))), reader)
    assert content.lines == [] and content.warnings == []


def test_only_broken_lines_are_read_again(reader: OpenReader) -> None:
    lines = [layer(text, row) for row, text in enumerate(LETTER)]
    lines[1] = layer("\ufffd" * len(LETTER[1]), 1)
    content = complete(page(lines), DrawnRaster(letter()), reader)
    assert texts(content) == list(LETTER)
    assert [line.read_by for line in sorted(content.lines, key=lambda line: line.box.y0)] == [
        ReadBy.TEXT_LAYER,
        ReadBy.OCR,
        ReadBy.TEXT_LAYER,
        ReadBy.TEXT_LAYER,
    ]
    assert content.warnings == [
        "1 of 4 lines have no usable characters in the text layer and were read by OCR."
    ]


def test_broken_text_is_kept_where_nothing_can_be_seen(reader: OpenReader) -> None:
    lines = [layer(LETTER[0], 0), layer("\ufffd" * 20, 3, confidence=0.3)]
    content = complete(page(lines), DrawnRaster(letter(LETTER[:1])), reader)
    assert len(content.lines) == 2
    assert content.lines[-1].words[0].confidence == 0.3


def test_the_text_inside_a_picture_joins_the_page(reader: OpenReader) -> None:
    drawn = PillowImage.fromarray(letter(LETTER[:2]))
    box = Rect(60, 75, 260, 130)
    ImageDraw.Draw(drawn).rectangle([value * DPI / 72 for value in box], fill="lightgray")
    write(drawn, "Floor plan", 90, 90, size=16)
    lines = [layer(text, row) for row, text in enumerate(LETTER[:2])]
    content = complete(page(lines, [box]), DrawnRaster(pixels(drawn)), reader)
    assert texts(content) == [*LETTER[:2], "Floor plan"]
    assert content.lines[-1].box == pytest.approx((90, 92, 165, 108), abs=6)
    assert content.pictures == [Picture(box)]  # a figure with a label stays a figure
    assert content.warnings == ["Text in 1 picture was read by OCR."]


def test_a_scan_pasted_into_a_page_becomes_text_of_the_page(reader: OpenReader) -> None:
    box = Rect(0, 40, WIDTH, HEIGHT)
    content = complete(page([layer(LETTER[0], 0)], [box]), DrawnRaster(letter()), reader)
    assert texts(content) == list(LETTER)
    assert content.pictures == []


def test_a_plain_picture_is_not_even_drawn(reader: OpenReader) -> None:
    content = page([layer(LETTER[0], 0)])
    content.pictures = [Picture(Rect(0, 40, WIDTH, HEIGHT), plain=True)]
    raster = DrawnRaster(letter())
    assert texts(complete(content, raster, reader)) == [LETTER[0]]
    assert raster.drawn == 0 and len(content.pictures) == 1


def test_a_picture_lying_on_its_side_is_read_where_it_stands(reader: OpenReader) -> None:
    drawn = PillowImage.fromarray(letter(LETTER[:1], 320, 300))
    label = blank_page(150, 40)
    write(label, "Side view of pump", 10, 10, size=14)
    drawn.paste(label.rotate(90, expand=True), (round(100 * DPI / 72), round(100 * DPI / 72)))
    box = Rect(98, 98, 142, 252)
    content = PageContent(1, 320, 300, lines=[layer(LETTER[0], 0)], pictures=[Picture(box)])
    complete(content, DrawnRaster(pixels(drawn)), reader)
    assert texts(content) == [LETTER[0], "Side view of pump"]
    read = content.lines[-1].box
    assert read.height > 3 * read.width and box.overlap(read) > 0.95 * read.width * read.height
    assert content.rotation == 0


def test_an_invisible_layer_that_agrees_with_the_scan_is_kept(reader: OpenReader) -> None:
    lines = [layer(text, row) for row, text in enumerate(LETTER)]
    content = complete(page(lines, [WHOLE], invisible_text=True), DrawnRaster(letter()), reader)
    assert {line.read_by for line in content.lines} == {ReadBy.TEXT_LAYER}
    assert content.warnings == [] and content.pictures == []


def test_an_invisible_layer_that_says_something_else_is_replaced(reader: OpenReader) -> None:
    lines = [layer(f"Qzx wvk jjq number {row}", row) for row in range(4)]
    content = complete(page(lines, [WHOLE], invisible_text=True), DrawnRaster(letter()), reader)
    assert texts(content) == list(LETTER)
    assert content.warnings == [
        "The invisible text layer does not say what the page shows, which was read by OCR."
    ]


def test_a_shifted_encoding_is_found_out_by_comparing_with_the_page(reader: OpenReader) -> None:
    shift = {ord(letter): chr(ord(letter) + 3) for letter in "abcdefghijklmnopqrstuvw"}
    lines = [layer(text.translate(shift), row) for row, text in enumerate(LETTER)]
    content = complete(page(lines), DrawnRaster(letter()), reader)
    assert texts(content) == list(LETTER)
    assert "does not say what the page shows" in content.warnings[0]


def test_a_stamp_over_a_scan_does_not_hide_the_scan(reader: OpenReader) -> None:
    stamp = Rect(20, 126, 90, 136)
    line = Line((Word("ABC-0001", stamp, 9),), stamp, ReadBy.TEXT_LAYER)
    content = complete(page([line], [WHOLE]), DrawnRaster(letter()), reader)
    assert texts(content) == [*LETTER, "ABC-0001"]


def test_drawn_lines_of_a_scan_become_rulings(reader: OpenReader) -> None:
    drawn = blank_page(WIDTH, HEIGHT)
    pen = ImageDraw.Draw(drawn)
    for y in (20, 60, 100):
        pen.line([v * DPI / 72 for v in (30, y, 290, y)], fill="black", width=2)
    for x in (30, 160, 290):
        pen.line([v * DPI / 72 for v in (x, 20, x, 100)], fill="black", width=2)
    for column, cell in enumerate(("Height", "Width")):
        write(drawn, cell, 45 + 130 * column, 32)
        write(drawn, str(17 * (column + 2)), 45 + 130 * column, 72)
    content = complete(page(pictures=[WHOLE]), DrawnRaster(pixels(drawn)), reader)
    across = sorted(round(one.box.y0) for one in content.rulings if one.horizontal)
    down = sorted(round(one.box.x0) for one in content.rulings if not one.horizontal)
    assert across == pytest.approx([20, 60, 100], abs=1)
    assert down == pytest.approx([30, 160, 290], abs=1)
    assert sorted(line.text for line in content.lines) == ["34", "51", "Height", "Width"]


def test_low_confidence_is_passed_on(reader: OpenReader) -> None:
    blurred = PillowImage.fromarray(letter(LETTER[:2])).resize((95, 42)).resize((667, 292))
    content = complete(page(pictures=[WHOLE]), DrawnRaster(pixels(blurred)), reader)
    assert content.lines
    assert any(word.confidence < 0.8 for line in content.lines for word in line.words)


def test_a_poster_is_read_at_fewer_dots_per_inch(reader: OpenReader) -> None:
    class Poster:
        asked: float = 0.0

        def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
            self.asked = dpi
            return np.full((40, 40, 3), 255, dtype=np.uint8)

    poster = Poster()
    complete(PageContent(1, 9_000, 9_000), poster, reader)
    assert (9_000 / 72 * poster.asked) ** 2 == pytest.approx(25_000_000, rel=0.01)
