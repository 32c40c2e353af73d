from decimal import Decimal

from product_cards import Product, cheapest, read_price, read_products

PAGE = """
<span class="name">Our shop</span>
<div class="card wide"><span class="name">Tea <b>pot</b></span><span class="price">¥1,299.50</span>
  <span class="stock">5 left</span></div>
<div class="card"><span class="price">¥10</span></div>
<div class="card"><span class="name">茶杯</span><span class="price">￥ 88</span>
  <span class="stock">已售罄</span></div>
<div class="card"><span class="name">Spoon</span><span class="price">on request</span></div>
"""


def test_products_of_a_page():
    assert read_products(PAGE) == [
        Product("Tea pot", Decimal("1299.50"), True),
        Product("茶杯", Decimal(88), False),
        Product("Spoon", None, True),
    ]


def test_prices():
    assert read_price("¥1,234,567.89 incl. 13% tax") == Decimal("1234567.89")
    assert read_price("from 20.00") == Decimal(20)
    assert read_price("ask us") is None


def test_cheapest_product_that_can_be_bought():
    products = [
        Product("a", Decimal(9), True),
        Product("b", Decimal(2), False),
        Product("c", None, True),
        Product("d", Decimal(5), True),
    ]
    assert cheapest(products).name == "d"
    assert cheapest([]) is None
