from article_text import read_article, summary

PAGE = """
<html><head><title> Rain in May </title><style>p { color: red }</style></head>
<body><nav><ul><li>Home</li></ul></nav>
<h1>Rain</h1>
<p>It rained <b>all</b>
   day.</p>
<script>var p = "<p>no</p>";</script>
<div>Roads were <i>closed</i>.<p>Trains ran.</p>Nobody was hurt.</div>
<p> </p>
<footer>About <script>x()</script> us</footer>
</body></html>
"""


def test_title_and_blocks():
    title, blocks = read_article(PAGE)
    assert title == "Rain in May"
    assert blocks == [
        "Rain",
        "It rained all day.",
        "Roads were closed.",
        "Trains ran.",
        "Nobody was hurt.",
    ]


def test_line_breaks_are_spaces():
    assert read_article("<p>one<br>two</p>tail") == ("", ["one two", "tail"])


def test_skipped_parts_within_one_another():
    html = "<nav>a<nav>b</nav>c</nav><p>text</p>"
    assert read_article(html)[1] == ["text"]


def test_summary_is_cut_at_its_length():
    html = "<p>The quick brown fox</p><p>jumps.</p>"
    assert summary(html) == "The quick brown fox jumps."
    assert summary(html, 11) == "The quick…"
