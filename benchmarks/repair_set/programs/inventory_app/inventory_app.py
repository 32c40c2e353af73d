"""The desk of a small store: deliveries come in, orders go out."""

from orders import Order, send
from stock import Stock


class Desk:
    def __init__(self, counts=None):
        self.stock = Stock(counts)
        self.orders = []

    def order(self, lines):
        """Take an order, send it if possible, and return it. Numbers begin at 1."""
        order = Order(len(self.orders) + 1, dict(lines))
        self.orders.append(order)
        send(order, self.stock)
        return order

    def deliver(self, counts):
        """Add a delivery, then try waiting orders from the oldest on; return the numbers of those sent."""
        for article, count in counts.items():
            self.stock.add(article, count)
        waiting = [order for order in self.orders if order.status == "waiting"]
        return [order.number for order in waiting if send(order, self.stock)]

    def report(self):
        """Return lines ``article: count``, then ``waiting: numbers`` if orders wait."""
        lines = [f"{article}: {self.stock.count(article)}" for article in self.stock.articles()]
        waiting = [str(order.number) for order in self.orders if order.status == "waiting"]
        if waiting:
            lines.append("waiting: " + ", ".join(waiting))
        return "\n".join(lines)
