"""Sums up a CSV file of sales."""

import csv
import io
from decimal import Decimal, InvalidOperation


class BadRow(ValueError):
    """A row that can't be used; ``line`` is its number in the file, the header's is 1."""

    def __init__(self, line, reason):
        super().__init__(f"line {line}: {reason}")
        self.line = line


def read_sales(data):
    """Return the rows of a CSV file given as bytes: dictionaries with region, product, count and price.

    The file is UTF-8, perhaps with a byte order mark; columns may stand in any order and more may
    be there; fields may be quoted and hold commas or line ends. Counts are whole numbers, prices
    decimals; region and product lose space at their ends. Rows whose fields are all empty are
    skipped. Raises BadRow for a count or price that is no number, or a missing field.
    """
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    rows = []
    for record in reader:
        if not any(record.values()):
            continue
        try:
            rows.append(
                {
                    "region": record["region"].strip(),
                    "product": record["product"].strip(),
                    "count": int(record["count"]),
                    "price": Decimal(record["price"]),
                }
            )
        except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
            raise BadRow(reader.line_num, "no number or missing field") from error
    return rows


def totals(rows, key="region"):
    """Return ``{key: total of count × price}``, the largest total first, by name where they are equal."""
    sums = {}
    for row in rows:
        sums[row[key]] = sums.get(row[key], Decimal(0)) + row["count"] * row["price"]
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def write_report(sums):
    """Return the totals as CSV text: a header ``name,total``, totals with two decimals, ``\\n`` line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "total"])
    for name, total in sums.items():
        writer.writerow([name, f"{total:.2f}"])
    return out.getvalue()
