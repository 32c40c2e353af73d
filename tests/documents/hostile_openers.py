"""Readers that misbehave on purpose; given to the worker processes by name instead of the real one."""

from __future__ import annotations

import ctypes
import os
import re
import sys
import time
from pathlib import Path

from open_autoglm.documents.model import Page
from open_autoglm.documents.workers.messages import OpenFile
from open_autoglm.errors import EncryptedInput


class HostileFile:
    """Pages 1 to ``page_count``; the file's text says what each odd page does, for example ``2:hang``."""

    title = None
    author = None
    warnings = ()

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split()
        self.page_count = int(lines[0])
        self._deeds = dict(line.split(":") for line in lines[1:])

    def read_page(self, number: int, threads: int) -> Page:
        deed = self._deeds.get(str(number), self._deeds.get("all"))
        if deed is not None:
            DEEDS[deed]()
        return Page(number=number, width=100, height=100)

    def draw_page(self, number: int, rotation: int, dpi: float) -> bytes:
        self.read_page(number, threads=1)
        return b"jpeg"


def open_hostile(request: OpenFile) -> HostileFile:
    file = HostileFile(request.file)
    if "open" in file._deeds:
        DEEDS[file._deeds["open"]]()
    return file


def _hang() -> None:
    time.sleep(1000)


def _hang_in_c() -> None:
    """Holds the interpreter lock: no Python thread of the worker runs any more."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def _crash() -> None:
    ctypes.string_at(0)


def _exit() -> None:
    os._exit(7)


def _eat_memory() -> None:
    blocks = []
    while True:
        blocks.append(bytearray(16 << 20))


def _fail() -> None:
    raise ZeroDivisionError("nothing to divide")


def _fail_deeply() -> None:
    sys.setrecursionlimit(500)
    _fail_deeply()


def _talk() -> None:
    print("a library that prints")
    os.write(1, b"\xff\xff\xff\xff and C code that does")


def _refuse() -> None:
    raise EncryptedInput("secret.pdf is encrypted.", hint="Give --password.")


def _slow() -> None:
    time.sleep(0.3)


DEEDS = {
    "hang": _hang,
    "hang_in_c": _hang_in_c,
    "crash": _crash,
    "exit": _exit,
    "eat_memory": _eat_memory,
    "fail": _fail,
    "fail_deeply": _fail_deeply,
    "talk": _talk,
    "refuse": _refuse,
    "slow": _slow,
}
