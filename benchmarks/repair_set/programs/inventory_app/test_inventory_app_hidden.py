import pytest
from inventory_app import Desk
from orders import Order, reserve_one, send
from stock import OutOfStock, Stock


def test_the_callers_counts_are_left_alone():
    counts = {"a": 2}
    stock = Stock(counts)
    stock.remove("a", 1)
    stock.add("b", 3)
    assert counts == {"a": 2}
    assert (stock.count("a"), stock.count("b"), stock.count("c")) == (1, 3, 0)


def test_the_callers_lines_are_left_alone():
    lines = {"a": 1}
    order = Desk().order(lines)
    lines["b"] = 5
    assert order.lines == {"a": 1}


@pytest.mark.parametrize(("count", "left"), [(0, 3), (1, 2), (3, 0)])
def test_remove(count, left):
    stock = Stock({"a": 3})
    stock.remove("a", count)
    assert stock.count("a") == left


def test_failed_removal_takes_nothing():
    stock = Stock({"a": 3})
    with pytest.raises(OutOfStock) as caught:
        stock.remove("a", 4)
    assert stock.count("a") == 3
    error = caught.value
    assert (error.article, error.wanted, error.available, str(error)) == (
        "a",
        4,
        3,
        "a: 4 wanted, 3 available",
    )


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_can_not_be_added(count):
    with pytest.raises(ValueError, match="positive"):
        Stock().add("a", count)


def test_articles_are_sorted_and_there():
    assert Stock({"b": 1, "c": 0, "a": 2}).articles() == ["a", "b"]


def test_missing_is_told_anew_each_time():
    stock, order = Stock({"a": 1}), Order(1, {"a": 3, "b": 1})
    assert send(order, stock) is False
    assert order.missing == {"a": 2, "b": 1}
    stock.add("b", 1)
    assert send(order, stock) is False
    assert order.missing == {"a": 2}
    stock.add("a", 2)
    assert send(order, stock) is True
    assert (order.missing, order.status, stock.articles()) == ({}, "sent", [])


def test_numbers_and_report():
    desk = Desk({"x": 1})
    assert [desk.order({"y": 1}).number for _ in range(3)] == [1, 2, 3]
    assert desk.report() == "x: 1\nwaiting: 1, 2, 3"
    assert Desk().report() == ""


def test_delivery_of_several_articles():
    desk = Desk()
    desk.order({"a": 1, "b": 1})
    desk.order({"c": 1})
    assert desk.deliver({"a": 1}) == []
    assert desk.deliver({"b": 2, "c": 1}) == [1, 2]
    assert desk.report() == "b: 1"
    assert desk.deliver({"a": 1}) == []


def test_orders_do_not_share_what_is_missing():
    one, two = Order(1, {"a": 1}), Order(2, {})
    send(one, Stock())
    assert two.missing == {}


def test_reserve_one():
    stock = Stock({"a": 2})
    assert [reserve_one(stock, "a") for _ in range(3)] == [True, True, False]
    assert reserve_one(stock, "never") is False
