from __future__ import annotations

from open_autoglm.video.area import Area, edges_cross, segments_cross, side_of, signed_area
from open_autoglm.video.geometry import Point

L_SHAPE = tuple(Point(*corner) for corner in ((0, 0), (60, 0), (60, 20), (20, 20), (20, 60), (0, 60)))


def test_inside_a_shape_with_a_notch() -> None:
    area = Area("l", L_SHAPE, 100, 100)
    assert area.contains(Point(50, 10))
    assert area.contains(Point(10, 50))
    assert not area.contains(Point(40, 40))
    assert area.share == 0.2


def test_right_is_where_the_right_hand_is_in_the_picture() -> None:
    up, right_of_it = (Point(50, 100), Point(50, 0)), Point(80, 50)
    assert side_of(*up, right_of_it) > 0
    assert side_of(*up, Point(20, 50)) < 0


def test_edges_that_cross() -> None:
    assert edges_cross([Point(0, 0), Point(10, 10), Point(10, 0), Point(0, 10)])
    assert not edges_cross(L_SHAPE)
    assert not edges_cross([*L_SHAPE, L_SHAPE[0]])
    assert segments_cross(Point(0, 0), Point(10, 10), Point(0, 10), Point(10, 0))
    assert not segments_cross(Point(0, 0), Point(1, 1), Point(5, 0), Point(0, 5))
    assert abs(signed_area(L_SHAPE)) == 2000
