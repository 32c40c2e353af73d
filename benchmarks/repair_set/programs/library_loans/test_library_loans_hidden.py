from datetime import date, timedelta
from decimal import Decimal

import pytest
from books import Book, Shelf
from library_loans import MOST_LOANS, LendingError, Library
from loans import LOAN_DAYS, Loan

DAY = date(2023, 12, 20)
BOOKS = [Book(str(n), f"Title {n}", "Straße" if n % 2 else "Other") for n in range(6)]


def after(count):
    return DAY + timedelta(days=count)


@pytest.mark.parametrize(
    ("late", "fee"),
    [(-5, "0"), (0, "0"), (1, "0.5"), (2, "1"), (19, "9.5"), (20, "10"), (21, "10"), (400, "10")],
)
def test_fees(late, fee):
    assert Loan("n", "r", DAY).fee(after(LOAN_DAYS + late)) == Decimal(fee)


@pytest.mark.parametrize("extensions", [0, 1, 2])
def test_due_days(extensions):
    assert Loan("n", "r", DAY, extensions).due == after(21 * (extensions + 1))


def test_extension_on_the_last_day():
    loan = Loan("n", "r", DAY)
    loan.extend(loan.due)
    assert loan.extensions == 1
    loan.extend(loan.due)
    with pytest.raises(ValueError, match="n was"):
        loan.extend(DAY)
    assert loan.extensions == 2


def test_refused_extension_changes_nothing():
    loan = Loan("n", "r", DAY)
    with pytest.raises(ValueError, match="due"):
        loan.extend(after(22))
    assert loan.extensions == 0


def test_finding():
    shelf = Shelf(BOOKS)
    assert [book.number for book in shelf.find("STRASSE")] == ["1", "3", "5"]
    assert [book.number for book in shelf.find("title 2")] == ["2"]
    assert shelf.find("nothing") == []
    assert shelf.get("4") is BOOKS[4]


def test_unknown_books():
    with pytest.raises(KeyError, match="no book with the number x"):
        Library(BOOKS).lend("x", "r", DAY)


def test_limit_on_loans_is_per_reader():
    library = Library(BOOKS)
    for number in range(MOST_LOANS):
        library.lend(str(number), "a", DAY)
    assert library.lend("3", "b", DAY) == "Title 3"
    with pytest.raises(LendingError, match="a has 3 books"):
        library.lend("4", "a", DAY)
    assert library.give_back("0", DAY) == Decimal(0)
    assert library.lend("4", "a", DAY) == "Title 4"


def test_overdue_begins_after_the_due_day():
    library = Library(BOOKS)
    library.lend("0", "a", DAY)
    assert library.overdue(after(21)) == []
    assert library.lend("1", "a", after(21)) == "Title 1"
    assert library.overdue(after(22)) == [("a", "Title 0", 1)]
    with pytest.raises(LendingError, match="overdue"):
        library.lend("2", "a", after(22))


def test_orders():
    library = Library(BOOKS)
    for number, reader, day in (("0", "a", 5), ("1", "b", 0), ("2", "a", 2)):
        library.lend(number, reader, after(day))
    assert [loan.number for loan in library.loans_of("a")] == ["2", "0"]
    assert [row[0:2] for row in library.overdue(after(60))] == [
        ("b", "Title 1"),
        ("a", "Title 2"),
        ("a", "Title 0"),
    ]
    assert library.loans_of("nobody") == []


def test_returning_twice():
    library = Library(BOOKS)
    library.lend("0", "a", DAY)
    assert library.give_back("0", after(25)) == Decimal(2)
    with pytest.raises(LendingError, match="0 was not lent"):
        library.give_back("0", after(25))
