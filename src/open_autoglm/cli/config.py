"""``config``: every setting, its value and where it came from."""

from __future__ import annotations

import json

import click

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
        [(key, "" if values[key] is None else str(values[key]), settings.sources[key]) for key in values],
    )
