"""``config``: every setting, its value and where it came from."""

from __future__ import annotations

import json
import math
from typing import Any

import click
import yaml

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_table


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@settings_options
def config_command(settings: LoadedSettings, *, as_json: bool) -> None:
    """Print every setting, its value and where it came from.

    \b
    Examples:
      open-autoglm-cli config
      open-autoglm-cli --config office.yaml config --json
      OPEN_AUTOGLM_CONTEXT_WINDOW=4096 open-autoglm-cli config
    """
    values = settings.values.model_dump(mode="json")
    if as_json:
        rows = {key: {"value": values[key], "source": settings.sources[key]} for key in values}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    print_table(
        ("setting", "value", "from"),
        [(key, _shown(values[key]), settings.sources[key]) for key in values],
    )


def _shown(value: Any) -> str:
    """A value as the settings file would have it, an upstream a line; empty where nothing is set."""
    if isinstance(value, dict):
        value = {name: _set_fields(entry) for name, entry in value.items()}
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, str):
        return value
    written: str = yaml.safe_dump(
        value, default_flow_style=None, sort_keys=False, allow_unicode=True, width=math.inf
    )
    return written.removesuffix("...\n").rstrip("\n")


def _set_fields(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if value not in (None, "")}
