"""Lines of a block as running text."""

from __future__ import annotations

import pytest

from open_autoglm.documents.layout.text import Vocabulary, join_lines


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (("水位升高", "洪峰来临"), "水位升高洪峰来临"),
        (("水位升高，", "gate 2"), "水位升高，gate 2"),
        (("水位升高", "gate 2"), "水位升高 gate 2"),
        (("stored on card 4.", "请提交报价"), "stored on card 4. 请提交报价"),
        (("最高水位", "6.83米"), "最高水位6.83米"),
    ],
)
def test_lines_of_two_scripts_are_parted_by_a_space(lines: tuple[str, ...], joined: str) -> None:
    assert join_lines(lines, Vocabulary([])) == joined


def test_recognized_figures_are_never_glued_to_their_neighbors() -> None:
    assert join_lines(("巡查人：林晓岚", "08:40"), Vocabulary([]), recognized=True) == "巡查人：林晓岚 08:40"
