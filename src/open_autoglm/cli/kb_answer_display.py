"""An answer from a knowledge base in a terminal: sentences as they are checked, then where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import click

from open_autoglm.cli.render import print_note
from open_autoglm.tasks.answer_question import AnswerEvent, Searched
from open_autoglm.tasks.answer_result import AnsweredQuestion, AnswerSentence, Source
from open_autoglm.tasks.answer_words import WORDS
from open_autoglm.text_language import Language

BEGINNING_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class _Words:
    page: str
    searched: str
    found: str
    nearest: str
    removed: str


_WORDS: Mapping[Language, _Words] = {
    "en": _Words(
        page="page {}",
        searched="Searched for: {}",
        found="Passages found: {}. The answer is written and checked …",
        nearest="The nearest passages:",
        removed="Left out: {} — {}",
    ),
    "zh": _Words(
        page="第 {} 页",
        searched="查找的问题：{}",
        found="找到 {} 个段落，正在撰写并核对回答……",
        nearest="最接近的段落：",
        removed="已略去：{}（{}）",
    ),
}


class AnswerDisplay:
    """Told of each step of one answer: words on stdout, all else on stderr."""

    def __init__(self, language: Language) -> None:
        self._words = _WORDS[language]
        self._begun = False

    def __call__(self, event: AnswerEvent) -> None:
        if isinstance(event, Searched):
            if event.question.worded_by != "question":
                print_note(self._words.searched.format(event.question.text))
            if event.sources:
                print_note(self._words.found.format(len(event.sources)))
        elif isinstance(event, AnswerSentence):
            click.echo(f"{' ' if self._begun else ''}{event.cited}", nl=False)
            self._begun = True

    def end(self, result: AnsweredQuestion) -> None:
        """What follows the sentences: where they stand, and on stderr what was left out."""
        click.echo("" if self._begun else result.answer)
        for line in _after(result, self._words):
            click.echo(line)
        for removed in result.removed:
            print_note(self._words.removed.format(removed.text, removed.reason))
        for note in result.notes:
            if note != WORDS[result.language].quoted:  # told beside the sentences
                print_note(note)


def answer_text(result: AnsweredQuestion) -> str:
    """The answer as a text file."""
    words = _WORDS[result.language]
    return "\n".join([result.answer, *_after(result, words)]) + "\n"


def _after(result: AnsweredQuestion, words: _Words) -> Iterator[str]:
    if result.outcome == "quoted" and result.model is not None:
        yield WORDS[result.language].quoted
    cited = {one.number: one for sentence in result.sentences for one in sentence.citations}
    if result.outcome == "not_found" and result.sources:
        yield ""
        yield words.nearest
        for source in result.sources:
            yield _place(source, source.page, words)
            yield f"    {_beginning(source.text)}"
    elif cited:
        yield ""
        for source in result.sources:
            if source.number in cited:
                yield _place(source, cited[source.number].page, words)


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING_CHARACTERS else f"{line[:BEGINNING_CHARACTERS]}…"


def _place(source: Source, page: int, words: _Words) -> str:
    headings = f" — {' > '.join(source.headings)}" if source.headings else ""
    return f"[{source.number}] {source.file}, {words.page.format(page)}{headings}"
