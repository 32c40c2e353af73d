import pytest
from chinese_text import convert_file, display_width, fit, read_text, to_half_width


def test_half_width_forms():
    assert to_half_width("Ｔｅｌ：０１０－１２３（北京）　ｏｋ。") == "Tel:010-123(北京) ok。"


def test_width_on_a_terminal():
    assert display_width("abc") == 3
    assert display_width("中文，ok") == 8
    assert display_width("e\u0301") == 1


def test_text_fits_its_columns():
    assert fit("中文", 6) == "中文  "
    assert fit("中文字符", 6) == "中文… "
    assert fit("abcdefg", 5) == "abcd…"
    with pytest.raises(ValueError, match="columns"):
        fit("abc", 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_files_of_every_encoding(tmp_path, encoding):
    path = tmp_path / "text.txt"
    path.write_bytes("标题\r\n正文".encode(encoding))
    assert read_text(path) == "标题\n正文"


def test_conversion(tmp_path):
    (tmp_path / "old.txt").write_bytes("价格：五元".encode("gb18030"))
    assert convert_file(tmp_path / "old.txt", tmp_path / "new.txt") == 5
    assert (tmp_path / "new.txt").read_bytes() == "价格：五元".encode()
