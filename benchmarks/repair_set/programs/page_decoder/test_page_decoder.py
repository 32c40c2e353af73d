import gzip
import zlib

import pytest
from page_decoder import DecodeError, decode_pieces, read_lines, unpack

TEXT = "你好, wörld"


def test_packed_bodies():
    body = TEXT.encode()
    raw = zlib.compressobj(wbits=-15)
    assert unpack(body) == body
    assert unpack(gzip.compress(body), "GZIP") == body
    assert unpack(zlib.compress(body), "deflate") == body
    assert unpack(raw.compress(body) + raw.flush(), "deflate") == body


def test_packed_twice():
    twice = zlib.compress(gzip.compress(b"abc"))
    assert unpack(twice, "gzip, deflate") == b"abc"


def test_damaged_bodies_and_unknown_names():
    with pytest.raises(DecodeError, match="damaged gzip"):
        unpack(b"no gzip", "gzip")
    with pytest.raises(DecodeError, match="damaged gzip"):
        unpack(gzip.compress(b"abc" * 50)[:-12], "gzip")
    with pytest.raises(DecodeError, match="br"):
        unpack(b"x", "br")


def test_characters_across_pieces():
    body = TEXT.encode()
    pieces = [body[:1], body[1:4], body[4:9], body[9:]]
    texts = list(decode_pieces(pieces))
    assert "".join(texts) == TEXT
    assert "" not in texts
    assert list(decode_pieces(["好".encode()[:2]])) == ["\ufffd"]


def test_lines_across_pieces():
    assert read_lines([b"one\r\nt", b"wo\n\nth", b"ree"]) == ["one", "two", "", "three"]
