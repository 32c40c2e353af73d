"""How much likelier a change makes its lines to a language model that sees what stands around them.

Right code is more predictable than code that only passes: the difference of both likelihoods ranks repairs
(entropy delta, Yang et al. 2024, arXiv:2404.15236).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from open_autoglm.code.repair.edit import Edit
from open_autoglm.code.repair.writer import Writer

BEFORE_CHARACTERS = 5_000
AFTER_CHARACTERS = 2_500
MOST_CHARACTERS = 1_000
"""Of the lines that are judged; longer changes are not."""


def likelier(edits: Sequence[Edit], files: Mapping[str, str], writer: Writer) -> float | None:
    """The natural logarithm of how many times likelier the new lines are; None where that can't be told.

    ``files`` are the texts before the change.
    """
    gains = [_likelier(edit, files[edit.file], writer) for edit in edits]
    known = [gain for gain in gains if gain is not None]
    return sum(known) if len(known) == len(edits) else None


def _likelier(edit: Edit, text: str, writer: Writer) -> float | None:
    if not edit.old or not edit.new or len(edit.old) + len(edit.new) > MOST_CHARACTERS:
        return None
    lines = text.split("\n")
    before = "".join(f"{line}\n" for line in lines[: edit.first_line - 1])[-BEFORE_CHARACTERS:]
    after = "".join(f"\n{line}" for line in lines[edit.last_line :])[:AFTER_CHARACTERS]
    old, new = (writer.likelihood(before, after, part) for part in (edit.old, edit.new))
    return None if old is None or new is None else new - old
