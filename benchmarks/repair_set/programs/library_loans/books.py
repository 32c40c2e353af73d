"""The books of a library."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Book:
    number: str
    title: str
    author: str


class Shelf:
    """Finds books by number, title and author."""

    def __init__(self, books=()):
        self._books = {book.number: book for book in books}

    def get(self, number):
        """Return the book; raises KeyError with a sentence where there is none."""
        try:
            return self._books[number]
        except KeyError:
            raise KeyError(f"no book with the number {number}") from None

    def find(self, text):
        """Return the books whose title or author contains the text in any case, by title."""
        wanted = text.casefold()
        found = [
            book
            for book in self._books.values()
            if wanted in book.title.casefold() or wanted in book.author.casefold()
        ]
        return sorted(found, key=lambda book: book.title)
