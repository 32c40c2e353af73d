"""Reads all rows of a JSON interface that answers page by page."""

import json


class ApiError(Exception):
    """The interface gave an answer that can't be used."""


def fetch_page(get, offset, limit):
    """Return ``(rows, total)`` of one page.

    ``get(path)`` returns the JSON text of ``/items?offset=…&limit=…``: an object with ``items``
    and perhaps ``total``, which is None where it is missing. Raises ApiError with the offset where
    the text is no such object.
    """
    try:
        answer = json.loads(get(f"/items?offset={offset}&limit={limit}"))
        return list(answer["items"]), answer.get("total")
    except (ValueError, KeyError, TypeError) as error:
        raise ApiError(f"bad page at offset {offset}") from error


def iter_items(get, limit=100):
    """Yield all rows, asking for the next page only when it is needed.

    Ends when as many rows were given as ``total`` says, or at an empty page. A page may hold fewer
    rows than were asked for; the next one begins where it ended.
    """
    offset = 0
    while True:
        rows, total = fetch_page(get, offset, limit)
        yield from rows
        offset += len(rows)
        if not rows or (total is not None and offset >= total):
            return


def by_id(rows):
    """Return the rows as ``{id: row}``; of rows with the same id, the one with the highest version stays.

    A row without a version has version 0; of equal versions the first stays.
    """
    found = {}
    for row in rows:
        known = found.get(row["id"])
        if known is None or row.get("version", 0) > known.get("version", 0):
            found[row["id"]] = row
    return found
