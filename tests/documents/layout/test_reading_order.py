"""The file's own order wins unless columns are provably torn apart."""

from __future__ import annotations

from open_autoglm.documents.content import Rect
from open_autoglm.documents.layout.reading_order import reading_order


def rows(x: float, top: float, count: int, width: float = 200) -> list[Rect]:
    return [Rect(x, top + 12 * index, x + width, top + 12 * index + 10) for index in range(count)]


def order(boxes: list[Rect], *, right_to_left: bool = False) -> list[Rect]:
    indices = reading_order(boxes, [10.0] * len(boxes), right_to_left=right_to_left)
    assert sorted(indices) == list(range(len(boxes)))
    return [boxes[index] for index in indices]


def interleaved(one: list[Rect], other: list[Rect]) -> list[Rect]:
    return [box for pair in zip(one, other, strict=True) for box in pair]


def test_columns_stored_one_after_the_other_are_left_alone() -> None:
    boxes = [*rows(0, 0, 8), *rows(220, 0, 8)]
    assert order(boxes) == boxes


def test_columns_stored_line_by_line_are_put_together() -> None:
    left, right = rows(0, 0, 8), rows(220, 3, 8)
    assert order(interleaved(left, right)) == [*left, *right]


def test_a_title_over_two_columns_comes_first() -> None:
    title = Rect(40, 0, 380, 20)
    left, right = rows(0, 40, 8), rows(220, 43, 8)
    assert order([*interleaved(left, right), title]) == [title, *left, *right]


def test_columns_of_a_right_to_left_page_start_at_the_right() -> None:
    left, right = rows(0, 0, 8), rows(220, 3, 8)
    assert order(interleaved(left, right), right_to_left=True) == [*right, *left]


def test_a_page_stored_upside_down_is_turned_around() -> None:
    boxes = rows(0, 0, 10)
    assert order(boxes[::-1]) == boxes


def test_names_and_values_side_by_side_stay_in_rows() -> None:
    boxes = interleaved(rows(0, 0, 5, width=60), rows(80, 0, 5, width=120))
    assert order(boxes) == boxes


def test_no_boxes() -> None:
    assert order([]) == []
