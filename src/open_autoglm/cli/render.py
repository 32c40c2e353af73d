"""What the terminal shows: tables on stdout; notes, errors and progress on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table

from open_autoglm.errors import OpenAutoGLMError

WIDTH_OF_NO_TERMINAL = 240
"""Where output goes to a file or a program, lines are not broken for a screen."""


def stdout() -> Console:
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_OF_NO_TERMINAL)


def stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table on stdout; cells are text, never markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        # Names stay whole: a name broken over two lines can't be copied.
        table.add_column(column, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(str(cell).replace("[", r"\[") for cell in row))
    stdout().print(table)


def print_note(text: str) -> None:
    """One line for the person at the terminal, on stderr."""
    click.echo(text, err=True)


def print_error(error: OpenAutoGLMError) -> None:
    """The error's sentence and its remedy, on stderr."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
