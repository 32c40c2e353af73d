import pytest
from settings_loader import SettingError, Settings, load, load_or_default


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("host=a", Settings(host="a")),
        ("  host  =  a b  ", Settings(host="a b")),
        ("host =", Settings(host="")),
        ("host = a=b=c", Settings(host="a=b=c")),
        ("host = a # b", Settings(host="a # b")),
        ("port = 1", Settings(port=1)),
        ("port = 65535", Settings(port=65535)),
        ("timeout = 2", Settings(timeout=2.0)),
        ("timeout = 1e-3", Settings(timeout=0.001)),
        ("tags = a", Settings(tags=("a",))),
        ("tags = ", Settings(tags=())),
        ("tags = a,b ,c,", Settings(tags=("a", "b", "c"))),
    ],
)
def test_lines(line, expected):
    found = load(line)
    assert found == expected
    assert [type(value) for value in vars(found).values()] == [str, int, float, bool, tuple]


@pytest.mark.parametrize("word", ["true", "Yes", "ON", "1"])
def test_yes(word):
    assert load(f"debug={word}").debug is True


@pytest.mark.parametrize("word", ["false", "NO", "Off", "0"])
def test_no(word):
    assert load(f"debug={word}").debug is False


@pytest.mark.parametrize(
    "line",
    [
        "port = 0",
        "port = 65536",
        "port = -1",
        "port = 1.5",
        "port =",
        "debug = 2",
        "debug =",
        "timeout = soon",
    ],
)
def test_wrong_values(line):
    with pytest.raises(SettingError) as caught:
        load("host = a\n\n" + line)
    assert caught.value.line == 3
    assert isinstance(caught.value.__cause__, ValueError)
    assert str(caught.value) == f"line 3: {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [("nothing", "no '='"), ("Host = a", "unknown name 'Host'"), ("= a", "unknown name ''")],
)
def test_wrong_lines(line, reason):
    with pytest.raises(SettingError) as caught:
        load(line)
    assert str(caught.value) == f"line 1: {reason}"


def test_comments_and_order():
    assert load("# host = a\n   # port = 1\nport = 2\nport = 3\n") == Settings(port=3)


def test_problems():
    def missing():
        raise FileNotFoundError("no settings.txt")

    def forbidden():
        raise PermissionError("not yours")

    assert load_or_default(missing) == (Settings(), "no settings.txt")
    assert load_or_default(lambda: "x = 1") == (Settings(), "line 1: unknown name 'x'")
    assert load_or_default(lambda: "debug = on") == (Settings(debug=True), None)
    with pytest.raises(PermissionError):
        load_or_default(forbidden)


def test_error_is_a_value_error():
    assert issubclass(SettingError, ValueError)
