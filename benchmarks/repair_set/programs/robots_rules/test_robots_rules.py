from robots_rules import Robots

TEXT = """
# our robots
Disallow: /ignored
User-Agent: *
Disallow: /private   # not for you
Allow: /private/open
Crawl-Delay: 2.5

User-agent: newsbot
User-agent: OtherBot
Disallow:
Sitemap: https://s.example/map.xml

user-agent: badbot
disallow: /
"""


def test_longest_rule_counts():
    robots = Robots(TEXT)
    assert robots.allowed("crawler", "/ignored")
    assert not robots.allowed("crawler", "/private/x")
    assert robots.allowed("crawler", "/private/open/y")


def test_agents_have_groups_of_their_own():
    robots = Robots(TEXT)
    assert robots.allowed("NewsBot/2.0", "/private")
    assert robots.allowed("otherbot", "/private")
    assert not robots.allowed("BadBot", "/anything")


def test_delay():
    robots = Robots(TEXT)
    assert robots.delay("crawler") == 2.5
    assert robots.delay("newsbot") is None


def test_delay_that_is_no_number_is_ignored():
    assert Robots("User-agent: *\nCrawl-delay: soon").delay("x") is None


def test_empty_file_allows_everything():
    assert Robots("").allowed("x", "/")
