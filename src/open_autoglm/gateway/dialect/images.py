"""Pictures in requests: ``image_url`` and its like become bytes with a media type that is true.

Nothing is decoded here. The kind of picture and its size in pixels are read from the first bytes, so that a
small file that unfolds to gigabytes is refused before it reaches a decoder.
"""

from __future__ import annotations

import binascii
import re
import struct

from open_autoglm.errors import DamagedInput, LimitExceeded, NotSupported, UnsupportedFormat, UsageError
from open_autoglm.gateway.dialect.image_fetch import fetch_image
from open_autoglm.values import ImagePart

MAX_PIXELS = 64_000_000
"""About 8000 by 8000; decoded it takes 200 MB."""
MAX_MARKERS = 10_000
"""In a JPEG file before its size; a file that is nothing but markers would hold everybody up."""
SHOWN_CHARACTERS = 60

_DATA_URL = re.compile(
    r"data:(?P<type>[^;,]*)(?P<parameters>(?:;[^;,]*)*),(?P<data>.*)", re.DOTALL | re.IGNORECASE
)
_ALIASES = {"image/jpg": "image/jpeg", "image/x-png": "image/png"}
_KINDS = "PNG, JPEG, WebP or GIF"


async def image_from_url(url: str, *, fetch: bool, max_bytes: int) -> ImagePart:
    """The picture that an URL holds (``data:``) or, where ``fetch`` allows it, leads to (``https:``).

    Raises UsageError, UnsupportedFormat, DamagedInput, LimitExceeded, NotSupported, Forbidden.
    """
    scheme = url[:6].partition(":")[0].lower()
    if scheme == "data":
        declared, data = _from_data_url(url, max_bytes)
        return image_part(data, declared=declared, max_bytes=max_bytes)
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"The image address {url[:SHOWN_CHARACTERS]!r} is neither a data URL nor http or https.",
            hint="Send the picture itself as data:image/png;base64,…",
        )
    if not fetch:
        raise NotSupported(
            "The request gives the address of an image, and this server does not fetch images.",
            hint="Send the picture itself as data:image/png;base64,… or set fetch_images.",
        )
    return image_part(await fetch_image(url, max_bytes=max_bytes), declared=None, max_bytes=max_bytes)


def image_from_base64(text: str, *, max_bytes: int) -> ImagePart:
    """A picture that is sent without its media type.

    Raises UnsupportedFormat, DamagedInput, LimitExceeded.
    """
    return image_part(_decoded(text, max_bytes), declared=None, max_bytes=max_bytes)


def image_part(data: bytes, *, declared: str | None, max_bytes: int) -> ImagePart:
    """The picture, once its first bytes bear out what was declared (None: nothing was).

    Raises UnsupportedFormat, DamagedInput, LimitExceeded.
    """
    if len(data) > max_bytes:
        raise _too_many_bytes(max_bytes)
    kind = media_type_of(data)
    if kind is None:
        raise UnsupportedFormat(f"The image is not {_KINDS}.", hint="Convert it to one of them.")
    if declared is not None and _ALIASES.get(declared, declared) != kind:
        raise DamagedInput(
            f"The image is declared as {declared[:SHOWN_CHARACTERS]!r} and is {kind}.",
            hint=f"Declare it as {kind}.",
        )
    size = pixel_size(data, kind)
    if size is None:
        raise DamagedInput(f"The image ends within its own header ({kind}).", hint="Send the whole file.")
    if size[0] * size[1] > MAX_PIXELS:
        raise LimitExceeded(
            f"The image has {size[0]} by {size[1]} pixels; {MAX_PIXELS // 1_000_000} million are the limit.",
            hint="Scale it down.",
        )
    return ImagePart(data, kind)


def _from_data_url(url: str, max_bytes: int) -> tuple[str, bytes]:
    """Media type and bytes of a data URL (RFC 2397)."""
    match = _DATA_URL.fullmatch(url)
    if match is None or not match["parameters"].lower().endswith(";base64"):
        raise UsageError(
            f"The image address {url[:SHOWN_CHARACTERS]!r} is not a data URL with base64.",
            hint="Write it as data:image/png;base64,…",
        )
    return match["type"].strip().lower(), _decoded(match["data"], max_bytes)


def _decoded(text: str, max_bytes: int) -> bytes:
    if len(text) > (max_bytes + 2) // 3 * 4:
        raise _too_many_bytes(max_bytes)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:  # binascii.Error, and what is not ASCII
        raise DamagedInput(
            f"The image is not valid base64: {error}.",
            hint="Use the standard alphabet with padding and no line breaks.",
        ) from error


def _too_many_bytes(max_bytes: int) -> LimitExceeded:
    return LimitExceeded(f"The image is larger than {max_bytes} bytes.", hint="Scale or compress it.")


def media_type_of(data: bytes) -> str | None:
    """What the first bytes say it is."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def pixel_size(data: bytes, media_type: str) -> tuple[int, int] | None:
    """Width and height as the header states them; None where it is cut or makes no sense.

    Every frame of a GIF may be larger than its canvas; decoders bound them by it.
    """
    readers = {
        "image/png": _png_size,
        "image/jpeg": _jpeg_size,
        "image/gif": _gif_size,
        "image/webp": _webp_size,
    }
    try:
        size = readers[media_type](data)
    except (struct.error, IndexError):
        return None
    return size if size is not None and size[0] > 0 and size[1] > 0 else None


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the first frame header (ITU-T T.81, B.2.2)."""
    place = 2
    for _ in range(MAX_MARKERS):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # fill
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        elif marker in (0x01, *range(0xD0, 0xD8)):  # markers without a segment
            place += 2
        elif marker in (0xD9, 0xDA):  # end, or picture data without a frame header
            return None
        else:
            place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """RFC 9649, sections 2.5 to 2.7."""
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(_exactly(data, place, 3), "little") for place in (24, 27))
        return 1 + width, 1 + height
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(_exactly(data, 21, 4), "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _exactly(data: bytes, place: int, count: int) -> bytes:
    piece = data[place : place + count]
    if len(piece) < count:
        raise IndexError(place)
    return piece
