"""``kb ask``: a question to a knowledge base, answered by sentences that cite where they stand."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from open_autoglm.cli.asked_model import choose_asked_model
from open_autoglm.cli.input_output import STDOUT, check_writable
from open_autoglm.cli.interrupt import interruptible
from open_autoglm.cli.kb_answer_display import AnswerDisplay, answer_text
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_error, print_note
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError, UsageError
from open_autoglm.files import write_whole
from open_autoglm.gateway.knowledge.open_bases import open_bases
from open_autoglm.gateway.knowledge.shown_names import ShownNames
from open_autoglm.knowledge.hit import Retriever
from open_autoglm.runtime import Runtime
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.tasks.answer_question import MAX_QUESTION_CHARACTERS, AnswerOptions, answer_question
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.follow_up import Exchange
from open_autoglm.text_language import language_of

PROMPT = "? "


@click.command("ask")
@click.argument("name")
@click.argument("question", required=False)
@click.option("--model", metavar="NAME", help="Model or tier that writes the answer.")
@click.option(
    "--no-model", "use_model", flag_value=False, default=True, help="Quote the documents, ask no model."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 20),
    default=AnswerOptions().limit,
    show_default=True,
    help="Passages given to the model at most.",
)
@click.option("--folder", default="", metavar="PATH", help="Only what lies in this folder or file.")
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON on stdout.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the answer there as well: JSON where it ends in .json, else text.",
)
@settings_options
def ask_command(
    settings: LoadedSettings,
    *,
    name: str,
    question: str | None,
    model: str | None,
    use_model: bool,
    limit: int,
    folder: str,
    as_json: bool,
    output: Path | None,
) -> int:
    """Ask a knowledge base.

    The answer comes by sentences, each with the numbers of the passages that hold it; the passages are
    listed after it. What the passages do not hold is left out, and where they hold no answer, that is the
    answer. Without QUESTION, each line that is typed is a question that may go on from those before; when
    stdin is not a terminal, all of it is one question.

    \b
    Examples:
      open-autoglm-cli kb ask company "员工请假流程是什么?"
      open-autoglm-cli kb ask company "How is the firewall configured?" --json
      open-autoglm-cli kb ask company --folder manuals/network
    \b
    Exit codes: 0 answered, also with "not found"; 1 it failed; 2 wrong usage; 3 the question is too long;
    4 a model is missing; 130 Ctrl-C.
    """
    if output is not None and str(output) != STDOUT:
        check_writable(output.absolute().parent, output)
    runtime = Runtime(settings.values)
    with interruptible() as interrupt, ExitStack() as held:
        bases = held.enter_context(closing(open_bases(runtime)))
        base = held.enter_context(bases.opened(LOCAL_OWNER, name))
        shown = ShownNames(base.folders)
        engine: BlockingEngine | None = None
        used: ModelUsed | None = None
        if use_model:
            asked = choose_asked_model(runtime, model)
            engine, used = held.enter_context(asked.opened(runtime, interrupt)), asked.used
        options = AnswerOptions(
            limit=limit,
            filters=shown.filters(folder, base.store),
            embedder=base.embedder,
            model=used,
            name=shown.of,
        )
        asking = _Asking(base.retriever, engine, options, as_json=as_json, output=output)
        if question is not None:
            asking.ask(question)
        elif sys.stdin.isatty():
            return _talk(asking)
        else:
            asking.ask(_all_of_stdin())
    return 0


@dataclass
class _Asking:
    """One conversation with one base."""

    retriever: Retriever
    engine: BlockingEngine | None
    options: AnswerOptions
    as_json: bool
    output: Path | None
    history: list[Exchange] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Answers on stdout. Raises what answering raises."""
        display = AnswerDisplay(language_of(question))
        quiet = self.as_json or str(self.output) == STDOUT
        result = answer_question(
            question,
            self.history,
            self.retriever,
            self.engine,
            self.options,
            (lambda _event: None) if quiet else display,
        )
        if self.as_json:
            click.echo(result.model_dump_json(indent=2))
        elif quiet:
            click.echo(answer_text(result), nl=False)
        else:
            display.end(result)
        if self.output is not None and str(self.output) != STDOUT:
            as_json = self.output.suffix.lower() == ".json"
            with write_whole(self.output) as stream:
                stream.write(result.model_dump_json(indent=2) + "\n" if as_json else answer_text(result))
            print_note(str(self.output))
        self.history.append(Exchange(question, " ".join(one.text for one in result.sentences)))


def _talk(asking: _Asking) -> int:
    """Questions until the end of input; an error is told, and the next question may be asked."""
    with suppress(ImportError):  # Windows has none; its console edits lines itself
        import readline  # noqa: F401 - gives input() its line editing and history
    while True:
        try:
            question = input(PROMPT)
        except EOFError:
            print_note("")
            return 0
        if not question.strip():
            continue
        try:
            asking.ask(question)
        except Cancelled:
            raise
        except OpenAutoGLMError as error:
            print_error(error)


def _all_of_stdin() -> str:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A pipe on Windows would take the system's code page, which has no place for most of the world.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    question = sys.stdin.read(MAX_QUESTION_CHARACTERS + 1)
    if not question.strip():
        raise UsageError("There is no question.", hint='kb ask NAME "question", or pipe one in.')
    return question
