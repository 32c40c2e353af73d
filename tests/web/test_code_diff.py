"""A diff on the page: signs, numbers of both sides, and nothing of the code read as markup."""

from __future__ import annotations

from lxml import html as lxml_html

from open_autoglm.web.code_diff import diff_html

DIFF = """--- a/crawler.py
+++ b/crawler.py
@@ -10,3 +10,3 @@
     match = find(body)
-    return body.decode("utf-8")
+    return body.decode(encoding) if x < y else "<b>"
 # end
@@ -40,2 +40,3 @@
 def crawl():
+    --depth
     pass
"""


def rows() -> list[list[str]]:
    table = lxml_html.fromstring(diff_html(DIFF))
    return [[cell.text_content() for cell in row.iter("td", "th")] for row in table.iter("tr")]


def test_lines_have_the_numbers_and_the_sign_of_their_side() -> None:
    shown = rows()
    assert shown[0] == ["crawler.py"]
    assert shown[2] == ["11", "", "−", '    return body.decode("utf-8")']
    assert shown[3] == ["", "11", "+", '    return body.decode(encoding) if x < y else "<b>"']
    assert shown[5] == ["⋯"]
    assert shown[6:] == [
        ["40", "40", "", "def crawl():"],
        ["", "41", "+", "    --depth"],
        ["41", "42", "", "    pass"],
    ]


def test_code_is_never_markup() -> None:
    assert "<b>" not in diff_html(DIFF)


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    diff = "--- a/x.sql\n+++ b/x.sql\n@@ -1,1 +1,1 @@\n--- old comment\n+-- new comment\n"
    table = lxml_html.fromstring(diff_html(diff))
    assert [row.get("class") for row in table.iter("tr")] == ["file", "taken", "put"]
