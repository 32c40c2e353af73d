"""Works out invoices in exact amounts."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def cents(amount):
    """Return the amount rounded to two decimals, halves away from zero."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    name: str
    count: int
    price: Decimal
    discount: Decimal = Decimal(0)
    """In percent."""

    @property
    def total(self):
        """Count × price without the discount, rounded to cents."""
        return cents(self.count * self.price * (100 - self.discount) / 100)


@dataclass(frozen=True)
class Invoice:
    lines: tuple[Line, ...]
    tax: Decimal = Decimal(13)
    """In percent of the sum."""
    shipping: Decimal = Decimal("12.00")
    free_from: Decimal = Decimal("200.00")
    """Sum from which shipping is free."""

    @property
    def net(self):
        """The sum of the lines."""
        return sum((line.total for line in self.lines), Decimal("0.00"))

    @property
    def shipping_cost(self):
        """Nothing without lines, or from a sum of ``free_from`` on."""
        if not self.lines or self.net >= self.free_from:
            return Decimal("0.00")
        return self.shipping

    @property
    def total(self):
        """The sum with its tax rounded to cents, and shipping, which is not taxed."""
        return self.net + cents(self.net * self.tax / 100) + self.shipping_cost


def split(amount, parts):
    """Return the amount in so many parts that add up to it exactly, larger ones first.

    They differ by a cent at most. The amount is whole cents and not negative. Raises ValueError for
    less than one part.
    """
    if parts < 1:
        raise ValueError(f"parts must be positive, not {parts}")
    whole, rest = divmod(int(amount / _CENT), parts)
    return [(whole + (1 if index < rest else 0)) * _CENT for index in range(parts)]


def format_amount(amount):
    """Return ``¥1,234.50``; negative amounts as ``-¥1,234.50``."""
    sign = "-" if amount < 0 else ""
    return f"{sign}¥{abs(cents(amount)):,}"
