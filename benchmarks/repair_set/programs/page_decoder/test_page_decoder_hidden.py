import gzip
import zlib

import pytest
from page_decoder import DecodeError, decode_pieces, read_lines, unpack

LONG = ("行 line\n" * 200).encode()


@pytest.mark.parametrize("name", ["gzip", "x-gzip", " GZip ", "identity, gzip", "gzip,,"])
def test_names_of_gzip(name):
    assert unpack(gzip.compress(LONG), name) == LONG


def test_order_of_steps():
    assert unpack(gzip.compress(zlib.compress(LONG)), "deflate, gzip") == LONG
    with pytest.raises(DecodeError):
        unpack(gzip.compress(zlib.compress(LONG)), "gzip, deflate")


def test_identity_changes_nothing():
    assert unpack(b"x", "identity") == b"x"
    assert unpack(b"x", "") == b"x"


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_cut_bodies(cut):
    with pytest.raises(DecodeError):
        unpack(gzip.compress(LONG)[:-cut], "gzip")
    with pytest.raises(DecodeError):
        unpack(zlib.compress(LONG)[:-cut], "deflate")


@pytest.mark.parametrize("name", ["br", "zstd", "gzip, br"])
def test_unknown_names(name):
    with pytest.raises(DecodeError):
        unpack(b"x", name)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "big5"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_cut_gives_the_same_text(encoding, size):
    text = "漢字 and letters, 第二"
    body = text.encode(encoding)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    texts = list(decode_pieces(pieces, encoding))
    assert "".join(texts) == text
    assert all(texts)


def test_wrong_bytes():
    assert "".join(decode_pieces([b"a\xff", b"b"])) == "a\ufffdb"
    assert "".join(decode_pieces([b"ab", "é".encode()[:1]])) == "ab\ufffd"
    assert list(decode_pieces([])) == []
    assert list(decode_pieces([b"", b""])) == []


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"a\nb\n"], ["a", "b"]),
        ([b"a", b"b", b"c"], ["abc"]),
        ([b"a\r", b"\nb"], ["a", "b"]),
        ([b"\n\n"], ["", ""]),
        ([b"a\rb"], ["a\rb"]),
        ([], []),
        (["第".encode()[:1], "第".encode()[1:] + b"\n"], ["第"]),
    ],
)
def test_lines(pieces, expected):
    assert read_lines(pieces) == expected
