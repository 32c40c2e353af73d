"""Reads the tables of an HTML page as rows of text."""

from html.parser import HTMLParser


class _TableParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables = []
        self._cell = None
        self._span = 1

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.end_cell()
            self._cell = []
            self._span = int(dict(attrs).get("colspan") or 1)
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag):
        if tag in ("td", "th", "tr", "table"):
            self.end_cell()

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)

    def end_cell(self):
        if self._cell is None:
            return
        text = " ".join("".join(self._cell).split())
        self.tables[-1][-1].extend([text] * self._span)
        self._cell = None


def read_tables(html):
    """Return every table of the page as a list of rows, a row as a list of texts.

    Header and data cells are treated alike. Runs of white space, also ``<br>``, become one space;
    entities are resolved. A cell that spans several columns stands once in each of them. End tags
    of cells and rows may be missing. Tables do not contain other tables.
    """
    parser = _TableParser()
    parser.feed(html)
    parser.close()
    parser.end_cell()
    return parser.tables


def read_records(html, index=0):
    """Return the rows of one table as dictionaries, keyed by the texts of its first row.

    Rows shorter than the first are filled up with ``""``; what is longer is left out. Empty rows
    are skipped.
    """
    header, *rows = read_tables(html)[index]
    return [
        dict(zip(header, row + [""] * (len(header) - len(row)), strict=False)) for row in rows if any(row)
    ]
