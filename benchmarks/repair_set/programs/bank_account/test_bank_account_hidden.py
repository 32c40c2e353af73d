from decimal import Decimal

import pytest
from bank_account import Account, AccountClosed, AccountError, BadAmount, InsufficientFunds, pay_all, transfer


@pytest.mark.parametrize(
    ("balance", "overdraft", "amount"), [(10, 0, 10), (10, 5, 15), (0, 1, 1), ("0.01", 0, "0.01")]
)
def test_exactly_to_the_limit(balance, overdraft, amount):
    account = Account("a", balance, overdraft)
    assert account.withdraw(amount) == Decimal(balance) - Decimal(amount)
    with pytest.raises(InsufficientFunds) as caught:
        account.withdraw("0.01")
    assert caught.value.missing == Decimal("0.01")
    assert str(caught.value) == "a lacks 0.01"


@pytest.mark.parametrize("amount", [0, -1, "-0.01"])
@pytest.mark.parametrize("action", ["deposit", "withdraw"])
def test_amounts(action, amount):
    account = Account("a", 10)
    with pytest.raises(BadAmount):
        getattr(account, action)(amount)
    with pytest.raises(ValueError, match="positive"):
        getattr(account, action)(amount)
    assert (account.balance, account.history) == (10, [])


def test_amounts_are_exact():
    account = Account("a")
    for _ in range(3):
        account.deposit("0.1")
    assert account.balance == Decimal("0.3")
    assert all(isinstance(amount, Decimal) for _, amount in account.history)


@pytest.mark.parametrize("action", ["deposit", "withdraw"])
def test_closed_accounts(action):
    account = Account("a", 7)
    assert account.close() == 7
    assert account.balance == 0
    with pytest.raises(AccountClosed, match="a is closed"):
        getattr(account, action)(1)


def test_overdrawn_account_stays_open():
    account = Account("a", 0, 5)
    account.withdraw(5)
    with pytest.raises(InsufficientFunds):
        account.close()
    assert account.closed is False
    assert account.balance == -5


def test_transfer():
    one, two = Account("one", 10), Account("two", 1)
    transfer(one, two, "2.5")
    assert (one.balance, two.balance) == (Decimal("7.5"), Decimal("3.5"))
    assert one.history == [("withdraw", Decimal("2.5"))]
    assert two.history == [("deposit", Decimal("2.5"))]


def test_failed_transfers_change_nothing():
    one, two, shut = Account("one", 10), Account("two"), Account("shut")
    shut.close()
    one.deposit(1)
    for target, amount, error in (
        (two, 99, InsufficientFunds),
        (shut, 5, AccountClosed),
        (two, 0, BadAmount),
    ):
        with pytest.raises(error):
            transfer(one, target, amount)
    assert (one.balance, one.history) == (11, [("deposit", Decimal(1))])
    assert (two.balance, two.history) == (0, [])


def test_pay_all():
    one, two, shut = Account("one", 10), Account("two"), Account("shut")
    shut.close()
    paid, errors = pay_all(one, [(shut, 1), (two, 4), (two, 7), (two, 6)])
    assert (paid, one.balance, two.balance) == (2, 0, 10)
    assert [type(error) for error in errors] == [AccountClosed, InsufficientFunds]
    assert pay_all(one, []) == (0, [])


def test_other_errors_are_not_swallowed():
    with pytest.raises(AttributeError):
        pay_all(Account("a", 5), [(None, 1)])


def test_tree():
    assert all(issubclass(kind, AccountError) for kind in (BadAmount, InsufficientFunds, AccountClosed))
    assert not issubclass(InsufficientFunds, ValueError)
