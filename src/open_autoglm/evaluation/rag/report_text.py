"""The report on a knowledge base for people: Markdown and one HTML file, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from open_autoglm.evaluation.rag.report import Measure, QuestionScore, RagReport
from open_autoglm.evaluation.rag.report_words import WORDS
from open_autoglm.evaluation.rag.right_passage import Passage
from open_autoglm.evaluation.report_forms import (
    HTML_END,
    estimate_text,
    html_figures,
    html_head,
    html_start,
    markdown_table,
    markdown_text,
)
from open_autoglm.text_language import Language

SHOWN_CHARACTERS = 120
_PROBLEM_COLUMN = 3

_Words = Mapping[str, str]


def to_markdown(report: RagReport, language: Language = "en") -> str:
    words = WORDS[language]
    header, rows = summary_table(report, language)
    lines = [f"# {words['title']}", ""]
    lines += [markdown_text(line) for line in _about(report, words)]
    if not report.whole:
        lines += ["", f"**{words['partial']}**"]
    lines += ["", *markdown_table(header, rows), "", f"## {words['each']}", ""]
    lines += markdown_table(
        _question_header(report, words),
        [[markdown_text(cell) for cell in _question_row(report, score, words)] for score in report.scores],
    )
    return "\n".join(lines) + "\n"


def to_html(report: RagReport, language: Language = "en") -> str:
    """Stands alone and fetches nothing."""
    return "".join(_html(report, language))


def summary_table(report: RagReport, language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and one row a measure."""
    words = WORDS[language]
    header = [words["measure"], words["value"], words["of"]]
    return header, [_measure_row(measure, words) for measure in report.measures]


def _measure_row(measure: Measure, words: _Words) -> list[str]:
    name = words.get(measure.name, measure.name)
    return [name, estimate_text(measure.estimate), f"{measure.of:,}"]


def _about(report: RagReport, words: _Words) -> Iterator[str]:
    yield words["asked"].format(source=report.source, asked=report.asked, base=report.base)
    if report.scores:
        yield words["searched"].format(ms=1000 * report.search_seconds / len(report.scores))
    if report.model is not None and report.answer_seconds is not None:
        yield words["by"].format(model=report.model, seconds=report.answer_seconds)
    yield words["explained"]
    yield from report.notes


def _question_header(report: RagReport, words: _Words) -> list[str]:
    header = ["id", words["question"], words["place"], words["problem"], words["before"]]
    return header if report.model is None else [*header, words["answer"]]


def _question_row(report: RagReport, score: QuestionScore, words: _Words) -> list[str]:
    row = [
        str(score.question.id),
        score.question.question,
        _place(score, words),
        "; ".join(_problem(one, words) for one in report.problems(score)) or words["right"],
        " — ".join(_shown(passage, words) for passage in score.wrong),
    ]
    if report.model is not None:
        row.append("" if score.answered is None else _short(score.answered.given.text))
    return row


def _place(score: QuestionScore, words: _Words) -> str:
    if not score.answerable:
        return words["unanswerable"]
    return words["nowhere"] if score.place is None else str(score.place)


def _problem(problem: str, words: _Words) -> str:
    # Some problems are named like the figure that counts them.
    return words.get(f"{problem}_problem") or words[problem]


def _shown(passage: Passage, words: _Words) -> str:
    return f"{passage.file}, {words['page'].format(passage.pages[0])}: {_short(passage.text)}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[: SHOWN_CHARACTERS - 1]}…"


def _html(report: RagReport, language: Language) -> Iterator[str]:
    words = WORDS[language]
    yield html_start(words["title"], language)
    yield from (f"<p>{escape(line)}</p>\n" for line in _about(report, words))
    if not report.whole:
        yield f"<p><strong>{escape(words['partial'])}</strong></p>\n"
    header, rows = summary_table(report, language)
    yield html_head(header)
    yield from (html_figures(row) for row in rows)
    yield f"</table>\n<h2>{words['each']}</h2>\n"
    yield html_head(_question_header(report, words))
    for score in report.scores:
        yield f"<tr>{''.join(_html_cells(report, score, words))}</tr>\n"
    yield HTML_END


def _html_cells(report: RagReport, score: QuestionScore, words: _Words) -> Iterator[str]:
    verdict = "wrong" if report.problems(score) else "right"
    for column, cell in enumerate(_question_row(report, score, words)):
        kind = f' class="{verdict}"' if column == _PROBLEM_COLUMN else ""
        yield f"<td{kind}>{escape(cell)}</td>"
