"""The root command: ``--task`` runs a task on a file; everything else is a subcommand.

One of the two edges where unknown exceptions are caught: here they become one sentence and exit 1.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from open_autoglm import __version__
from open_autoglm.cli.render import print_error
from open_autoglm.errors import Cancelled, OpenAutoGLMError

COMMANDS = {
    "bench": "open_autoglm.cli.bench:bench_command",
    "chat": "open_autoglm.cli.chat:chat_command",
    "config": "open_autoglm.cli.config:config_command",
    "doctor": "open_autoglm.cli.doctor:doctor_command",
    "eval": "open_autoglm.cli.eval:eval_command",
    "kb": "open_autoglm.cli.kb:kb_command",
    "keys": "open_autoglm.cli.keys:keys_command",
    "list": "open_autoglm.cli.models:list_command",
    "lsp": "open_autoglm.cli.lsp:lsp_command",
    "pull": "open_autoglm.cli.models:pull_command",
    "rm": "open_autoglm.cli.models:rm_command",
    "run": "open_autoglm.cli.run:run_command",
    "serve": "open_autoglm.cli.serve:serve_command",
    "show": "open_autoglm.cli.models:show_command",
    "zones": "open_autoglm.cli.zones:zones_command",
}
"""Subcommands by name, imported when used so that ``--help`` stays quick."""


class RootGroup(click.Group):
    """A group that reads ``--task …`` without a subcommand as ``run --task …``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in ("--help", "-h", "--version"):
            args = ["run", *args] if not _subcommand_in(args) else _subcommand_first(args)
        return super().parse_args(ctx, args)


def _subcommand_in(args: list[str]) -> int:
    """Where a subcommand stands after leading flags; 0 when there is none."""
    if "--task" in args or any(arg.startswith("--task=") for arg in args):
        return 0
    return next((i for i, arg in enumerate(args) if arg in COMMANDS), 0)


def _subcommand_first(args: list[str]) -> list[str]:
    """``--config a.yaml pull x`` and ``pull --config a.yaml x`` mean the same."""
    place = _subcommand_in(args)
    return [args[place], *args[:place], *args[place + 1 :]]


@click.group(cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="open-autoglm-cli")
def root() -> None:
    """A workstation for large models that runs entirely on this PC, offline.

    \b
    Read a document:
      open-autoglm-cli --model autoglm-large --task document_parse \\
          --input report.pdf --output summary.txt
    \b
    See what happened in a recording:
      open-autoglm-cli --model autoglm-large --task video_analysis \\
          --input yard.mp4 --output events.json
    \b
    Chat, and serve models to programs:
      open-autoglm-cli serve
      open-autoglm-cli chat
    \b
    `open-autoglm-cli --task NAME …` is short for `open-autoglm-cli run --task NAME …`;
    see `open-autoglm-cli run --help` for the tasks and their flags.
    """


def main() -> None:
    """Run the program and end the process with the documented exit code."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    try:
        result: Any = root.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return Cancelled.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OpenAutoGLMError as error:
        print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return Cancelled.exit_code
    except BrokenPipeError:
        # The reader of our output went away; flushing again at exit would only repeat the error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        import logging

        logging.getLogger("open_autoglm.cli").debug("unexpected error", exc_info=True)
        click.echo(
            f"error: Unexpected {type(error).__name__}: {error}. "
            "This is a defect; run again with --log-level debug for the details.",
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0
