"""What a rule of the linter is about, in its authors' own words."""

from __future__ import annotations

import json
import re
import subprocess
from functools import lru_cache

from ruff import find_ruff_bin  # type: ignore[import-untyped,unused-ignore]

SECONDS = 10.0
_RULE = re.compile(r"[A-Z]+[0-9]+")


@lru_cache(maxsize=200)
def rule_explanation(code: str) -> str:
    """In English and Markdown; empty for what is no rule, or where the linter can't be started."""
    if not _RULE.fullmatch(code):
        return ""
    command = [find_ruff_bin(), "rule", code, "--output-format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        about = json.loads(done.stdout or b"{}")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return str(about.get("explanation") or "").strip()
