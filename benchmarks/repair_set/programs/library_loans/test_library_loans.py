from datetime import date, timedelta
from decimal import Decimal

import pytest
from books import Book, Shelf
from library_loans import LendingError, Library
from loans import Loan

BOOKS = [
    Book("1", "The Sea", "Li Ming"),
    Book("2", "A Road", "Ann Seaton"),
    Book("3", "Snow", "Wang Fang"),
    Book("4", "Fire", "Wang Fang"),
]
START = date(2024, 2, 10)


def days(count):
    return START + timedelta(days=count)


def test_books_are_found_in_any_case():
    assert [book.number for book in Shelf(BOOKS).find("SEA")] == ["2", "1"]
    with pytest.raises(KeyError, match="number 9"):
        Shelf(BOOKS).get("9")


def test_fees_for_late_books():
    loan = Loan("1", "mei", START)
    assert loan.due == date(2024, 3, 2)
    assert [loan.fee(days(count)) for count in (21, 22, 24, 90)] == [
        Decimal(0),
        Decimal("0.50"),
        Decimal("1.50"),
        Decimal("10.00"),
    ]


def test_loans_can_be_extended_twice():
    loan = Loan("1", "mei", START)
    loan.extend(days(21))
    loan.extend(days(30))
    assert loan.due == days(63)
    with pytest.raises(ValueError, match="twice"):
        loan.extend(days(31))
    with pytest.raises(ValueError, match="due on"):
        Loan("1", "mei", START).extend(days(22))


def test_a_book_is_lent_once():
    library = Library(BOOKS)
    assert library.lend("1", "mei", START) == "The Sea"
    with pytest.raises(LendingError, match="until 2024-03-02"):
        library.lend("1", "tom", days(1))
    assert library.give_back("1", days(23)) == Decimal("1.00")
    assert library.lend("1", "tom", days(23)) == "The Sea"


def test_readers_have_limits():
    library = Library(BOOKS)
    for number in ("1", "2", "3"):
        library.lend(number, "mei", START)
    with pytest.raises(LendingError, match="3 books"):
        library.lend("4", "mei", START)
    library.give_back("1", days(1))
    library.give_back("2", days(1))
    with pytest.raises(LendingError, match="overdue"):
        library.lend("4", "mei", days(22))
    assert library.overdue(days(25)) == [("mei", "Snow", 4)]
