"""Accounts whose balance never falls below its limit."""

from decimal import Decimal


class AccountError(Exception):
    """Base of what can go wrong with an account."""


class BadAmount(AccountError, ValueError):
    """An amount that is not positive."""


class InsufficientFunds(AccountError):
    """Less is there than is needed; ``missing`` says how much lacks, the text also who: ``mei lacks 5``."""

    def __init__(self, owner, missing):
        super().__init__(f"{owner} lacks {missing}")
        self.missing = missing


class AccountClosed(AccountError):
    """The account was closed."""


class Account:
    """An account with an owner; ``overdraft`` is how far it may be overdrawn."""

    def __init__(self, owner, balance=0, overdraft=0):
        self.owner = owner
        self.balance = Decimal(balance)
        self.overdraft = Decimal(overdraft)
        self.closed = False
        self.history = []

    def deposit(self, amount):
        """Add an amount and return the new balance; raises BadAmount or AccountClosed."""
        amount = self._checked(amount)
        self.balance += amount
        self.history.append(("deposit", amount))
        return self.balance

    def withdraw(self, amount):
        """Take an amount and return the new balance; raises BadAmount, AccountClosed or InsufficientFunds."""
        amount = self._checked(amount)
        missing = amount - (self.balance + self.overdraft)
        if missing > 0:
            raise InsufficientFunds(self.owner, missing)
        self.balance -= amount
        self.history.append(("withdraw", amount))
        return self.balance

    def close(self):
        """Close the account and return what was paid out; raises InsufficientFunds if it is overdrawn."""
        if self.balance < 0:
            raise InsufficientFunds(self.owner, -self.balance)
        paid, self.balance, self.closed = self.balance, Decimal(0), True
        return paid

    def _checked(self, amount):
        if self.closed:
            raise AccountClosed(f"the account of {self.owner} is closed")
        amount = Decimal(amount)
        if amount <= 0:
            raise BadAmount(f"amount must be positive, not {amount}")
        return amount


def transfer(source, target, amount):
    """Move an amount; whatever goes wrong, neither balance nor history of either account changes."""
    source.withdraw(amount)
    try:
        target.deposit(amount)
    except AccountError:
        source.balance += source.history.pop()[1]
        raise


def pay_all(source, payments):
    """Pay a list of ``(target, amount)`` in order; return ``(number paid, list of errors)``.

    An AccountError of one payment is noted and the next one is tried.
    """
    paid, errors = 0, []
    for target, amount in payments:
        try:
            transfer(source, target, amount)
        except AccountError as error:
            errors.append(error)
        else:
            paid += 1
    return paid, errors
