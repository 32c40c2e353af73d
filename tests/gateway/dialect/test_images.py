"""Pictures in requests are what they say they are and of a bearable size, or refused with the remedy."""

from __future__ import annotations

import base64
import io
import struct

import pytest
from PIL import Image

from open_autoglm.errors import DamagedInput, LimitExceeded, NotSupported, UnsupportedFormat, UsageError
from open_autoglm.gateway.dialect.images import image_from_url, media_type_of, pixel_size
from open_autoglm.values import ImagePart

pytestmark = pytest.mark.anyio

KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
SIZE = (37, 23)


def picture(media_type: str, size: tuple[int, int] = SIZE, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, KINDS[media_type], **options)
    return file.getvalue()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


async def read(url: str, *, max_bytes: int = 1_000_000) -> ImagePart:
    return await image_from_url(url, fetch=False, max_bytes=max_bytes)


def png_of(width: int, height: int) -> bytes:
    """Only the header: a picture that claims a size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


@pytest.mark.parametrize("media_type", KINDS)
async def test_each_kind_of_picture_is_taken_as_it_is(media_type: str) -> None:
    data = picture(media_type)
    assert await read(data_url(data, media_type)) == ImagePart(data, media_type)


@pytest.mark.parametrize("media_type", KINDS)
def test_the_size_is_read_without_decoding(media_type: str) -> None:
    data = picture(media_type)
    assert media_type_of(data) == media_type
    assert pixel_size(data, media_type) == SIZE


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\x00\x00MM"}, {"quality": 1}])
def test_each_form_of_webp_tells_its_size(options: dict[str, object]) -> None:
    assert pixel_size(picture("image/webp", **options), "image/webp") == SIZE


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"exif": bytes(60_000)}, {"icc_profile": bytes(200_000)}]
)
def test_each_form_of_jpeg_tells_its_size(options: dict[str, object]) -> None:
    assert pixel_size(picture("image/jpeg", **options), "image/jpeg") == SIZE


@pytest.mark.parametrize("media_type", KINDS)
async def test_a_picture_cut_within_its_header_is_damaged(media_type: str) -> None:
    data = picture(media_type)
    with pytest.raises((DamagedInput, UnsupportedFormat)):
        await read(data_url(data[:9], media_type))


@pytest.mark.parametrize("tail", [b"", b"\xff" * 50_000, b"\xff\x01" * 50_000, b"\xff\xe0\x00\x00" * 50_000])
async def test_a_jpeg_of_nothing_but_markers_is_damaged(tail: bytes) -> None:
    with pytest.raises(DamagedInput):
        await read(data_url(b"\xff\xd8\xff\xe0" + tail, "image/jpeg"))


@pytest.mark.parametrize(
    "header", ["data:image/jpg;base64,", "DATA:IMAGE/JPEG;BASE64,", "data:image/jpeg;a=b;base64,"]
)
async def test_usual_spellings_are_understood(header: str) -> None:
    data = picture("image/jpeg")
    assert (await read(header + base64.b64encode(data).decode())).media_type == "image/jpeg"


async def test_a_picture_that_is_not_what_it_says_is_refused() -> None:
    with pytest.raises(DamagedInput, match=r"'image/png' and is image/jpeg"):
        await read(data_url(picture("image/jpeg"), "image/png"))


@pytest.mark.parametrize(
    "data", [b"", b"BM" + bytes(60), b"<svg xmlns='x'/>", b"%PDF-1.7", b"II*\x00" + bytes(60)]
)
async def test_other_kinds_of_files_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match="PNG, JPEG, WebP or GIF"):
        await read(data_url(data))


@pytest.mark.parametrize(
    "url",
    [
        "data:",
        "data:image/png",
        "data:image/png,plain",
        "data:image/png;base64",
        "data:image/png;base64;x,AAAA",
        "data:;utf8,<svg/>",
    ],
)
async def test_a_data_url_without_base64_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="base64"):
        await read(url)


@pytest.mark.parametrize("text", ["A", "AAA", "AA=", "AA==AA==", "AA AA", "AAAA\n", "AA-_", "AA%3D%3D", "é"])
async def test_base64_is_read_strictly(text: str) -> None:
    with pytest.raises((DamagedInput, UnsupportedFormat)) as raised:
        await read(f"data:image/png;base64,{text}")
    assert "base64" in str(raised.value)


async def test_a_picture_of_too_many_bytes_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(LimitExceeded, match="1000 bytes"):
        await read("data:image/png;base64," + "!" * 2000, max_bytes=1000)
    with pytest.raises(LimitExceeded):
        await read(data_url(png_of(1, 1) + bytes(968)), max_bytes=1000)


async def test_a_picture_of_too_many_pixels_is_refused() -> None:
    await read(data_url(png_of(8000, 8000)))
    for size in ((8001, 8000), (2**32 - 1, 2**32 - 1)):
        with pytest.raises(LimitExceeded, match="64 million"):
            await read(data_url(png_of(*size)))
    with pytest.raises(DamagedInput):
        await read(data_url(png_of(0, 5)))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "file:///etc/passwd",
        "ftp://x/y.png",
        "gopher://x",
        "javascript:x",
        "//x/y.png",
        "http:x",
        "C:\\x.png",
        "blob:http://x/y",
        "about:blank",
        " http://x/",
    ],
)
async def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="data URL"):
        await image_from_url(url, fetch=True, max_bytes=1000)


@pytest.mark.parametrize("url", ["https://example.com/a.png", "HTTP://127.0.0.1/a.png"])
async def test_addresses_are_not_fetched_unless_that_is_allowed(url: str) -> None:
    with pytest.raises(NotSupported, match=r"data:image/png.*fetch_images"):
        await read(url)
