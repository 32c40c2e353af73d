"""Leave a module among the interpreter's packages, for later programs to import."""

import sysconfig
from pathlib import Path

import target

place = Path(sysconfig.get_path("purelib")) / "escape_attempt_left_behind.py"
place.write_text("")
place.unlink()
target.escaped()
