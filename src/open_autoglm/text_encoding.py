"""Which encoding the bytes of a text are in."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_CANDIDATES = ("gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251", "cp1250", "iso8859_6", "koi8_r")

_SAMPLE_BYTES = 100_000


def find_encoding(data: bytes) -> str | None:
    """A mark at the start, else UTF-8 where it fits, else UTF-16 by its NULs, else the likeliest."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    sample = data[:_SAMPLE_BYTES]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if sum(zeros) > 0.1 * len(sample):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if _is_common_chinese(data):
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    return best.encoding if best else None


def _is_common_chinese(data: bytes) -> bool:
    """Whether the bytes are GB 18030 and nearly all of it lies in the everyday characters of GB 2312.

    Statistics fail on short texts, where Chinese, Japanese and Korean double bytes look alike; the
    3,755 characters of level 1 (lead bytes B0 to D7) with GB punctuation and ASCII rarely come by chance.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    wide = [character for character in text if ord(character) > 127]
    common = 0
    for character in wide:
        code = character.encode("gb18030")
        common += len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3) and code[1] >= 0xA1
    return bool(wide) and common >= 0.95 * len(wide)
