"""TEDS reproduces published values and behaves as a similarity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from open_autoglm.evaluation.teds import teds


def _table(*rows: str) -> str:
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


@pytest.mark.shared_data
def test_reproduces_the_reference_values(shared_data: Path) -> None:
    cases = json.loads((shared_data / "tables" / "teds_cases_dev.json").read_text(encoding="utf-8"))
    assert len(cases) == 8
    for name, case in cases.items():
        assert teds(case["prediction"], case["truth"]["html"]) == pytest.approx(case["teds"], abs=1e-6), name


def test_the_same_table_scores_one() -> None:
    table = _table("<td>a</td><td>b</td>", "<td>c</td><td>d</td>")
    assert teds(table, table) == 1.0


def test_one_wrong_character_costs_its_share_of_one_cell() -> None:
    truth, other = _table("<td>abcd</td><td>b</td>"), _table("<td>abcx</td><td>b</td>")
    assert teds(other, truth) == pytest.approx(1 - 0.25 / 3)
    assert teds(other, truth, structure_only=True) == 1.0


def test_a_missing_row_costs_its_nodes() -> None:
    truth = _table("<td>a</td><td>b</td>", "<td>c</td><td>d</td>")
    assert teds(_table("<td>a</td><td>b</td>"), truth) == pytest.approx(1 - 3 / 6)


def test_a_wrong_span_costs_a_whole_cell() -> None:
    truth, other = (
        _table('<td colspan="2">a</td>', "<td>b</td><td>c</td>"),
        _table("<td>a</td>", "<td>b</td><td>c</td>"),
    )
    assert teds(other, truth) == pytest.approx(1 - 1 / 5)


def test_header_cells_count_as_cells() -> None:
    assert teds(_table("<th>a</th>"), _table("<td>a</td>")) == 1.0


@pytest.mark.parametrize("text", ["", "<p>no table</p>"])
def test_no_table_scores_zero(text: str) -> None:
    assert teds(text, _table("<td>a</td>")) == 0.0
