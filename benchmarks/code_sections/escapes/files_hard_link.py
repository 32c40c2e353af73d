"""Bring a file in by giving it a second name."""

import os
from pathlib import Path

import target

os.link(target.CANARY, "second_name")
target.escaped_if_token(Path("second_name").read_text())
