"""``kb backup`` and ``kb restore``."""

from __future__ import annotations

from pathlib import Path

import click

from open_autoglm.cli.input_output import check_writable
from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note
from open_autoglm.local.disk import megabytes


@click.command("backup")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@owner_option
@settings_options
def backup_command(settings: LoadedSettings, *, name: str, file: Path, key: str | None) -> None:
    """Write the knowledge base NAME into one FILE, also while it is read or written.

    \b
    Example:
      open-autoglm-cli kb backup company company.kb
    """
    check_writable(file.absolute().parent, file)
    with bases_of(settings, key) as (bases, owner):
        size = bases.backup(owner, name, file.absolute())
    print_note(f"Wrote {file}: {megabytes(size)}.")


@click.command("restore")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@owner_option
@settings_options
def restore_command(settings: LoadedSettings, *, name: str, file: Path, key: str | None) -> None:
    """Make the new knowledge base NAME from a FILE that `kb backup` wrote; it is checked first.

    Its folders are those it had. `kb add NAME` brings it up to date with them.

    \b
    Example:
      open-autoglm-cli kb restore company company.kb
    """
    with bases_of(settings, key) as (bases, owner):
        bases.restore(owner, name, file)
    print_note(f"Restored the knowledge base {name!r}.")
