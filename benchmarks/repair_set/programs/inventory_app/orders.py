"""Orders that take articles out of the store."""

from dataclasses import dataclass, field

from stock import OutOfStock


@dataclass
class Order:
    number: int
    lines: dict[str, int]
    """Count by article."""
    status: str = "open"
    """``"open"``, ``"sent"`` or ``"waiting"``."""
    missing: dict[str, int] = field(default_factory=dict)
    """What the store lacked when it was last tried."""


def send(order, stock):
    """Take all lines of an order out of the store, or none; return whether it was sent.

    An order that can't be filled is ``"waiting"``, and ``missing`` says how much of each article
    lacks. Raises ValueError for an order that was sent already.
    """
    if order.status == "sent":
        raise ValueError(f"order {order.number} was sent already")
    order.missing = {
        article: count - stock.count(article)
        for article, count in order.lines.items()
        if count > stock.count(article)
    }
    if order.missing:
        order.status = "waiting"
        return False
    for article, count in order.lines.items():
        stock.remove(article, count)
    order.status = "sent"
    return True


def reserve_one(stock, article):
    """Take one out of the store and return True; return False where none is left."""
    try:
        stock.remove(article, 1)
    except OutOfStock:
        return False
    return True
