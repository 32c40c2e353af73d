import codecs

import pytest
from charset_detector import decode, detect

TEXT = "<p>价格：￥128，新品上市</p>"


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", "cp936", "GB2312"])
def test_every_name_of_the_chinese_code(label):
    assert detect(TEXT.encode("gb18030"), f"text/html;charset={label}") == ("gb18030", 0)


@pytest.mark.parametrize("label", ["utf-8", "UTF8", "utf_8"])
def test_codec_names_are_pythons_own(label):
    assert detect(b"abc", f"text/html; charset={label}") == ("utf-8", 0)


def test_header_before_meta():
    page = '<meta charset="big5">' + TEXT
    assert detect(page.encode(), "text/html; Charset = utf-8") == ("utf-8", 0)
    assert detect(page.encode(), "text/html; charset=bogus")[0] == "big5"


def test_mark_before_everything():
    for mark, code in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        body = mark + TEXT.encode(code)
        assert detect(body, "text/html; charset=utf-8") == (code, 2)
        assert decode(body, "text/html; charset=utf-8") == TEXT
    assert detect(codecs.BOM_UTF8 + b"x") == ("utf-8", 3)


def test_meta_only_near_the_beginning():
    late = b"x" * 1100 + b'<meta charset="big5">'
    near = b"x" * 900 + b'<meta charset="big5">'
    assert detect(late) == ("utf-8", 0)
    assert detect(near) == ("big5", 0)


def test_wrong_bytes_are_replaced():
    assert decode(b"ab\xffcd", "text/html; charset=utf-8") == "ab\ufffdcd"
    assert decode(b"ok \x80", "text/html; charset=ascii") == "ok \ufffd"


def test_single_quotes_and_none():
    assert detect(b"<meta charset='iso-8859-1'>") == ("iso8859-1", 0)
    assert detect(b"<meta charset=euc-jp>") == ("euc_jp", 0)


def test_chinese_without_any_name():
    assert detect(TEXT.encode("gb18030")) == ("gb18030", 0)
    assert decode(TEXT.encode("gb18030"), "text/html") == TEXT
    assert decode("€ 𠀀".encode("gb18030")) == "€ 𠀀"


def test_empty_page():
    assert decode(b"") == ""
    assert detect(b"") == ("utf-8", 0)
