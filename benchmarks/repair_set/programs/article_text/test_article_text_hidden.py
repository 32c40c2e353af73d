import pytest
from article_text import read_article, summary


def blocks(html):
    return read_article(html)[1]


@pytest.mark.parametrize("tag", ["p", "h1", "h2", "h3", "li", "blockquote", "div", "article", "section"])
def test_every_block(tag):
    assert blocks(f"before<{tag}>inside</{tag}>after") == ["before", "inside", "after"]


@pytest.mark.parametrize("tag", ["script", "style", "nav", "footer", "noscript"])
def test_every_skipped_part(tag):
    assert blocks(f"<p>a</p><{tag}>hidden</{tag}><p>b</p>") == ["a", "b"]


@pytest.mark.parametrize("tag", ["b", "i", "a", "span", "em"])
def test_inline_tags_do_not_part_a_text(tag):
    assert blocks(f"<p>one<{tag}>two</{tag}>three</p>") == ["onetwothree"]


def test_stray_end_tags_hide_nothing():
    assert blocks("</nav></footer><p>shown</p>") == ["shown"]
    assert blocks("</nav><nav>hidden</nav><p>shown</p>") == ["shown"]


def test_nested_skipped_parts():
    assert blocks("<footer>a<nav>b</nav>c<script>d</script>e</footer><p>f</p>") == ["f"]


def test_title_is_no_block():
    assert read_article("<title>A &amp; B</title>text") == ("A & B", ["text"])
    assert read_article("<p>x</p>") == ("", ["x"])


def test_chinese_text():
    assert blocks("<p>今天　下雨</p><p>明天\n晴</p>") == ["今天 下雨", "明天 晴"]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(9, "abcd efgh"), (8, "abcd ef…"), (6, "abcd…"), (5, "abcd…"), (1, "…"), (80, "abcd efgh")],
)
def test_summary_lengths(length, expected):
    assert summary("<p>abcd</p><p>efgh</p>", length) == expected
    assert len(summary("<p>abcd</p><p>efgh</p>", length)) <= length


def test_nothing():
    assert read_article("") == ("", [])
    assert summary("") == ""
