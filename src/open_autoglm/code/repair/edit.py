"""Changes as values: lines that give way to others, a candidate made of them, and why it was made."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.errors import UsageError


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages of the reader."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``first_line`` to ``last_line`` (from 1, both included) of ``file`` give way to ``new``.

    ``last_line`` is one less than ``first_line`` where lines are only put in. ``old`` and ``new`` are whole
    lines without the last line's end.
    """

    file: str
    first_line: int
    last_line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that may be the repair. ``prior`` says how plausible it is before anything is run."""

    edits: tuple[Edit, ...]
    maker: str
    """Which part proposed it: ``lint``, ``import``, ``name``, ``template:…`` or ``model``."""
    reason: Words
    prior: float

    def applied(self, files: Mapping[str, str]) -> dict[str, str]:
        """The texts of the files it changes, changed. Raises PatchDoesNotApply."""
        changed: dict[str, str] = {}
        for file in dict.fromkeys(edit.file for edit in self.edits):
            if file not in files:
                raise PatchDoesNotApply(f"The change is for {file}, which is not there.", hint="Run it anew.")
            changed[file] = apply_edits(files[file], [edit for edit in self.edits if edit.file == file])
        return changed


class PatchDoesNotApply(UsageError):
    """The lines that a change replaces are not there any more."""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits done; each must find its old lines. Raises PatchDoesNotApply."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: edit.first_line, reverse=True):
        place = slice(edit.first_line - 1, edit.last_line)
        if "\n".join(lines[place]) != edit.old:
            raise PatchDoesNotApply(
                f"The change does not apply: line {edit.first_line} of {edit.file} is not what it was.",
                hint="The file has changed meanwhile; ask for a repair again.",
            )
        # Nothing in place of whole lines takes the lines away, it leaves no empty one.
        lines[place] = edit.new.split("\n") if edit.new or not edit.old else []
    return "\n".join(lines)


def edit_between(file: str, before: str, after: str) -> Edit:
    """The one edit of whole lines that makes ``after`` of ``before``."""
    old, new = before.split("\n"), after.split("\n")
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_part, new_part = old[start : len(old) - end], new[start : len(new) - end]
    if not old_part or not new_part or old_part == [""] or new_part == [""]:
        # Lines put in or taken away alone: keep the neighbour, so that an edit always has words of its own.
        keep = start - 1 if start else len(old) - end
        if start:
            start, old_part, new_part = keep, [old[keep], *old_part], [old[keep], *new_part]
        elif end:
            old_part, new_part = [*old_part, old[keep]], [*new_part, old[keep]]
    return Edit(file, start + 1, start + len(old_part), "\n".join(old_part), "\n".join(new_part))


def unified_diff(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What changed, as ``diff -u`` and ``git apply`` know it."""
    pieces: list[str] = []
    for file, text in after.items():
        old = before.get(file, "").splitlines(keepends=True)
        new = text.splitlines(keepends=True)
        pieces += [
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in difflib.unified_diff(old, new, f"a/{file}", f"b/{file}")
        ]
    return "".join(pieces)
