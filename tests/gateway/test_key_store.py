"""Keys: shown once, kept as digests, refused at once when revoked."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_autoglm.errors import DamagedInput, Forbidden, KeyRefused, NotFound, UsageError
from open_autoglm.gateway.keys import FILE_NAME, KeyStore


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    with KeyStore(tmp_path) as store:
        yield store


def test_a_key_is_long_random_and_good_for_a_header(keys: KeyStore) -> None:
    first, second = keys.add("a")[0], keys.add("b")[0]
    assert first.startswith("oag-")
    assert len(first) == len("oag-") + 43  # 32 bytes in base64 without padding
    assert first.isascii()
    assert first != second


def test_a_valid_key_is_known_again(keys: KeyStore) -> None:
    secret, key = keys.add("editor", requests_per_minute=60, concurrent=2, models=["small"])
    assert keys.check([secret], required=True) == key
    assert (key.name, key.requests_per_minute, key.concurrent, key.models) == ("editor", 60, 2, ("small",))


def test_only_the_digest_is_on_disk(keys: KeyStore, tmp_path: Path) -> None:
    secret, key = keys.add("editor")
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret.encode() not in content
    assert secret.removeprefix("oag-").encode() not in content
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in content
    assert key.id == hashlib.sha256(secret.encode()).hexdigest()[:12]


def test_a_digest_that_only_begins_alike_is_no_match(keys: KeyStore, tmp_path: Path) -> None:
    secret, key = keys.add("editor")
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("update keys set digest = ? || substr(digest, 13, 51) || 'x'", (key.id,))
    database.close()
    with pytest.raises(KeyRefused):
        keys.check([secret], required=True)


@pytest.mark.parametrize(
    "presented", ["", "oag-", "sk-dummy", "x" * 10_000, "oag-é", "\udc80", "' or 1=1 --"]
)
def test_what_is_no_key_is_refused_once_there_is_one(keys: KeyStore, presented: str) -> None:
    keys.add("editor")
    with pytest.raises(KeyRefused, match="not known"):
        keys.check([presented], required=False)


def test_without_any_key_anybody_is_let_in_unless_one_is_required(keys: KeyStore) -> None:
    assert keys.check([], required=False) is None
    assert keys.check(["sk-dummy"], required=False) is None
    with pytest.raises(KeyRefused, match="none was sent"):
        keys.check([], required=True)


def test_the_first_valid_key_among_several_counts(keys: KeyStore) -> None:
    secret, key = keys.add("editor")
    assert keys.check(["sk-dummy", secret], required=True) == key


def test_a_revoked_key_is_refused_even_where_anybody_is_let_in(keys: KeyStore) -> None:
    secret, _ = keys.add("editor")
    keys.revoke("editor")
    with pytest.raises(KeyRefused, match="'editor' was revoked"):
        keys.check([secret], required=False)
    assert keys.check([], required=False) is None
    assert (keys.list(), keys.count()) == ((), 0)


def test_a_key_is_revoked_by_its_id_too_and_its_name_is_free_again(keys: KeyStore) -> None:
    _, key = keys.add("editor")
    assert keys.revoke(key.id).name == "editor"
    keys.add("editor")
    assert keys.count() == 1


def test_an_id_goes_before_a_name(keys: KeyStore) -> None:
    _, first = keys.add("first")
    keys.add(first.id)
    assert keys.revoke(first.id).name == "first"


def test_another_process_revokes_at_once(keys: KeyStore, tmp_path: Path) -> None:
    secret, _ = keys.add("editor")
    assert keys.check([secret], required=True) is not None
    program = (
        "import sys; from pathlib import Path; from open_autoglm.gateway.keys import KeyStore\n"
        "KeyStore(Path(sys.argv[1])).revoke('editor')"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program, str(tmp_path)], check=True)
    with pytest.raises(KeyRefused):
        keys.check([secret], required=True)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\x00b"])
def test_a_name_that_can_not_be_shown_is_refused(keys: KeyStore, name: str) -> None:
    with pytest.raises(UsageError, match="can't be named"):
        keys.add(name)


def test_a_name_is_taken_once_and_a_limit_lets_something_through(keys: KeyStore) -> None:
    keys.add("editor")
    with pytest.raises(UsageError, match="already"):
        keys.add("editor")
    with pytest.raises(UsageError, match="0 concurrent requests"):
        keys.add("other", concurrent=0)


def test_revoking_what_is_not_there_names_it(keys: KeyStore) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        keys.revoke("nobody")


def test_the_last_use_is_noted_once_a_minute(keys: KeyStore) -> None:
    _, key = keys.add("editor")
    assert keys.use_is_due(key)
    keys.note_use(key)
    assert not keys.use_is_due(key)
    assert keys.list()[0].last_used is not None


def test_a_key_for_some_models_may_ask_for_no_other(keys: KeyStore) -> None:
    _, key = keys.add("editor", models=["autoglm-small"])
    key.require_model("autoglm-small")
    with pytest.raises(Forbidden, match=r"'autoglm-large'.*autoglm-small"):
        key.require_model("autoglm-large")
    keys.add("any")[1].require_model("autoglm-large")


def test_keys_are_still_there_after_a_restart(tmp_path: Path) -> None:
    with KeyStore(tmp_path) as store:
        secret, key = store.add("editor")
    with KeyStore(tmp_path) as store:
        assert store.check([secret], required=True) == key


def test_a_damaged_file_locks_the_gateway_and_is_left_as_it_is(tmp_path: Path) -> None:
    damaged = b"no database at all " * 100
    (tmp_path / FILE_NAME).write_bytes(damaged)
    with pytest.raises(DamagedInput):
        KeyStore(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == damaged
