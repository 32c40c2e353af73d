"""Turns the bytes of an answer into text: unpacks them, then decodes them piece by piece."""

import codecs
import gzip
import zlib


class DecodeError(ValueError):
    """The body can't be unpacked."""


def unpack(body, content_encoding=""):
    """Return the body as it was before it was packed.

    ``content_encoding`` lists what was done to it, in the order in which it was done, separated by
    commas: ``gzip``, ``deflate`` (with or without zlib's header) and ``identity``, in any case.
    It is undone from the last to the first. Raises DecodeError for other names and for a body that
    is damaged.
    """
    steps = [step.strip().lower() for step in content_encoding.split(",") if step.strip()]
    for step in reversed(steps):
        try:
            if step in ("gzip", "x-gzip"):
                body = gzip.decompress(body)
            elif step == "deflate":
                body = _inflate(body)
            elif step != "identity":
                raise DecodeError(f"unknown content encoding {step!r}")
        except (OSError, EOFError, zlib.error) as error:
            raise DecodeError(f"damaged {step} body") from error
    return body


def decode_pieces(pieces, encoding="utf-8"):
    """Yield the text of a body that arrives in pieces; a character may lie across two of them.

    Empty texts are not yielded. Bytes that are wrong, also those cut off at the very end, become
    U+FFFD.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for piece in pieces:
        text = decoder.decode(piece)
        if text:
            yield text
    rest = decoder.decode(b"", final=True)
    if rest:
        yield rest


def read_lines(pieces, encoding="utf-8"):
    """Return the lines of such a body without their ends; the last one need not have an end."""
    lines = []
    rest = ""
    for text in decode_pieces(pieces, encoding):
        *whole, rest = (rest + text).split("\n")
        lines.extend(line.removesuffix("\r") for line in whole)
    if rest:
        lines.append(rest)
    return lines


def _inflate(body):
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -zlib.MAX_WBITS)
