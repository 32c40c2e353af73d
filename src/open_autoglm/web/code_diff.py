"""A unified diff as HTML: what was taken away, what came, and around it what stayed."""

from __future__ import annotations

import re
from html import escape

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def diff_html(diff: str) -> str:
    """Rows of a table. Signs say what the colours say; numbers are those of each side's lines."""
    rows: list[str] = []
    old = new = old_end = new_end = 0
    for line in diff.splitlines():
        if old < old_end or new < new_end:  # inside of a piece, a line may begin like a header
            kind = line[:1]
            if kind == "-":
                rows.append(_row("taken", str(old), "", "−", line[1:]))
            elif kind == "+":
                rows.append(_row("put", "", str(new), "+", line[1:]))
            elif kind != "\\":
                rows.append(_row("", str(old), str(new), "", line[1:]))
            old += kind not in ("+", "\\")
            new += kind not in ("-", "\\")
        elif line.startswith("+++ "):
            rows.append(f'<tr class="file"><th colspan="4" scope="colgroup">{escape(_name(line))}</th></tr>')
        elif found := _HUNK.match(line):
            old, new = int(found[1]), int(found[3])
            old_end, new_end = old + int(found[2] or 1), new + int(found[4] or 1)
            if rows and not rows[-1].startswith('<tr class="file"'):
                rows.append('<tr class="gap"><td colspan="4">⋯</td></tr>')
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _name(line: str) -> str:
    return line.removeprefix("+++ ").removeprefix("b/").split("\t")[0]


def _row(kind: str, old: str, new: str, sign: str, text: str) -> str:
    tag = {"taken": "del", "put": "ins"}.get(kind, "span")
    shown = escape(text) or "&nbsp;"
    return (
        f'<tr class="{kind}"><td class="number">{old}</td><td class="number">{new}</td>'
        f'<td class="sign">{sign}</td><td><{tag}>{shown}</{tag}></td></tr>'
    )
