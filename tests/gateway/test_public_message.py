"""An error tells a caller what is wrong, and nothing of where things are on this machine."""

from __future__ import annotations

import pytest

from open_autoglm.errors import EngineUnavailable
from open_autoglm.gateway.public_message import public_message


@pytest.mark.parametrize(
    ("said", "told"),
    [
        # files on POSIX
        ("Model file /home/me/models/a.gguf can't be read.", "Model file [path] can't be read."),
        ("Key file /x.sqlite: no.", "Key file [path]: no."),
        ("'/home/me/My Documents/a b.gguf': damaged", "'[path]': damaged"),
        ("See /home/me/My Documents/x.gguf now", "See [path] now"),
        ("PosixPath('/x/y') (/tmp/x) path=/tmp/x, next", "PosixPath('[path]') ([path]) path=[path], next"),
        ("from /a/b to /c/d.", "from [path] to [path]."),
        ("[Errno 2] No such file or directory: '/x/y'", "[Errno 2] No such file or directory: '[path]'"),
        ("~/models/a.gguf and ~me/a.gguf", "[path] and [path]"),
        ("模型文件/home/me/a.gguf 损坏", "模型文件[path] 损坏"),
        ("模型文件C:\\home\\a.gguf 损坏", "模型文件[path] 损坏"),
        ("模型文件~/home/a.gguf 损坏", "模型文件[path] 损坏"),
        ("file:///etc/passwd and 'file:/etc/passwd'", "[path] and '[path]'"),
        # files on Windows
        ("C:\\Users\\me\\a.gguf is gone", "[path] is gone"),
        ("Setting 'C:\\\\Users\\\\me\\\\a b.gguf' is wrong", "Setting '[path]' is wrong"),
        ("D:/x/y.gguf is gone", "[path] is gone"),
        ("\\\\server\\share\\a.gguf is gone", "[path] is gone"),
        ("\\\\?\\C:\\x\\y is gone", "[path] is gone"),
        ("//server/share/x is gone", "[path] is gone"),
        # addresses
        ("Worker at http://127.0.0.1:41234/v1/chat died.", "Worker at [address] died."),
        ("http://localhost:41234 and http://[::1]:41234/x", "[address] and [address]"),
        ("127.0.0.1:41234 refused, so did localhost:41234 and [::1]:41234", None),
        ("http://10.0.0.5:8000/v1 is down, http://gpu-box:8000/v1 too", None),
        ("ws://127.0.0.1:1/x", "[address]"),
        # tracebacks
        ('Died. Traceback (most recent call last):\n  File "/x.py", line 1', "Died."),
    ],
)
def test_paths_and_addresses_become_plain_words(said: str, told: str | None) -> None:
    message = public_message(EngineUnavailable(said))
    if told is not None:
        assert message == told
    for secret in ("home", "me/", "41234", "10.0.0.5", "gpu-box", "Users", "server", "x.py"):
        assert secret not in message


@pytest.mark.parametrize(
    "said",
    [
        "POST /v1/chat/completions or GET /health; see /api/tags and /v1/tasks/document_parse.",
        "Use 1/2 and/or 5 tokens/s, image/png, n/a.",
        "The image at https://example.com/a/b.png is too large.",
        "Leave local_api_host at 127.0.0.1 or localhost.",
        "Send data:image/png;base64,iVBOR/abc+d==.",
        "At 12:30, ratio 3:1; model 'org/name:latest' of a:b.",
        "Slashes alone: / and //.",
        "没有这个模型:和/或",
    ],
)
def test_whatever_is_not_of_this_machine_stays(said: str) -> None:
    assert public_message(EngineUnavailable(said)) == said


def test_the_remedy_is_cleaned_too() -> None:
    error = EngineUnavailable("It died.", hint="See /var/log/x.")
    assert public_message(error) == "It died. See [path]."


def test_a_message_without_end_is_cut_and_cleaned_in_no_time() -> None:
    assert len(public_message(EngineUnavailable("/a b" * 100_000))) < 3000
    assert len(public_message(EngineUnavailable("/a" + " " * 100_000))) < 3000
