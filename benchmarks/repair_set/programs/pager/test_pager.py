from pager import collect, read_page


def page(items, next_href=None):
    rows = "".join(f'<li class="item">{item}</li>' for item in items)
    link = f'<a rel="next" href="{next_href}">More</a>' if next_href else ""
    return f"<ul>{rows}</ul>{link}"


class Site:
    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def fetch(self, url):
        self.asked.append(url)
        assert len(self.asked) < 20, "the crawl does not end"
        return self.pages[url]


def test_items_of_one_page():
    html = '<li class="item new"> <b>Tea</b> pot </li><li>no item</li><li class="item">Cup</li>'
    assert read_page(html) == (["Tea pot", "Cup"], None)


def test_pages_are_followed_to_the_last():
    site = Site(
        {
            "https://s.example/list/1": page(["a", "b"], "/archive/2"),
            "https://s.example/archive/2": page(["c"], "3"),
            "https://s.example/archive/3": page(["d"]),
        }
    )
    assert collect(site.fetch, "https://s.example/list/1") == ["a", "b", "c", "d"]
    assert len(site.asked) == 3


def test_a_circle_of_pages_ends():
    site = Site({"https://s.example/1": page(["a"], "2"), "https://s.example/2": page(["b"], "1")})
    assert collect(site.fetch, "https://s.example/1") == ["a", "b"]


def test_no_more_pages_than_allowed():
    site = Site({f"https://s.example/{n}": page([n], n + 1) for n in range(1, 10)})
    assert collect(site.fetch, "https://s.example/1", max_pages=3) == ["1", "2", "3"]
