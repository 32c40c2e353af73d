"""What a PDF file says about its pages: text with places and fonts, lines drawn, pictures, errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from page_samples import PAGE_HEIGHT, PAGE_WIDTH, draw_pdf, write
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from open_autoglm.documents.content import PageContent, Rect
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.errors import DamagedInput, EncryptedInput, InputMissing, LimitExceeded, UsageError


def content_of(path: Path, number: int = 1) -> PageContent:
    with PdfFile.open(path) as file:
        return file.content(number)


def texts(content: PageContent) -> list[str]:
    return [line.text for line in content.lines]


def test_words_have_places_fonts_and_sizes(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "a.pdf", write((50, 100, "Water level"), font="Helvetica-Bold", size=12))
    [line] = content_of(path).lines
    first, second = line.words
    assert (first.text, second.text) == ("Water", "level")
    assert first.font == "Helvetica-Bold"
    assert first.bold
    assert first.size == pytest.approx(12)
    assert first.box.x0 == pytest.approx(50, abs=1)
    assert first.box.y0 < 100 < first.box.y1 + 1
    assert [glyph.text for glyph in first.glyphs] == list("Water")
    assert first.glyphs[0].baseline == pytest.approx(100)


def test_size_is_as_drawn(tmp_path: Path) -> None:
    def scaled(canvas: Canvas) -> None:
        canvas.scale(2, 2)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(20, 100, "Doubled")

    assert content_of(draw_pdf(tmp_path / "a.pdf", scaled)).lines[0].words[0].size == pytest.approx(14)


def test_columns_on_one_baseline_are_two_lines(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "a.pdf", write((50, 100, "left side"), (250, 100, "right side")))
    assert texts(content_of(path)) == ["left side", "right side"]


def test_raised_figures_stay_on_their_line(tmp_path: Path) -> None:
    def squared(canvas: Canvas) -> None:
        text = canvas.beginText(50, 400)
        text.setFont("Helvetica", 10)
        text.textOut("area in m")
        text.setFont("Helvetica", 6)
        text.setRise(4)
        text.textOut("2")
        text.setRise(0)
        text.setFont("Helvetica", 10)
        text.textOut(" of land")
        canvas.drawText(text)

    assert texts(content_of(draw_pdf(tmp_path / "a.pdf", squared))) == ["area in m2 of land"]


def test_figure_one_before_a_comma_is_no_space(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "a.pdf", write((50, 100, "71,137 and 1,111"), font="Courier"))
    assert texts(content_of(path)) == ["71,137 and 1,111"]


@pytest.mark.parametrize(("turn", "expected"), [(90, 90), (180, 180), (270, 270)])
def test_sideways_text_turns_the_page_upright(tmp_path: Path, turn: int, expected: int) -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
        canvas.rotate(turn)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(-80, 40, "The first line of the page")
        canvas.drawString(-80, 20, "and then the second")

    content = content_of(draw_pdf(tmp_path / "a.pdf", sideways))
    assert content.rotation == expected
    assert (content.width < content.height) == (turn == 180)
    first, second = sorted(content.lines, key=lambda line: line.box.y0)
    assert (first.text, second.text) == ("The first line of the page", "and then the second")
    assert first.box.y1 <= second.box.y0 + 3
    assert first.box.width > first.box.height
    assert first.angle == 0


def test_the_picture_and_the_text_share_one_frame(tmp_path: Path) -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.setFont("Helvetica-Bold", 24)
        canvas.drawString(100, -120, "HHHHHH")

    with PdfFile.open(draw_pdf(tmp_path / "a.pdf", sideways)) as file:
        content = file.content(1)
        picture = file.raster(1).render(72, rotation=content.rotation)
    assert picture.shape == (round(content.height), round(content.width), 3)
    dark_rows, dark_columns = np.nonzero(picture.min(axis=2) < 128)
    box = content.lines[0].box
    assert dark_columns.min() == pytest.approx(box.x0, abs=2)
    assert dark_columns.max() == pytest.approx(box.x1, abs=2)
    assert box.y0 - 2 <= dark_rows.min() < dark_rows.max() <= box.y1 + 2


def test_the_file_s_own_rotation_is_not_counted(tmp_path: Path) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(200, 100)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Reads upright once the viewer turns it")

    content = content_of(draw_pdf(tmp_path / "a.pdf", turned))
    assert (content.rotation, content.width, content.height) == (0, PAGE_WIDTH, PAGE_HEIGHT)
    assert content.lines[0].box.width > content.lines[0].box.height


def test_a_single_sideways_note_does_not_turn_the_page(tmp_path: Path) -> None:
    def stamped(canvas: Canvas) -> None:
        canvas.drawString(100, 300, "An ordinary line of ordinary length")
        canvas.rotate(90)
        canvas.drawString(100, -20, "a stamp")

    content = content_of(draw_pdf(tmp_path / "a.pdf", stamped))
    assert content.rotation == 0
    assert {line.text: line.angle for line in content.lines}["a stamp"] == 270


def test_strokes_thin_fills_and_cells_are_rulings(tmp_path: Path) -> None:
    def ruled(canvas: Canvas) -> None:
        canvas.line(50, 400, 350, 400)
        canvas.rect(50, 300, 0.5, 80, stroke=0, fill=1)
        canvas.rect(100, 300, 80, 40, stroke=1, fill=0)
        canvas.line(50, 100, 350, 250)

    rulings = content_of(draw_pdf(tmp_path / "a.pdf", ruled)).rulings
    horizontal = [ruling.box for ruling in rulings if ruling.horizontal]
    vertical = [ruling.box for ruling in rulings if not ruling.horizontal]
    assert sorted(round(box.y0) for box in horizontal) == [100, 160, 200]
    assert sorted(round(box.x0) for box in vertical) == [50, 100, 180]


def test_a_background_is_no_ruling(tmp_path: Path) -> None:
    def shaded(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        canvas.rect(0, 0, PAGE_WIDTH, PAGE_HEIGHT, stroke=0, fill=1)

    assert content_of(draw_pdf(tmp_path / "a.pdf", shaded)).rulings == []


def test_pictures_have_the_box_that_is_seen(tmp_path: Path) -> None:
    def pictured(canvas: Canvas) -> None:
        source = ImageReader(Image.new("RGB", (20, 20), "red"))
        canvas.drawImage(source, 50, 100, 200, 150)
        clip = canvas.beginPath()
        clip.rect(300, 100, 50, 50)
        canvas.clipPath(clip, stroke=0, fill=0)
        canvas.drawImage(source, 250, 50, 150, 150)

    boxes = [
        tuple(map(round, picture.box))
        for picture in content_of(draw_pdf(tmp_path / "a.pdf", pictured)).pictures
    ]
    assert boxes == [(50, 250, 250, 400), (300, 350, 350, 400)]


def test_drawn_bullets_are_read(tmp_path: Path) -> None:
    def bulleted(canvas: Canvas) -> None:
        canvas.circle(60, 403, 2, stroke=0, fill=1)
        canvas.drawString(70, 400, "first of all")

    assert texts(content_of(draw_pdf(tmp_path / "a.pdf", bulleted))) == ["• first of all"]


def test_invisible_text_is_told_apart(tmp_path: Path) -> None:
    def hidden(canvas: Canvas) -> None:
        text = canvas.beginText(50, 400)
        text.setTextRenderMode(3)
        text.textLine("what a scanner recognized")
        canvas.drawText(text)

    content = content_of(draw_pdf(tmp_path / "a.pdf", hidden))
    assert content.invisible_text
    assert texts(content) == ["what a scanner recognized"]
    assert not content_of(draw_pdf(tmp_path / "b.pdf", write((50, 50, "seen")))).invisible_text


def test_text_off_the_page_is_not_read(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "a.pdf", write((50, 100, "seen"), (50, 700, "below"), (600, 100, "beside")))
    assert texts(content_of(path)) == ["seen"]


def shadow() -> Image.Image:
    """Black, seen through a soft mask that fades to all sides."""
    across = np.clip(np.minimum(np.arange(120), np.arange(120)[::-1]) * 4, 0, 120)
    picture = np.zeros((120, 120, 4), dtype=np.uint8)
    picture[..., 3] = np.minimum.outer(across, across)
    return Image.fromarray(picture)


def lettering() -> Image.Image:
    """Black, seen through a mask that has the form of letters: transparent pictures are stored so."""
    mask = Image.new("L", (120, 120), 0)
    ImageDraw.Draw(mask).text((10, 50), "APPROVED", fill=255, font=ImageFont.load_default(16))
    picture = Image.new("RGBA", (120, 120), "black")
    picture.putalpha(mask)
    return picture


@pytest.mark.parametrize(
    ("picture", "plain"),
    [
        (Image.new("RGB", (120, 120), "lightblue"), True),
        (shadow(), True),
        (lettering(), False),
        (Image.effect_noise((120, 120), 60), False),
    ],
)
def test_flat_fills_and_shadows_are_plain(tmp_path: Path, picture: Image.Image, *, plain: bool) -> None:
    def pictured(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture), 50, 200, 120, 120, mask="auto")

    [found] = content_of(draw_pdf(tmp_path / "a.pdf", pictured)).pictures
    assert found.plain is plain


def test_an_area_is_part_of_the_whole_picture(tmp_path: Path) -> None:
    with PdfFile.open(draw_pdf(tmp_path / "a.pdf", write((50, 100, "Water level")))) as file:
        whole = file.raster(1).render(144)
        part = file.raster(1).render(144, area=Rect(40, 80, 140, 120))
    assert whole.shape == (1000, 800, 3)
    assert whole.dtype == np.uint8
    assert np.array_equal(part, whole[160:240, 80:280])


def test_colors_are_red_green_blue(tmp_path: Path) -> None:
    def red(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, PAGE_WIDTH, PAGE_HEIGHT, stroke=0, fill=1)

    with PdfFile.open(draw_pdf(tmp_path / "a.pdf", red)) as file:
        assert file.raster(1).render(20)[50, 50].tolist() == [255, 0, 0]


def test_a_picture_too_large_is_refused(tmp_path: Path) -> None:
    with (
        PdfFile.open(draw_pdf(tmp_path / "a.pdf", write((50, 100, "small")))) as file,
        pytest.raises(LimitExceeded, match="fewer dots per inch"),
    ):
        file.raster(1).render(5000)


def test_metadata_and_pages(tmp_path: Path) -> None:
    def titled(canvas: Canvas) -> None:
        canvas.setTitle("水文 Report")
        canvas.setAuthor("Lin Xiaolan")

    with PdfFile.open(draw_pdf(tmp_path / "a.pdf", titled, write((50, 50, "two")))) as file:
        assert (file.title, file.author, file.page_count) == ("水文 Report", "Lin Xiaolan", 2)
        with pytest.raises(UsageError, match="no page 3; it has 2"):
            file.content(3)


def test_encrypted_files_ask_for_their_password(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "secret.pdf", write((50, 50, "open sesame")), encrypt="sesame")
    with pytest.raises(EncryptedInput, match=r"secret.pdf is encrypted. .*--password"):
        PdfFile.open(path)
    with pytest.raises(EncryptedInput, match="wrong"):
        PdfFile.open(path, "simsim")
    with PdfFile.open(path, "sesame") as file:
        assert texts(file.content(1)) == ["open sesame"]


def test_files_that_are_no_pdf(tmp_path: Path) -> None:
    empty, garbage = tmp_path / "empty.pdf", tmp_path / "garbage.pdf"
    empty.write_bytes(b"")
    garbage.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    with pytest.raises(DamagedInput, match=r"empty.pdf is empty"):
        PdfFile.open(empty)
    with pytest.raises(DamagedInput, match=r"garbage.pdf is not a readable PDF"):
        PdfFile.open(garbage)
    with pytest.raises(InputMissing, match=r"missing.pdf"):
        PdfFile.open(tmp_path / "missing.pdf")


def test_a_cut_file_gives_an_error_or_what_is_left(tmp_path: Path) -> None:
    whole = draw_pdf(tmp_path / "whole.pdf", write((50, 50, "text"))).read_bytes()
    cut = tmp_path / "cut.pdf"
    for length in range(20, len(whole), 97):
        cut.write_bytes(whole[:length])
        try:
            content_of(cut)
        except DamagedInput as error:
            assert "cut.pdf" in str(error)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["empty.pdf", "password-example.pdf"])
def test_known_bad_files_are_one_sentence(shared_data: Path, name: str) -> None:
    with pytest.raises((DamagedInput, EncryptedInput), match=name):
        PdfFile.open(shared_data / "documents" / name)
