"""What reports of evaluations have in common: tables in Markdown, and a page that stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from open_autoglm.evaluation.code_statistics import Estimate
from open_autoglm.text_language import Language

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #8886; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.right { color: #188038; } td.wrong { color: #c5221f; }
code { font-size: 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
"""

HTML_END = "</table>\n</body>\n</html>\n"


def estimate_text(estimate: Estimate) -> str:
    """The figure with its interval of 95 %."""
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Its lines; cells are Markdown."""
    rule = "|".join(["---"] * len(header))
    return [f"| {' | '.join(header)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]


def markdown_text(text: str) -> str:
    """One line, and nothing that Markdown would take for more than text."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|":
        plain = plain.replace(mark, f"\\{mark}")
    return plain


def html_start(title: str, language: Language) -> str:
    """Up to the title in the body; what follows may fetch nothing."""
    return (
        f'<!doctype html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n"
    )


def html_head(header: Sequence[str]) -> str:
    """The beginning of a table."""
    return f"<table>\n<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in header)}</tr>\n"


def html_figures(row: Sequence[str]) -> str:
    """A row whose first cell is a name."""
    first, *rest = row
    numbers = "".join(f'<td class="number">{escape(cell)}</td>' for cell in rest)
    return f"<tr><td>{escape(first)}</td>{numbers}</tr>\n"
