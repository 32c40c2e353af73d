import codecs

from charset_detector import decode, detect

CHINESE = "<p>今天的新闻</p>"


def test_header_names_the_encoding():
    assert detect(CHINESE.encode("gbk"), "text/html; charset=GB2312") == ("gb18030", 0)
    assert decode("café".encode("latin-1"), 'text/html; charset="ISO-8859-1"') == "café"


def test_byte_order_mark_comes_first_and_is_no_text():
    assert decode(codecs.BOM_UTF8 + CHINESE.encode(), "text/html; charset=gbk") == CHINESE
    assert decode(codecs.BOM_UTF16_LE + "abc".encode("utf-16-le")) == "abc"


def test_meta_tag_names_the_encoding():
    page = '<html><head><META http-equiv="Content-Type" content="text/html; charset=big5"></head>新聞'
    assert detect(page.encode("big5")) == ("big5", 0)
    assert decode(page.encode("big5"), "text/html").endswith("新聞")


def test_unknown_names_count_as_not_given():
    page = '<meta charset="no-such-code">' + CHINESE
    assert decode(page.encode("gb18030"), "text/html; charset=none") == page


def test_without_any_name():
    assert detect(CHINESE.encode()) == ("utf-8", 0)
    assert decode(CHINESE.encode("gb18030")) == CHINESE
