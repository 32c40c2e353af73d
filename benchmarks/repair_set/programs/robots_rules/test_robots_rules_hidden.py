import pytest
from robots_rules import Robots


def allowed(lines, path, agent="bot"):
    return Robots("\n".join(lines)).allowed(agent, path)


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        (["Disallow: /"], "/a", False),
        (["Disallow: /a"], "/b", True),
        (["Disallow: /a"], "/abc", False),
        (["Disallow: /a", "Allow: /a"], "/a", True),
        (["Allow: /a", "Disallow: /a"], "/a/b", True),
        (["Allow: /a/b", "Disallow: /a"], "/a/c", False),
        (["Disallow: /a/b/", "Allow: /a"], "/a/b/c", False),
        (["Disallow:"], "/x", True),
        (["Disallow: /x#y"], "/x", False),
        (["disallow : /x"], "/x", False),
        (["Disallow: /%E4%BD%A0"], "/%E4%BD%A0/1", False),
    ],
)
def test_rules(rules, path, expected):
    assert allowed(["User-agent: *", *rules], path) is expected


def test_named_group_before_the_star_whatever_the_order():
    lines = ["User-agent: *", "Disallow: /", "User-agent: good", "Allow: /"]
    assert allowed(lines, "/x", "GoodBot") is True
    assert allowed(lines[2:] + lines[:2], "/x", "GoodBot") is True
    assert allowed(lines, "/x", "other") is False


def test_first_group_that_fits():
    lines = ["User-agent: bot", "Disallow: /a", "User-agent: superbot", "Disallow: /b"]
    assert allowed(lines, "/a", "superbot") is False
    assert allowed(lines, "/b", "superbot") is True


def test_a_group_ends_where_the_next_begins():
    lines = ["User-agent: one", "Disallow: /1", "User-agent: two", "Disallow: /2"]
    assert [allowed(lines, path, "one") for path in ("/1", "/2")] == [False, True]
    assert [allowed(lines, path, "two") for path in ("/1", "/2")] == [True, False]


def test_several_agents_share_rules():
    lines = ["User-agent: a1", "User-agent: b2", "Disallow: /x"]
    assert allowed(lines, "/x", "a1") is False
    assert allowed(lines, "/x", "b2") is False
    assert allowed(lines, "/x", "c3") is True


def test_lines_without_meaning():
    assert (
        allowed(["Disallow: /", "nonsense", "", "User-agent: *", "garbage line", "Disallow: /z"], "/y")
        is True
    )


def test_unknown_lines_do_not_part_agents():
    lines = ["User-agent: a1", "Host: h.example", "User-agent: b2", "Disallow: /x"]
    assert allowed(lines, "/x", "a1") is False


@pytest.mark.parametrize(("value", "expected"), [("1", 1.0), ("0.5", 0.5), ("x", None), ("", None)])
def test_delays(value, expected):
    assert Robots(f"User-agent: *\nCrawl-delay: {value}").delay("any") == expected
