"""Decides in which encoding a page was written, and decodes it."""

import codecs
import re

_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_WITHIN = 1024


def detect(body, content_type=""):
    """Return ``(encoding, length of the byte order mark)`` of a page given as bytes.

    Asked in this order: a byte order mark; the ``charset`` of the Content-Type header; a
    ``<meta charset>`` or ``<meta http-equiv>`` within the first 1,024 bytes; UTF-8 if the bytes
    are valid UTF-8; GB18030 otherwise. A name that Python does not know counts as not given.
    GB2312 and GBK are read as GB18030, which contains both. The encoding is the codec's own name,
    as ``codecs.lookup(...).name`` gives it.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return encoding, len(mark)
    declared = [match.group(1) for match in [_HEADER.search(content_type)] if match]
    declared += [match.group(1).decode("ascii") for match in [_META.search(body[:_META_WITHIN])] if match]
    for label in declared:
        encoding = _known(label)
        if encoding:
            return encoding, 0
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", 0
    return "utf-8", 0


def decode(body, content_type=""):
    """Return the page as text, without its byte order mark; bytes that are wrong become U+FFFD."""
    encoding, mark_length = detect(body, content_type)
    return body[mark_length:].decode(encoding, errors="replace")


def _known(label):
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return "gb18030" if name in ("gb2312", "gbk") else name
