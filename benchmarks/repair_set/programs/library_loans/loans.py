"""Loans and what is owed for those that come back late."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

LOAN_DAYS = 21
FEE_PER_DAY = Decimal("0.50")
HIGHEST_FEE = Decimal("10.00")


@dataclass
class Loan:
    number: str
    reader: str
    lent: date
    extensions: int = 0

    @property
    def due(self):
        """The last day on which the book can be returned without a fee."""
        return self.lent + timedelta(days=LOAN_DAYS * (1 + self.extensions))

    def fee(self, today):
        """Return what is owed if the book comes back today.

        That is FEE_PER_DAY for each day after the due day, at most HIGHEST_FEE.
        """
        late = (today - self.due).days
        if late <= 0:
            return Decimal("0.00")
        return min(FEE_PER_DAY * late, HIGHEST_FEE)

    def extend(self, today):
        """Move the due day by a period; raises ValueError if the loan is overdue or was extended twice."""
        if today > self.due:
            raise ValueError(f"{self.number} was due on {self.due}")
        if self.extensions >= 2:
            raise ValueError(f"{self.number} was extended twice already")
        self.extensions += 1
