"""``lsp``: the coding assistant for editors, over standard input and output."""

from __future__ import annotations

from importlib.util import find_spec

import click
from pydantic import ValidationError

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.config import Settings, UpstreamSettings
from open_autoglm.errors import ExtraMissing, UsageError

ASSUMED_WINDOW = 4096
"""Of a model that another process holds; what is asked for here stays below it."""


@click.command("lsp")
@click.option("--model", metavar="NAME", help="Model or tier for completions, explanations and repairs.")
@click.option(
    "--gateway",
    metavar="URL",
    help="Ask a gateway that runs already, so that its model is held once; for example http://127.0.0.1:8080.",
)
@click.option(
    "--test",
    metavar="COMMAND",
    help='How the project is tested, for example "pytest -q". Default: the tests beside a file, else itself.',
)
@settings_options
def lsp_command(settings: LoadedSettings, *, model: str | None, gateway: str | None, test: str | None) -> int:
    """Serve an editor: completions, diagnostics, explanations and repairs that were tried.

    The editor starts this command itself and speaks the Language Server Protocol with it over standard
    input and output; docs/coding_assistant.md has the settings of several editors. The model is loaded at
    the first completion. Tests of a project are run when a repair is asked for, in a sandbox, never before.

    \b
    Examples:
      open-autoglm-cli lsp
      open-autoglm-cli lsp --model autoglm-small
      open-autoglm-cli lsp --model autoglm-small --gateway http://127.0.0.1:8080
    """
    if find_spec("pygls") is None:
        raise ExtraMissing(
            "The language server needs the package pygls, which is not installed.",
            hint="Install it: pip install 'open-autoglm-pc[lsp]'",
        )
    from open_autoglm.lsp.opening import serve_editor

    values = settings.values
    if model:
        values = values.model_copy(update={"model_path": model})
    return serve_editor(behind_gateway(values, gateway) if gateway else values, test)


def behind_gateway(values: Settings, gateway: str) -> Settings:
    """The model of the settings, held by another gateway. Raises UsageError for what is no address."""
    try:
        there = UpstreamSettings(
            url=f"{gateway.rstrip('/').removesuffix('/v1')}/v1",
            context_window=values.context_window or ASSUMED_WINDOW,
            fill_in_middle=True,
        )
    except ValidationError as error:
        raise UsageError(
            f"--gateway is {gateway!r}, which is not an address.", hint="For example http://127.0.0.1:8080."
        ) from error
    return values.model_copy(update={"upstreams": {**values.upstreams, values.model_path: there}})
