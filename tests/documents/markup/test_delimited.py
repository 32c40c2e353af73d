"""CSV and TSV: one table, whatever the separator and encoding."""

from __future__ import annotations

from pathlib import Path

import pytest
from markup_reading import opened, regions_of, rows, word_similarity


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    lines = [["name", "price"], ["a", f'"1{separator}5"'], ["b", '"two\nlines"']]
    path.write_text("\n".join(separator.join(line) for line in lines), encoding="utf-8")
    (region,) = regions_of(path)
    assert rows(region.table) == [["name", "price"], ["a", f"1{separator}5"], ["b", "two\nlines"]]
    assert region.table is not None
    assert [cell.header for cell in region.table.cells] == [True, True, False, False, False, False]


def test_tab_separated_values_with_commas_in_them(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("a,b\tc\nd,e\tf\n", encoding="utf-8")
    assert rows(regions_of(path)[0].table) == [["a,b", "c"], ["d,e", "f"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,城市\n张三,北京\n李四,上海\n".encode(encoding))
    assert rows(regions_of(path)[0].table) == [["姓名", "城市"], ["张三", "北京"], ["李四", "上海"]]
    assert bool(opened(path).warnings) is (encoding == "gb18030")


def test_rows_of_different_length_and_empty_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n\n1\n1,2,3,4\n", encoding="utf-8")
    assert rows(regions_of(path)[0].table) == [["a", "b", "c", ""], ["1", "", "", ""], ["1", "2", "3", "4"]]


@pytest.mark.shared_data
def test_a_real_file_against_its_reference(shared_data: Path) -> None:
    assert word_similarity(shared_data / "documents" / "csv-comma-in-cell.csv") == 1.0
