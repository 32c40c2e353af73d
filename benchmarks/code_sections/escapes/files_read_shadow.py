"""Read the machine's passwords."""

from pathlib import Path

import target

if ":" in Path("/etc/shadow").read_text():
    target.escaped()
