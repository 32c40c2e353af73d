import pytest
from settings_loader import SettingError, Settings, load, load_or_default

TEXT = """
# the server
host = www.example
port=9000
debug = Yes

tags = news, , tech
host = db.example?a=b
"""


def test_settings():
    assert load(TEXT) == Settings("db.example?a=b", 9000, 30.0, True, ("news", "tech"))
    assert load("") == Settings()


def test_wrong_lines_are_named():
    with pytest.raises(SettingError, match="line 3: unknown name 'prot'") as caught:
        load("# x\n\nprot = 1")
    assert caught.value.line == 3
    with pytest.raises(SettingError, match="line 1"):
        load("host www.example")


def test_wrong_values_keep_their_cause():
    for line in ("port = many", "port = 70000", "debug = maybe", "timeout = x"):
        with pytest.raises(SettingError, match="line 1") as caught:
            load(line)
        assert type(caught.value.__cause__) is ValueError


def test_flags():
    assert [load(f"debug = {word}").debug for word in ("on", "OFF", "1", "no")] == [True, False, True, False]


def test_defaults_where_there_is_a_problem():
    assert load_or_default(lambda: "port = 81") == (Settings(port=81), None)
    assert load_or_default(lambda: "port = x")[0] == Settings()
    assert load_or_default(lambda: "port")[1] == "line 1: no '='"
    with pytest.raises(ZeroDivisionError):
        load_or_default(lambda: 1 / 0)
