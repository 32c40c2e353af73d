"""Pages as people write them."""

from __future__ import annotations

import pytest

from open_autoglm.documents.page_selection import ALL_PAGES, parse_pages
from open_autoglm.errors import UsageError


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("3", (3,)),
        ("1-3,7", (1, 2, 3, 7)),
        (" 7 , 1 - 3 ", (1, 2, 3, 7)),
        ("1-3,2-4", (1, 2, 3, 4)),
        ("8-", (8, 9)),
        ("-2", (1, 2)),
        ("1，2", (1, 2)),
    ],
)
def test_ranges_and_single_pages_in_ascending_order(text: str, pages: tuple[int, ...]) -> None:
    assert parse_pages(text).numbers(9, "report.pdf") == pages


@pytest.mark.parametrize("text", ["", "a", "1,,2", "1-2-3", "0", "3-1", "-", "1 2", "1.5", "-0"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="1-3,7"):
        parse_pages(text)


@pytest.mark.parametrize("text", ["10", "8-10", "10-"])
def test_a_page_the_file_does_not_have_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"Page 10 was asked for, but report\.pdf has 9 pages"):
        parse_pages(text).numbers(9, "report.pdf")


def test_without_a_selection_all_pages_are_read() -> None:
    assert ALL_PAGES.numbers(3, "report.pdf") == (1, 2, 3)
