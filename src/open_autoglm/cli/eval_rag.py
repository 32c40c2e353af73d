"""``eval rag``: how well a knowledge base finds, cites and answers, on questions with known answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from open_autoglm.cli.asked_model import choose_asked_model
from open_autoglm.cli.eval_output import answer_file, check_report, hand_over
from open_autoglm.cli.eval_rag_run import AnswerModel, RagEvaluation, evaluate_base
from open_autoglm.cli.interrupt import interruptible
from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note
from open_autoglm.errors import InputError, UsageError
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.questions import read_scored_questions
from open_autoglm.evaluation.rag.report import as_json
from open_autoglm.evaluation.rag.report_text import summary_table, to_html, to_markdown
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.answer_question import MAX_QUESTION_CHARACTERS
from open_autoglm.text_language import Language

MAX_K = 100


def _hit_counts(_context: click.Context, _option: click.Parameter, value: str) -> tuple[int, ...]:
    """Of ``1,5,10``, ascending."""
    try:
        counts = sorted({int(part) for part in value.split(",")})
    except ValueError:
        counts = []
    if not counts or counts[0] < 1 or counts[-1] > MAX_K:
        raise click.BadParameter(f"{value!r} is no list of numbers from 1 to {MAX_K}, as in 1,5,10.")
    return tuple(counts)


@click.command("rag")
@click.option("--kb", "name", required=True, metavar="NAME", help="The knowledge base.")
@click.option(
    "--questions",
    "source",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Questions with what is known of their answers, one JSON object a line.",
)
@click.option("--answers", is_flag=True, help="Have a model answer every question, and score the answers.")
@click.option("--model", metavar="NAME", help="With --answers: model or tier that writes them.")
@click.option(
    "--k",
    "ks",
    callback=_hit_counts,
    default="1,5,10",
    show_default=True,
    metavar="N,N,…",
    help="Among how many first passages the right one counts as found.",
)
@click.option("--limit", type=click.IntRange(min=1), default=None, help="Only the first N questions.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Report of every question: .md, .json or .html. Answers are kept beside it.",
)
@click.option("--json", "as_json_text", is_flag=True, help="Print the report as JSON on stdout.")
@click.option("--resume", is_flag=True, help="Go on with the answers that are kept beside --output.")
@owner_option
@settings_options
def rag_command(
    settings: LoadedSettings,
    *,
    name: str,
    source: Path,
    answers: bool,
    model: str | None,
    ks: tuple[int, ...],
    limit: int | None,
    output: Path | None,
    as_json_text: bool,
    resume: bool,
    key: str | None,
) -> int:
    """Score a knowledge base: is the right passage found, cited, and what is not there told?

    Without --answers only the search is measured: hit@k, MRR, and how often it tells that the base holds
    no answer. With --answers a model answers each question as `kb ask` does, and citation precision, known
    answers and refusals are measured too. All with intervals of 95 %.

    \b
    A line of the questions says where the answer stands, or that there is none:
      {"question": "年假有几天？", "file": "handbook.pdf", "page": 3, "answer": "10天"}
      {"question": "Who won the cup?", "answerable": false}
    Other fields: id, files, section, text (words that the right passage holds).
    \b
    Examples:
      open-autoglm-cli eval rag --kb company --questions questions.jsonl
      open-autoglm-cli eval rag --kb company --questions questions.jsonl --answers --output report.html
      open-autoglm-cli eval rag --kb company --questions questions.jsonl --k 1,3 --limit 50 --json
      open-autoglm-cli eval rag --kb company --questions questions.jsonl --answers --output report.html \\
          --resume
    \b
    Ctrl-C writes the report of what is done; --resume then goes on from there.
    Exit codes: 0 every question was scored; 1 the model failed on the way, what is done was written;
    2 wrong usage, no such base, or a question that can't be used; 4 a model is missing; 130 Ctrl-C.
    """
    check_report(output)
    if not answers and (model is not None or resume):
        flag = "--resume" if resume else "--model"
        raise UsageError(f"{flag} is for answers, and none are asked for.", hint="Add --answers.")
    questions = _questions(source, limit, answers=answers)
    with interruptible() as interrupt, ExitStack() as held:
        bases, owner = held.enter_context(bases_of(settings, key))
        base = held.enter_context(bases.opened(owner, name))
        asked: AnswerModel | None = None
        if answers:
            runtime = Runtime(settings.values)
            chosen = choose_asked_model(runtime, model)
            kept = answer_file(output, resume=resume)
            asked = AnswerModel(chosen.used, lambda: chosen.opened(runtime, interrupt), kept)
        interrupt.heeded = True
        evaluation = RagEvaluation(name, source.name, questions, ks)
        report, failure = evaluate_base(base, evaluation, asked, interrupt)
    for note in report.notes:
        print_note(note)
    language: Language = "zh" if settings.values.language == "zh" else "en"
    hand_over(
        as_json(report),
        lambda: to_markdown(report, language),
        lambda: to_html(report, language),
        summary_table(report, language),
        output,
        as_json_text=as_json_text,
    )
    if failure is not None:
        raise failure
    return 0


def _questions(source: Path, limit: int | None, *, answers: bool) -> list[KnownQuestion]:
    questions = read_scored_questions(source)[:limit]
    for one in questions if answers else ():
        if len(one.question) > MAX_QUESTION_CHARACTERS:
            raise InputError(
                f"{one.where} asks in {len(one.question):,} characters; {MAX_QUESTION_CHARACTERS:,} can be.",
                hint="Ask more briefly.",
            )
    return questions
