"""Picture files as pages: size, modes, frames, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from open_autoglm.documents.content import Rect
from open_autoglm.documents.ocr.picture_file import MAX_PIXELS, PictureFile, page_dpi
from open_autoglm.errors import (
    DamagedInput,
    InputMissing,
    LimitExceeded,
    UnsupportedFormat,
    UsageError,
)

RED, WHITE = (255, 0, 0), (255, 255, 255)


def striped(width: int = 60, height: int = 30) -> Image.Image:
    """Red left half, white right half: its orientation can be seen."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height))
    return picture


def save(path: Path, picture: Image.Image, **options: object) -> Path:
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def only_page(path: Path) -> np.ndarray:
    with PictureFile.open(path) as file:
        raster = file.raster(1)
        return raster.render(72 * raster._pixels.shape[1] / raster.width)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_a_page_has_the_size_its_resolution_says_and_one_picture_that_fills_it(
    tmp_path: Path, name: str
) -> None:
    options = {} if name.endswith("webp") else {"dpi": (200, 200)}
    with PictureFile.open(save(tmp_path / name, striped(600, 300), **options)) as file:
        content = file.content(1)
    dpi = 96 if name.endswith("webp") else 200
    assert file.page_count == 1
    assert (content.width, content.height) == pytest.approx((600 * 72 / dpi, 300 * 72 / dpi), rel=1e-3)
    assert content.pictures[0].box == Rect(0, 0, content.width, content.height)
    assert content.lines == []


@pytest.mark.parametrize(
    ("width", "height", "stated", "expected"),
    [
        (1654, 2339, 200, 200),
        (1654, 2339, None, 200),  # taken to be A4
        (4000, 3000, 72, 342),  # a camera's placeholder
        (612, 792, 72, 72),  # a page drawn at one pixel a point
        (800, 600, None, 96),  # a screenshot
        (800, 600, 1, 96),
        (800, 600, 1_000_000, 96),
    ],
)
def test_the_resolution_is_what_the_file_states_unless_that_makes_no_page(
    width: int, height: int, stated: float | None, expected: float
) -> None:
    assert page_dpi(width, height, stated) == pytest.approx(expected, rel=0.01)


def test_the_cameras_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its left side
    pixels = only_page(save(tmp_path / "phone.jpg", striped(), exif=exif, quality=95))
    assert pixels.shape[:2] == (60, 30)
    assert pixels[5, 15, 1] < 60 and pixels[55, 15, 1] > 200  # red above, white below


def test_fax_pages_get_square_pixels(tmp_path: Path) -> None:
    picture = Image.new("1", (1728, 1100), 1)
    with PictureFile.open(save(tmp_path / "fax.tif", picture, dpi=(204, 98))) as file:
        content = file.content(1)
    assert content.width / 72 == pytest.approx(1728 / 204, rel=0.01)
    assert content.height / 72 == pytest.approx(1100 / 98, rel=0.01)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGBA", "LA", "I;16"])
def test_every_usual_mode_comes_out_as_rgb(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        values = np.full((30, 60), 65535, dtype=np.uint16)
        values[:, :30] = 0
        picture = Image.fromarray(values)
    elif mode in ("RGBA", "LA"):
        picture = striped().convert(mode)
        picture.putalpha(Image.eval(striped().convert("L"), lambda level: 255 if level < 200 else 0))
    else:
        picture = striped().convert(mode)
    pixels = only_page(save(tmp_path / ("a.tif" if mode == "CMYK" else "a.png"), picture))
    assert pixels.dtype == np.uint8 and pixels.shape == (30, 60, 3)
    assert pixels[15, 5].mean() < 130
    assert pixels[15, 55].min() > 240  # white, also where it was transparent


def test_rendering_turns_scales_and_cuts(tmp_path: Path) -> None:
    with PictureFile.open(save(tmp_path / "a.png", striped(400, 200), dpi=(100, 100))) as file:
        raster = file.raster(1)
        turned = raster.render(50, rotation=90)
        assert turned.shape[:2] == (200, 100)
        assert turned[10, 50, 1] < 60 and turned[190, 50, 1] > 200
        corner = raster.render(100, rotation=180, area=Rect(0, 0, 72, 36))
        assert corner.shape[:2] == (50, 100) and corner.min() > 240
        beyond = raster.render(100, area=Rect(-72, 0, 72, 72))
        assert beyond[50, 50].min() == 255 and beyond[50, 150, 1] < 60


def test_each_frame_is_a_page(tmp_path: Path) -> None:
    frames = [Image.new("L", (50 + 10 * i, 40), 255) for i in range(3)]
    path = save(tmp_path / "fax.tif", frames[0], save_all=True, append_images=frames[1:], dpi=(96, 96))
    with PictureFile.open(path) as file:
        assert file.page_count == 3
        assert [round(file.content(n).width * 96 / 72) for n in (3, 1, 2)] == [70, 50, 60]
        with pytest.raises(UsageError, match="has no page 4; it has 3"):
            file.content(4)


def test_one_damaged_frame_is_that_pages_error_and_no_others(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    frames = [Image.fromarray(noise) for _ in range(3)]
    path = save(
        tmp_path / "a.tif",
        frames[0],
        save_all=True,
        append_images=frames[1:],
        compression="tiff_adobe_deflate",
    )
    with Image.open(path) as picture:
        picture.seek(1)
        offset = picture.tag_v2[273][0]  # type: ignore[attr-defined]
    data = bytearray(path.read_bytes())
    data[offset : offset + 200] = b"\xff" * 200
    path.write_bytes(data)
    with PictureFile.open(path) as file:
        assert file.page_count == 3
        file.content(1)
        with pytest.raises(DamagedInput, match=r"Page 2 of a\.tif is damaged: .*Scan, save or download"):
            file.content(2)
        file.content(3)


def test_a_chain_of_frames_that_breaks_off_keeps_what_is_before(tmp_path: Path) -> None:
    frames = [Image.new("L", (50, 40), 255) for _ in range(3)]
    path = save(tmp_path / "a.tif", frames[0], save_all=True, append_images=frames[1:])
    path.write_bytes(path.read_bytes()[:-60])
    with PictureFile.open(path) as file:
        file.content(1)
        assert file.page_count < 3 or file.warnings or _fails(file, file.page_count)


def _fails(file: PictureFile, number: int) -> bool:
    try:
        file.content(number)
    except DamagedInput:
        return True
    return False


def png_claiming(width: int, height: int) -> bytes:
    """A few hundred bytes whose header promises any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (10_000, 9_500), (10_000, 8_200)])
def test_more_pixels_than_the_limit_are_refused_from_the_header(
    tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(width, height))
    with pytest.raises(LimitExceeded) as caught:
        PictureFile.open(path)
    message = str(caught.value)
    assert "bomb.png" in message and f"{MAX_PIXELS:,}" in message and "Scale it down" in message
    assert f"{width * height:,}" in message or f"{width:,}×{height:,}" in message


def test_drawing_more_pixels_than_the_limit_is_refused(tmp_path: Path) -> None:
    with PictureFile.open(save(tmp_path / "a.png", striped(2000, 2000))) as file:
        raster = file.raster(1)
        with pytest.raises(LimitExceeded, match="fewer dots per inch"):
            raster.render(5000)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_cut_files_are_damaged_input(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    whole = save(tmp_path / name, Image.fromarray(noise)).read_bytes()
    for share in (0.02, 0.5):
        (tmp_path / name).write_bytes(whole[: max(16, int(len(whole) * share))])
        with pytest.raises(DamagedInput, match=name):  # noqa: SIM117
            with PictureFile.open(tmp_path / name) as file:
                file.content(1)


def test_empty_missing_and_foreign_files_each_get_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("not a picture", encoding="utf-8")
    buffer = io.BytesIO()
    striped().save(buffer, "GIF")
    (tmp_path / "moving.png").write_bytes(buffer.getvalue())
    with pytest.raises(DamagedInput, match="is empty"):
        PictureFile.open(tmp_path / "empty.png")
    with pytest.raises(InputMissing, match="none"):
        PictureFile.open(tmp_path / "none.png")
    for name in ("text.png", "moving.png"):
        with pytest.raises(UnsupportedFormat, match="Save it as PNG, JPEG, TIFF or WebP"):
            PictureFile.open(tmp_path / name)
