"""The document benchmark counts tables as its definition says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from open_autoglm.documents.content import Rect

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TABLE = "<table><tr><td>a</td><td>b</td></tr></table>"
OTHER = "<table><tr><td>c</td></tr><tr><td>d</td></tr></table>"


@pytest.fixture
def table_score(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from document_sections import table_score

    return table_score


def test_a_box_counts_from_half_of_the_union(table_score: ModuleType) -> None:
    truth = [table_score.ReadTable(TABLE, Rect(0, 0, 100, 100))]
    for height, found in ((50.0, 1), (49.0, 0)):
        score = table_score.Score()
        score.add_by_box([table_score.ReadTable(TABLE, Rect(0, 0, 100, height))], truth)
        assert (score.right, score.missed, score.wrong) == (found, 1 - found, 1 - found)
        assert score.content == [float(found)]


def test_a_missed_table_counts_zero_and_a_surplus_one_lowers_precision(table_score: ModuleType) -> None:
    score = table_score.Score(pages=1)
    boxes = [Rect(0, 0, 10, 10), Rect(0, 20, 10, 30), Rect(0, 40, 10, 50)]
    truth = [table_score.ReadTable(TABLE, boxes[0]), table_score.ReadTable(TABLE, boxes[1])]
    score.add_by_box([table_score.ReadTable(TABLE, boxes[0]), table_score.ReadTable(TABLE, boxes[2])], truth)
    figures = dict(zip(table_score.COLUMNS, score.cells(), strict=True))
    assert figures["precision"] == figures["recall"] == figures["TEDS"] == "0.500"


def test_without_boxes_each_table_is_compared_with_the_most_similar_one(table_score: ModuleType) -> None:
    score = table_score.Score()
    score.add_by_content([OTHER, TABLE], [TABLE])
    assert (score.right, score.missed, score.wrong) == (1, 0, 1)
    assert score.content == [1.0]


def test_the_help_explains_every_section() -> None:
    command = [sys.executable, "-X", "utf8", str(BENCHMARKS / "documents.py"), "--help"]
    shown = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=60).stdout
    for section in ("born_digital", "scanned", "tables", "formulas", "memory"):
        assert f"  {section} " in shown
