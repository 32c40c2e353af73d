"""``lsp``: the coding assistant for editors, over standard input and output."""

from __future__ import annotations

from importlib.util import find_spec

import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.errors import ExtraMissing


@click.command("lsp")
@click.option("--model", metavar="NAME", help="Model or tier for completions, explanations and repairs.")
@settings_options
def lsp_command(settings: LoadedSettings, *, model: str | None) -> int:
    """Serve an editor: completions, diagnostics, explanations and repairs that were tried.

    The editor starts this command itself and speaks the Language Server Protocol with it over standard
    input and output; docs/coding_assistant.md has the settings of several editors. The model is loaded at
    the first completion. Tests of a project are run when a repair is asked for, in a sandbox, never before.

    \b
    Examples:
      open-autoglm-cli lsp
      open-autoglm-cli lsp --model qwen2.5-coder-0.5b-instruct-q4_k_m
    """
    if find_spec("pygls") is None:
        raise ExtraMissing(
            "The language server needs the package pygls, which is not installed.",
            hint="Install it: pip install 'open-autoglm-pc[lsp]'",
        )
    from open_autoglm.lsp.opening import serve_editor

    values = settings.values
    return serve_editor(values.model_copy(update={"model_path": model}) if model else values)
