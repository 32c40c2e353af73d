"""An answer on the terminal while it comes: its words on stdout, all else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from open_autoglm.cli.chat_words import ChatWords
from open_autoglm.tasks.converse import AnswerSoFar


class PrintedAnswer:
    """Passes an answer on while it prints it."""

    def __init__(self, answer: Iterator[AnswerSoFar], words: ChatWords) -> None:
        self._answer = answer
        self._words = words
        self._text = self._reasoning = 0
        self._progress = False

    def __iter__(self) -> Iterator[AnswerSoFar]:
        for so_far in self._answer:
            self._print(so_far)
            yield so_far
        self._clear()
        if self._text:
            click.echo()

    def close(self) -> None:
        """Stop the answer."""
        close = getattr(self._answer, "close", None)
        if close is not None:
            close()

    def _print(self, so_far: AnswerSoFar) -> None:
        if so_far.phase == "reading" and so_far.progress is not None and sys.stderr.isatty():
            done, total = so_far.progress.done, so_far.progress.total
            click.echo(f"\r{self._words.page.reading_progress.format(done, total)} ", err=True, nl=False)
            self._progress = True
        if len(so_far.reasoning) > self._reasoning:
            self._clear()
            click.secho(so_far.reasoning[self._reasoning :], err=True, nl=False, dim=True)
            self._reasoning = len(so_far.reasoning)
        if len(so_far.text) > self._text:
            self._clear()
            if not self._text and self._reasoning:
                click.echo("\n", err=True)
            click.echo(so_far.text[self._text :], nl=False)
            self._text = len(so_far.text)

    def _clear(self) -> None:
        """Take the line of progress away."""
        if self._progress:
            click.echo("\r\033[K", err=True, nl=False)
            self._progress = False
