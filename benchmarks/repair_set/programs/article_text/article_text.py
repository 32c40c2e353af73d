"""Takes the readable text out of an article's page."""

from html.parser import HTMLParser

_SKIPPED = {"script", "style", "nav", "footer", "noscript"}
_BLOCKS = {"p", "h1", "h2", "h3", "li", "blockquote", "div", "article", "section", "body"}


class _ArticleParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.title = ""
        self.blocks = []
        self._text = []
        self._skipping = 0
        self._in_title = False

    def handle_starttag(self, tag, attrs):
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "title":
            self._in_title = True
        elif tag in _BLOCKS:
            self.end_block()
        elif tag == "br":
            self._text.append("\n")

    def handle_endtag(self, tag):
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self.end_block()

    def handle_data(self, data):
        if self._skipping:
            return
        if self._in_title:
            self.title += data
        else:
            self._text.append(data)

    def end_block(self):
        text = " ".join("".join(self._text).split())
        if text:
            self.blocks.append(text)
        self._text = []


def read_article(html):
    """Return ``(title, blocks)`` of a page.

    The title is the text of ``<title>``, without space at its ends. Blocks are the texts of
    paragraphs, headings, list items and other block elements, in the page's order, with runs of
    white space made one space; empty ones are left out. What stands in scripts, styles,
    navigation, footers and ``noscript`` is no text, however deep these lie in one another.
    """
    parser = _ArticleParser()
    parser.feed(html)
    parser.close()
    parser.end_block()
    return parser.title.strip(), parser.blocks


def summary(html, length=80):
    """Return the first blocks, joined by spaces, in at most ``length`` characters.

    A text that is too long is cut after ``length - 1`` characters, loses the space at its end and
    gets "…".
    """
    text = " ".join(read_article(html)[1])
    if len(text) <= length:
        return text
    return text[: length - 1].rstrip() + "…"
