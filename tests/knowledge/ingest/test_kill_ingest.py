"""Kill -9 at random moments of ingest: nothing acknowledged is lost, and the base passes every check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
KILLS = 12


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the checkout has no benchmarks")
@pytest.mark.timeout(400)
def test_nothing_acknowledged_is_lost_whenever_ingest_is_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "retrieval_sections.kill_ingest", "--kills", str(KILLS), "--seed", "7"],
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )
    said = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stdout + done.stderr
    assert said["kill -9 during ingest"] == str(KILLS)
    assert int(said["files acknowledged by killed runs"].replace(",", "")) > 0
    assert (said["acknowledged files lost"], said["checks that were not ok"]) == ("0", "0")
