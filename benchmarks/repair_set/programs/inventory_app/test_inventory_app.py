import pytest
from inventory_app import Desk
from orders import Order, reserve_one, send
from stock import OutOfStock, Stock


def test_orders_go_out_while_there_is_enough():
    desk = Desk({"cup": 5, "pot": 1})
    assert desk.order({"cup": 2, "pot": 1}).status == "sent"
    assert desk.report() == "cup: 3"


def test_an_order_is_filled_whole_or_not_at_all():
    desk = Desk({"cup": 5, "pot": 1})
    order = desk.order({"cup": 2, "pot": 3})
    assert (order.status, order.missing) == ("waiting", {"pot": 2})
    assert desk.report() == "cup: 5\npot: 1\nwaiting: 1"


def test_deliveries_fill_the_oldest_orders_first():
    desk = Desk()
    for count in (3, 9, 1):
        desk.order({"cup": count})
    assert desk.deliver({"cup": 5}) == [1, 3]
    assert desk.report() == "cup: 1\nwaiting: 2"


def test_stock_never_falls_below_zero():
    stock = Stock({"cup": 1})
    with pytest.raises(OutOfStock) as caught:
        stock.remove("cup", 2)
    assert (caught.value.wanted, caught.value.available) == (2, 1)
    assert reserve_one(stock, "cup")
    assert not reserve_one(stock, "cup")
    assert stock.articles() == []


def test_wrong_use():
    with pytest.raises(ValueError, match="positive"):
        Stock().add("cup", 0)
    order = Order(4, {})
    assert send(order, Stock())
    with pytest.raises(ValueError, match="order 4"):
        send(order, Stock())
