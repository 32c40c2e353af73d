"""Chinese text: forms of characters, widths on a terminal, files in older encodings."""

import unicodedata
from pathlib import Path

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def to_half_width(text):
    """Return the text with full-width letters, digits, signs and spaces in their ASCII form.

    These are U+FF01 to U+FF5E and the ideographic space; 。 and 、 have no such form and stay.
    """
    return text.translate(_FULL_WIDTH)


def display_width(text):
    """Return the columns that a text takes: two for wide and full-width characters, 0 for combining ones."""
    width = 0
    for character in text:
        if unicodedata.combining(character):
            continue
        width += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return width


def fit(text, columns, mark="…"):
    """Return the text cut to a number of columns and filled up with spaces to exactly that number.

    Where it is cut, ``mark`` stands at its end, within the columns. A wide character is never
    halved: a space takes its place. Raises ValueError where the columns do not hold the mark.
    """
    if columns < display_width(mark):
        raise ValueError(f"{columns} columns do not hold {mark!r}")
    if display_width(text) > columns:
        room = columns - display_width(mark)
        kept = ""
        for character in text:
            if display_width(kept + character) > room:
                break
            kept += character
        text = kept + mark
    return text + " " * (columns - display_width(text))


def read_text(path):
    """Return a file's text: UTF-8 with or without a byte order mark, else GB18030, with ``\\n`` line ends."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def convert_file(source, target):
    """Write a file again as UTF-8 without a byte order mark; return the number of its characters."""
    text = read_text(source)
    Path(target).write_bytes(text.encode("utf-8"))
    return len(text)
