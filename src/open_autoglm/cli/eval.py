"""``eval``: how good a model is, measured on this machine and scored the same way as any other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click

from open_autoglm.cli.asked_model import AskedModel, choose_asked_model
from open_autoglm.cli.eval_code import CodeEvaluation, evaluate_models, read_tasks
from open_autoglm.cli.eval_output import answer_file, check_report, hand_over
from open_autoglm.cli.eval_rag import rag_command
from open_autoglm.cli.interrupt import interruptible
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.config import Settings, UpstreamSettings
from open_autoglm.errors import UsageError
from open_autoglm.evaluation.code_report import as_json
from open_autoglm.evaluation.code_report_text import summary_table, to_html, to_markdown
from open_autoglm.runtime import Runtime
from open_autoglm.text_language import Language

ENDPOINT_WINDOW = 8192
"""Assumed of an endpoint where --context-window doesn't say: tasks and answers are short."""


@click.group("eval")
@settings_options
def eval_command(settings: LoadedSettings) -> None:
    """Score models on tasks with known answers.

    \b
    Examples:
      open-autoglm-cli eval code --tasks HumanEval.jsonl.gz --model autoglm-base --output report.md
      open-autoglm-cli eval rag --kb company --questions questions.jsonl
    """
    del settings  # flags given here hold for the commands below


eval_command.add_command(rag_command)


@eval_command.command("code")
@click.option(
    "--tasks",
    "source",
    required=True,
    metavar="FILE",
    help="Tasks, one JSON object a line (.jsonl or .jsonl.gz), or repair for the shipped broken programs.",
)
@click.option(
    "--part",
    type=click.Choice(["tune", "report"]),
    default=None,
    help="Which part of the shipped set. Default: both.",
)
@click.option("--model", "models", multiple=True, metavar="NAME", help="Model or tier; may be repeated.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="URL=MODEL",
    help="A model behind any OpenAI-shaped URL, as in http://10.0.0.5:8000/v1=big; may be repeated.",
)
@click.option(
    "--api-key",
    default="",
    envvar="OPEN_AUTOGLM_EVAL_API_KEY",
    metavar="KEY",
    help="For the endpoints. Better in OPEN_AUTOGLM_EVAL_API_KEY than in the shell's history.",
)
@click.option("--samples", type=click.IntRange(1, 200), default=1, help="Answers to each task. Default: 1.")
@click.option(
    "--temperature",
    type=click.FloatRange(0, 2),
    default=None,
    help="Of the samples. Default: 0 for one, else 0.8.",
)
@click.option("--limit", type=click.IntRange(min=1), default=None, help="Only the first N tasks.")
@click.option(
    "--verify",
    is_flag=True,
    help="Score each model once more with its answers checked by the visible examples alone.",
)
@click.option(
    "--tries",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    help="With --verify: answers a task may take at most.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Report of every task: .md, .json or .html. Answers are kept beside it.",
)
@click.option("--json", "as_json_text", is_flag=True, help="Print the report as JSON on stdout.")
@click.option("--resume", is_flag=True, help="Go on with the answers that are kept beside --output.")
@settings_options
def code_command(
    settings: LoadedSettings,
    *,
    source: str,
    part: str | None,
    models: tuple[str, ...],
    endpoints: tuple[str, ...],
    api_key: str,
    samples: int,
    temperature: float | None,
    limit: int | None,
    verify: bool,
    tries: int,
    output: Path | None,
    as_json_text: bool,
    resume: bool,
) -> int:
    """Score the programs that models write: syntax 30 %, logic 50 %, execution 20 %, and pass@k.

    Syntax is that a program parses; logic are hidden tests and properties that compare it with the reference
    program; execution are the examples that the task shows. Every program runs in the sandbox, and all models
    are scored in the same way, side by side.

    \b
    Examples:
      open-autoglm-cli eval code --tasks HumanEval.jsonl.gz --model autoglm-base --output report.md
      open-autoglm-cli eval code --tasks HumanEval.jsonl.gz --model autoglm-small --verify --limit 20
      open-autoglm-cli eval code --tasks tasks.jsonl --model autoglm-base \\
          --endpoint http://10.0.0.5:8000/v1=big --samples 5 --output report.html
      open-autoglm-cli eval code --tasks repair --part report --model autoglm-base --json
      open-autoglm-cli eval code --tasks HumanEval.jsonl.gz --output report.md --resume
    \b
    Ctrl-C writes the report of what is done; --resume then goes on from there.
    Exit codes: 0 every task was scored; 1 a model failed on the way, what is done was written;
    2 wrong usage; 3 the tasks can't be used; 4 a model or extra is missing; 130 Ctrl-C.
    """
    tasks = read_tasks(source, part)[:limit]
    if verify and not all(task.entry_point and task.language == "python" for task in tasks):
        raise UsageError(
            "--verify checks functions in Python by their examples, and not every task asks for one.",
            hint="Leave it out.",
        )
    check_report(output)
    kept = answer_file(output, resume=resume)
    runtime = Runtime(_with_endpoints(settings.values, endpoints, api_key))
    asked = _asked_models(runtime, models, endpoints)
    if temperature is None:
        temperature = 0.0 if samples == 1 else 0.8
    elif temperature == 0 and samples > 1:
        raise UsageError(f"--temperature 0 gives the same answer {samples} times.", hint="Leave one out.")
    evaluation = CodeEvaluation(source, tasks, kept, samples, temperature, tries if verify else 0)
    with interruptible() as interrupt:
        interrupt.heeded = True
        report, failure = evaluate_models(runtime, asked, evaluation, interrupt)
    language: Language = "zh" if settings.values.language == "zh" else "en"
    hand_over(
        as_json(report),
        lambda: to_markdown(report, language),
        lambda: to_html(report, language),
        summary_table(report.models, language),
        output,
        as_json_text=as_json_text,
    )
    if failure is not None:
        raise failure
    return 0


def _with_endpoints(settings: Settings, endpoints: tuple[str, ...], api_key: str) -> Settings:
    """The settings with each endpoint as an upstream, named as it was given."""
    upstreams = dict(settings.upstreams)
    for endpoint in endpoints:
        url, _, model = endpoint.rpartition("=")
        if urlsplit(url).scheme not in ("http", "https") or not model:
            raise UsageError(
                f"--endpoint is {endpoint!r}.", hint="Write URL=MODEL, as in http://10.0.0.5:8000/v1=big."
            )
        upstreams[endpoint] = UpstreamSettings.model_validate(
            {
                "url": url,
                "model": model,
                "api_key": api_key,
                "context_window": settings.context_window or ENDPOINT_WINDOW,
            }
        )
    return settings.model_copy(update={"upstreams": upstreams})


def _asked_models(
    runtime: Runtime, models: tuple[str, ...], endpoints: tuple[str, ...]
) -> Mapping[str, AskedModel]:
    """By the name they have in the report; all chosen before any work. Raises MissingPiece."""
    names: list[str | None] = [*models, *endpoints] or [None]
    asked = [choose_asked_model(runtime, name) for name in dict.fromkeys(names)]
    return {model.used.name: model for model in asked}
