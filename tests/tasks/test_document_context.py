"""How much of a document a conversation is given."""

from __future__ import annotations

from open_autoglm.documents.model import Document, Page, ReadBy, Region, RegionType, Source
from open_autoglm.tasks.document_context import document_excerpt, document_message, estimated_tokens


def _document(*texts: str) -> Document:
    pages = tuple(
        Page(
            number=number,
            width=100,
            height=100,
            regions=(
                Region(
                    id=f"r{number}",
                    page=number,
                    box=None,
                    type=RegionType.PARAGRAPH,
                    text=text,
                    confidence=1.0,
                    read_by=ReadBy.MARKUP,
                ),
            ),
        )
        for number, text in enumerate(texts, 1)
    )
    source = Source(name="a.txt", sha256="", media_type="text/plain", size_bytes=1, page_count=len(pages))
    return Document(source=source, pages=pages)


def test_a_document_that_fits_half_the_window_is_given_whole() -> None:
    excerpt = document_excerpt(_document("one", "two"), window=4096)
    assert (excerpt.pages, excerpt.of_pages, excerpt.cut) == (2, 2, False)
    assert "one" in excerpt.text
    assert "two" in excerpt.text


def test_later_pages_are_left_out_whole_and_it_is_said() -> None:
    excerpt = document_excerpt(_document("a " * 300, "b " * 300, "c " * 300), window=1000)
    assert (excerpt.pages, excerpt.of_pages, excerpt.cut) == (2, 3, True)
    assert "c" not in excerpt.text
    assert "pages 1 to 2 of 3; the rest is not here" in document_message("a.txt", excerpt)


def test_of_a_first_page_that_is_too_long_its_beginning_is_given() -> None:
    excerpt = document_excerpt(_document("字" * 5000), window=1000)
    assert (excerpt.pages, excerpt.cut) == (1, True)
    assert 0 < estimated_tokens(excerpt.text) <= 500


def test_the_same_document_and_window_give_the_same_text() -> None:
    document = _document("a " * 300, "b " * 3000)
    assert document_excerpt(document, 1000) == document_excerpt(document, 1000)


def test_chinese_and_digits_count_as_a_token_each() -> None:
    assert estimated_tokens("汉字12") == 4
    assert estimated_tokens("abcdef") == 2
