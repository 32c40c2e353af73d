"""The crawler of the documentation has three faults, and no more than three."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from repair_set.trial import run_tests_in  # noqa: E402

CRAWLER = ROOT / "examples" / "broken_crawler"
REPAIRS = {
    'return body.decode("utf-8")': "return body.decode(encoding)",
    'float(text.strip().lstrip("¥"))': 'float(text.strip().lstrip("¥").replace(",", ""))',
    "start.parent / following": "page.parent / following",
}


@pytest.fixture
def crawler(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CRAWLER, tmp_path / "crawler", ignore=shutil.ignore_patterns("__pycache__")))


def test_every_test_of_it_fails(crawler: Path) -> None:
    assert "4 failed" in run_tests_in(crawler, ["test_crawler.py"]).output


def test_three_lines_repair_it(crawler: Path) -> None:
    program = crawler / "crawler.py"
    text = program.read_text(encoding="utf-8")
    for broken, right in REPAIRS.items():
        assert text.count(broken) == 1
        text = text.replace(broken, right)
    program.write_text(text, encoding="utf-8")
    assert run_tests_in(crawler, ["test_crawler.py"]).passed
