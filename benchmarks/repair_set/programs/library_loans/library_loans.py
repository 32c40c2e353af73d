"""Lends books and takes them back."""

from books import Shelf
from loans import Loan

MOST_LOANS = 3


class LendingError(Exception):
    """The book can't be lent now."""


class Library:
    def __init__(self, books):
        self.shelf = Shelf(books)
        self._loans = {}

    def lend(self, number, reader, today):
        """Lend a book and return its title.

        Raises KeyError for an unknown book, LendingError if it is lent already, or if the reader
        has MOST_LOANS books or one that is overdue.
        """
        book = self.shelf.get(number)
        if number in self._loans:
            raise LendingError(f"{book.title} is lent until {self._loans[number].due}")
        held = self.loans_of(reader)
        if len(held) >= MOST_LOANS:
            raise LendingError(f"{reader} has {len(held)} books already")
        if any(loan.due < today for loan in held):
            raise LendingError(f"{reader} has overdue books")
        self._loans[number] = Loan(number, reader, today)
        return book.title

    def give_back(self, number, today):
        """Take a book back and return the fee; raises LendingError if it was not lent."""
        loan = self._loans.pop(number, None)
        if loan is None:
            raise LendingError(f"{number} was not lent")
        return loan.fee(today)

    def loans_of(self, reader):
        """Return a reader's loans, the one that is due first first."""
        return sorted(
            (loan for loan in self._loans.values() if loan.reader == reader), key=lambda loan: loan.due
        )

    def overdue(self, today):
        """Return ``(reader, title, days overdue)`` of every overdue loan, the longest overdue first."""
        late = [loan for loan in self._loans.values() if loan.due < today]
        late.sort(key=lambda loan: loan.due)
        return [(loan.reader, self.shelf.get(loan.number).title, (today - loan.due).days) for loan in late]
