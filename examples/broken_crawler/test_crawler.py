"""What the crawler should do. All of it fails until the three faults are repaired."""

from pathlib import Path

from crawler import Product, crawl, fetch, read_price

PAGES = Path(__file__).parent / "pages"


def test_pages_are_read_in_their_own_encoding() -> None:
    assert "青瓷茶壶" in fetch(PAGES / "index.html")


def test_commas_group_the_digits_of_a_price() -> None:
    assert read_price("¥1,299.00") == 1299.0
    assert read_price(" ¥88.50 ") == 88.5


def test_links_are_relative_to_their_own_page(tmp_path: Path) -> None:
    pages = {
        "a.html": ("one", "sub/b.html"),
        "sub/b.html": ("two", "c.html"),
        "sub/c.html": ("three", None),
    }
    (tmp_path / "sub").mkdir()
    for name, (product, following) in pages.items():
        link = f'<a rel="next" href="{following}">next</a>' if following else ""
        html = f'<span class="name">{product}</span><span class="price">¥1</span>{link}'
        (tmp_path / name).write_text(html, encoding="utf-8")
    assert [product.name for product in crawl(tmp_path / "a.html")] == ["one", "two", "three"]


def test_the_whole_shop() -> None:
    assert crawl(PAGES / "index.html") == [
        Product("青瓷茶壶", 1299.0),
        Product("竹茶盘", 88.5),
        Product("Travel mug", 45.0),
        Product("白瓷杯 (6)", 168.0),
        Product("Kettle", 2480.0),
    ]
