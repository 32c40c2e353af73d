"""Become root, and read what only root may."""

import os
from pathlib import Path

import target

for become in (lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        become()
    except OSError as error:
        print(error)
if os.geteuid() == 0 and Path("/etc/shadow").read_text():
    target.escaped()
