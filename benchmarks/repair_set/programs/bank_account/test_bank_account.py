from decimal import Decimal

import pytest
from bank_account import Account, AccountClosed, AccountError, BadAmount, InsufficientFunds, pay_all, transfer


def test_deposit_and_withdraw():
    account = Account("mei", 100)
    assert account.deposit("0.50") == Decimal("100.50")
    assert account.withdraw(100) == Decimal("0.50")
    assert account.history == [("deposit", Decimal("0.50")), ("withdraw", Decimal(100))]


def test_limits():
    account = Account("mei", 10, overdraft=5)
    assert account.withdraw(15) == -5
    with pytest.raises(InsufficientFunds, match="mei lacks 1") as caught:
        account.withdraw(1)
    assert caught.value.missing == 1
    assert account.balance == -5


def test_bad_amounts():
    for amount in (0, -3):
        with pytest.raises(BadAmount, match="positive"):
            Account("mei").deposit(amount)
    assert issubclass(BadAmount, ValueError)


def test_a_transfer_happens_whole_or_not_at_all():
    mei, tom = Account("mei", 50), Account("tom")
    tom.close()
    with pytest.raises(AccountClosed):
        transfer(mei, tom, 20)
    assert (mei.balance, mei.history) == (50, [])


def test_closing():
    account = Account("mei", 5, overdraft=9)
    account.withdraw(8)
    with pytest.raises(InsufficientFunds) as caught:
        account.close()
    assert caught.value.missing == 3
    account.deposit(4)
    assert account.close() == 1
    with pytest.raises(AccountClosed):
        account.deposit(1)


def test_payments_go_on_after_errors():
    mei, tom = Account("mei", 30), Account("tom")
    paid, errors = pay_all(mei, [(tom, 20), (tom, 20), (tom, -1), (tom, 10)])
    assert (paid, mei.balance, tom.balance) == (2, 0, 30)
    assert [type(error) for error in errors] == [InsufficientFunds, BadAmount]
    assert all(isinstance(error, AccountError) for error in errors)
