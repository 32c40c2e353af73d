import pytest
from chinese_text import convert_file, display_width, fit, read_text, to_half_width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("！", "!"),
        ("～", "~"),
        ("Ａ", "A"),
        ("ｚ", "z"),
        ("０９", "09"),
        ("\u3000", " "),
        ("。、「」", "。、「」"),
        ("plain 文", "plain 文"),
        ("\uff5f", "\uff5f"),
        ("", ""),
    ],
)
def test_forms(text, expected):
    assert to_half_width(text) == expected


def test_every_ascii_sign_has_a_full_form():
    for code in range(0x21, 0x7F):
        assert to_half_width(chr(code + 0xFEE0)) == chr(code)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("日本", 4), ("ｶﾅ", 2), ("Ａ", 2), ("한글", 4), ("n\u0303o", 2), (" ", 1)]
)
def test_widths(text, width):
    assert display_width(text) == width


@pytest.mark.parametrize("columns", range(1, 14))
@pytest.mark.parametrize("text", ["", "abc", "中文字符", "a中b文c字", "中a"])
def test_fitted_text_has_exactly_its_width(text, columns):
    fitted = fit(text, columns)
    assert display_width(fitted) == columns
    if display_width(text) <= columns:
        assert fitted.rstrip() == text
    else:
        assert fitted.rstrip().endswith("…")
        assert text.startswith(fitted.rstrip().removesuffix("…"))


def test_fit_keeps_as_much_as_possible():
    assert fit("a中b文c字", 7) == "a中b文…"
    assert fit("中文字符", 5) == "中文…"
    assert fit("中文字符", 7, mark="..") == "中文.. "


def test_mark_needs_room():
    assert fit("abc", 2, mark="..") == ".."
    with pytest.raises(ValueError, match="columns"):
        fit("abc", 1, mark="..")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ""),
        (b"a\rb\r\nc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfx", "x"),
        ("𠀀龘".encode("gb18030"), "𠀀龘"),
        ("甲\n乙".encode(), "甲\n乙"),
    ],
)
def test_reading(tmp_path, data, expected):
    (tmp_path / "f").write_bytes(data)
    assert read_text(tmp_path / "f") == expected


def test_converted_files_are_plain_utf8(tmp_path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf" + "一\r\n二".encode())
    assert convert_file(tmp_path / "a", tmp_path / "b") == 3
    assert (tmp_path / "b").read_bytes() == "一\n二".encode()
