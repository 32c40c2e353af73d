"""Changes as values: applied where their old lines stand, refused where they don't."""

from __future__ import annotations

import pytest

from open_autoglm.code.repair.edit import (
    Candidate,
    Edit,
    PatchDoesNotApply,
    Words,
    apply_edits,
    edit_between,
    unified_diff,
)

TEXT = "a = 1\nb = 2\nc = 3\n"


@pytest.mark.parametrize(
    "after",
    [
        "a = 1\nb = 20\nc = 3\n",
        "a = 1\nb = 2\nx = 9\nc = 3\n",
        "a = 1\nc = 3\n",
        "x = 0\na = 1\nb = 2\nc = 3\n",
        "a = 1\nb = 2\nc = 3\nd = 4\n",
        "a = 1\nb = 2\nc = 3",
        "b = 2\nc = 3\n",
    ],
)
def test_an_edit_between_two_texts_makes_one_of_the_other(after: str) -> None:
    assert apply_edits(TEXT, [edit_between("a.py", TEXT, after)]) == after


def test_two_edits_of_one_file_keep_their_lines() -> None:
    edits = [Edit("a.py", 1, 1, "a = 1", "a = 1\na2 = 1"), Edit("a.py", 3, 3, "c = 3", "c = 4")]
    assert apply_edits(TEXT, edits) == "a = 1\na2 = 1\nb = 2\nc = 4\n"


def test_what_is_not_there_any_more_is_refused() -> None:
    candidate = Candidate((Edit("a.py", 2, 2, "b = 7", "b = 8"),), "model", Words("w", "词"), 0.5)
    with pytest.raises(PatchDoesNotApply, match=r"line 2 of a\.py is not what it was"):
        candidate.applied({"a.py": TEXT})
    with pytest.raises(PatchDoesNotApply, match="not there"):
        candidate.applied({"b.py": TEXT})


def test_the_diff_is_one_that_tools_read() -> None:
    diff = unified_diff({"a.py": "x\ny"}, {"a.py": "x\nz"})
    assert diff == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n"
        "\\ No newline at end of file\n"
    )
